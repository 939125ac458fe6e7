"""Every face of a register through HTTP: what its people see, and that a neighbour finds nothing at any of them."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from bihuan.core.access.models import User
from bihuan.core.actions import runner
from bihuan.core.jobs import queue
from bihuan.core.records.models import Sheet
from bihuan.core.records.sheets.template import template

LIST = "/registers/tanks/"


@pytest.fixture
def visit(cast, log_in):
    """`visit("keeper")` answers a client that is this person, as the session finds them now."""

    def visit(name: str, **more):
        user = getattr(cast, name)
        User.objects.filter(pk=user.pk).update(password_changed_at=timezone.now())
        return log_in(user, **more)

    return visit


@pytest.fixture
def tank(add_tank):
    return add_tank("V-1", "甲醇一号罐", longitude="117.1", latitude="34.2")


class _Shape(HTMLParser):
    """What the policy of the pages would refuse."""

    def __init__(self):
        super().__init__()
        self.wrong = []
        self.script = False

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        self.wrong += [f"{tag}@{n}" for n in names if n.startswith("on") or n == "style"]
        if tag == "style" or (tag == "script" and "src" not in names and names.get("type") != "application/json"):
            self.wrong.append(tag)


class _Form(HTMLParser):
    """What the browser would send of a form nobody has touched."""

    def __init__(self):
        super().__init__()
        self.values = {}
        self.select = ""

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "select":
            self.select = a.get("name", "")
        elif tag == "option" and "selected" in a:
            self.values[self.select] = a["value"]
        elif tag == "input" and a.get("name") and (a.get("type") != "checkbox" or "checked" in a):
            self.values[a["name"]] = a.get("value") or ""


def shown(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    text = answer.content.decode()
    shape = _Shape()
    shape.feed(text)
    assert shape.wrong == []
    return text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_show_the_row_in_both_languages(visit, tank, language):
    client = visit("keeper", language=language)
    for address in ("/registers/", LIST, f"{LIST}?q=甲醇", f"{LIST}map/", f"{LIST}{tank.pk}/", f"{LIST}import/"):
        text = shown(client, address)
        assert "储罐" in text if language == "zh" else "Tank" in text
    assert "甲醇一号罐" in shown(client, LIST)
    assert "甲醇一号罐" in shown(client, f"{LIST}{tank.pk}/")
    assert "甲醇一号罐" in shown(client, "/search/?q=甲醇")


def test_the_page_of_a_row_shows_its_history_and_its_place(visit, tank):
    text = shown(visit("keeper"), f"{LIST}{tank.pk}/")
    assert "新增储罐" in text
    assert "117.1" in text


def test_the_form_of_a_change_comes_filled_and_changes_the_row(visit, tank):
    client = visit("keeper")
    text = shown(client, f"{LIST}{tank.pk}/")
    start = text.index("/do/tanks-change/")
    address = text[start : text.index('"', start)].replace("&amp;", "&")
    form = _Form()
    form.feed(shown(client, address))
    assert (form.values["name"], form.values["volume"]) == ("甲醇一号罐", "5000")
    client.post(
        address.partition("?")[0],
        {**form.values, "name": "改名罐", "design_pressure": "1.6", "longitude": "", "latitude": ""},
    )
    row = client.get(f"/api/registers/tanks/{tank.pk}").json()
    assert (row["name"], row["volume"], row["design_pressure"], row["longitude"]) == ("改名罐", "5000", "1.6", None)


def test_a_personal_value_is_neither_in_the_address_nor_lost_by_a_form_that_leaves_it_out(
    visit, enterprises, as_, cast
):
    given = {"code": "E-1", "name": "东港", "organisation": cast.plant, "type": "production", "contact": "张三"}
    row = runner.perform(enterprises.action("add"), ctx=as_("keeper"), **given).value
    client = visit("keeper")
    text = shown(client, row.get_absolute_url())
    start = text.index("/do/enterprises-change/")
    address = text[start : text.index('"', start)].replace("&amp;", "&")
    assert "%E5%BC%A0" not in address
    form = _Form()
    form.feed(shown(client, address))
    client.post("/do/enterprises-change/", {**form.values, "processes": "硝化"})
    row.refresh_from_db()
    assert (row.processes, row.contact) == ("硝化", "张三")


def test_columns_are_chosen_and_remembered(visit, tank):
    client = visit("keeper")
    assert "设计压力" not in shown(client, LIST).partition("<thead>")[2].partition("</thead>")[0]
    chosen = shown(client, f"{LIST}?column=code&column=design_pressure")
    assert "设计压力" in chosen.partition("<thead>")[2].partition("</thead>")[0]
    assert "设计压力" in shown(client, LIST).partition("<thead>")[2].partition("</thead>")[0]


def test_the_api_pages_and_answers_the_row_with_its_history(visit, add_tank, tank):
    for n in range(2, 6):
        add_tank(f"V-{n}")
    client = visit("keeper")
    seen, address = [], "/api/registers/tanks?limit=2"
    while address:
        body = client.get(address).json()
        seen += [r["code"] for r in body["rows"]]
        address = body["next"]
    assert seen == ["V-1", "V-2", "V-3", "V-4", "V-5"]
    one = client.get(f"/api/registers/tanks/{tank.pk}").json()
    assert (one["volume"], one["organisation"], one["version"]) == ("5000", "ORG-1", 1)
    assert one["history"][0]["by"] == "keeper"
    described = client.get("/api/registers").json()["registers"]
    assert {r["code"] for r in described} == {"tanks", "enterprises"}


def test_the_api_refuses_conditions_that_make_no_sense(visit):
    answer = visit("keeper").get("/api/registers/tanks?volume_from=viel")
    assert (answer.status_code, list(answer.json()["where"])) == (422, ["volume"])


def test_the_api_documentation_names_the_registers(visit):
    paths = visit("keeper").get("/api/openapi.json").json()["paths"]
    assert "/api/registers/{code}/{id}" in paths
    assert "/api/actions/tanks.change" in paths


def test_the_map_layer_is_geojson(visit, tank):
    layer = visit("keeper").get(f"{LIST}map.geojson").json()
    (feature,) = layer["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [117.1, 34.2]}
    assert feature["properties"]["url"] == f"{LIST}{tank.pk}/"


def test_a_sheet_goes_from_upload_to_review_to_rows(visit, tanks, as_):
    client = visit("keeper")
    content = template(tanks, actor=as_("keeper").actor)
    file = SimpleUploadedFile("罐.xlsx", content, content_type="application/octet-stream")
    answer = client.post(f"{LIST}import/", {"file": file, "existing": "refuse"})
    assert answer.status_code == 302
    assert "检查中" in shown(client, answer["Location"])
    queue.drain(at=timezone.now())
    assert "表中没有数据行" in shown(client, answer["Location"])


def test_an_upload_without_a_file_says_so(visit):
    assert visit("keeper").post(f"{LIST}import/", {}).status_code == 422


@pytest.mark.parametrize("face", ["detail", "api", "change"])
def test_a_neighbour_gets_404_where_the_owner_gets_200(visit, tank, tanks, face):
    address = {
        "detail": f"{LIST}{tank.pk}/",
        "api": f"/api/registers/tanks/{tank.pk}",
        "change": f"/do/tanks-change/?row={tank.pk}@1",
    }[face]
    assert visit("keeper").get(address).status_code == 200
    assert visit("neighbour").get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        LIST,
        f"{LIST}?q=甲醇",
        f"{LIST}count",
        f"{LIST}map/",
        f"{LIST}map.geojson",
        f"{LIST}export.csv",
        f"{LIST}export.json",
        "/api/registers/tanks",
        "/api/search?q=甲醇",
        "/search/?q=甲醇",
    ],
)
def test_a_neighbour_sees_nothing_in_what_lists(visit, tank, address):
    def read(name):
        answer = visit(name).get(address)
        assert answer.status_code == 200
        return (b"".join(answer) if answer.streaming else answer.content).decode()

    for word in ("一号罐", str(tank.pk), "V-1"):
        assert word not in read("neighbour")
    ours, theirs = read("keeper"), read("neighbour")
    assert ours != theirs
    if address.endswith("q=甲醇") and address.startswith("/api"):
        assert (json.loads(ours)["count"], json.loads(theirs)["count"]) == (1, 0)


def test_a_sheet_is_404_for_everybody_but_its_uploader(visit, tanks, as_):
    done = runner.perform(tanks.action("upload_sheet"), ctx=as_("keeper"), spool="0" * 32, file_name="a.xlsx")
    address = Sheet.objects.get(pk=done.value.pk).get_absolute_url()
    assert visit("keeper").get(address).status_code == 200
    assert visit("neighbour").get(address).status_code == 404
    assert visit("clerk").get(address).status_code == 404


@pytest.mark.parametrize("address", [LIST, f"{LIST}export.xlsx", "/api/registers/tanks", f"{LIST}map.geojson"])
def test_without_a_grant_the_register_is_not_there(visit, address):
    assert visit("outsider").get(address).status_code == 404


@pytest.mark.parametrize("address", [LIST, f"{LIST}export.xlsx", "/api/registers/tanks", "/api/search?q=甲醇"])
def test_strangers_are_asked_to_log_in(client, address, db):
    assert client.get(address).status_code in (302, 401)


def test_a_list_page_costs_the_same_queries_for_few_and_for_many(visit, add_tank, django_assert_max_num_queries):
    client = visit("keeper")
    add_tank("V-0")
    shown(client, LIST)
    with django_assert_max_num_queries(12):
        shown(client, LIST)
    for n in range(60):
        add_tank(f"W-{n:03}")
    with django_assert_max_num_queries(12):
        shown(client, LIST)
