"""Through HTTP: status, shape, the words shown; a neighbour finds nothing at any address."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from bihuan.core.access.models import Assignment, Role
from bihuan.core.access.rehearsal import logged_in
from bihuan.core.actions.runner import perform
from bihuan.core.clock import now
from bihuan.core.jobs import queue
from bihuan.core.modules import registry
from bihuan.domains.campaign.actions import publishing
from bihuan.domains.campaign.models import Campaign, PlanItem, PlanUnit
from bihuan.domains.campaign.terms import CampaignState, ReadingState
from bihuan.domains.campaign.tests.plays import PLAN
from cast import saved


@pytest.fixture
def browse(cast, db):
    """`browse("campaign_office", cast.office, cast.city)`: a browser in which somebody in that role is logged in."""

    def make(role: str, unit, region=None, *, language: str = "zh"):
        at = now()
        user = cast.user(f"{role}-{unit.code}", unit)
        row = Role.objects.filter(code=role).first() or saved(
            Role(code=role, name_zh=role, name_en=role, grants=[str(g) for g in registry().roles[role].grants])
        )
        if not Assignment.objects.filter(user=user).exists():
            scope = {"scope_region": region.path} if region else {"scope_organisation": unit.code}
            saved(Assignment(user=user, role=row, from_at=user.created_at, **scope))
        client = logged_in(user, at=at, second_factor=True)
        client.cookies["bihuan_language"] = language
        return client

    return make


@pytest.fixture
def client(browse, cast):
    return browse("campaign_office", cast.office, cast.city)


def upload(client, name="plan.txt", content=None, **said):
    return client.post(
        "/campaigns/new/", {"issuer": "AWH", "document": SimpleUploadedFile(name, content or PLAN.read_bytes()), **said}
    )


def test_a_plan_is_uploaded_read_and_shown_for_review(client, cast):
    answer = upload(client)
    assert answer.status_code == 302
    waiting = client.get(answer["Location"])
    assert "排队等待读取" in waiting.content.decode()
    queue.drain(at=now())
    page = client.get(answer["Location"]).content.decode()
    assert "云州市危险化学品安全风险集中治理实施方案" in page
    assert "还有" in page
    campaign = Campaign.objects.get()
    assert page.count('data-item="') == 5
    progress = client.get(f"/campaigns/{campaign.pk}/progress/", headers={"HX-Request": "true"})
    assert progress["HX-Redirect"].startswith(f"/campaigns/{campaign.pk}/review/")


def test_every_task_is_marked_in_the_document_by_its_span(client, campaign):
    page = client.get(f"/campaigns/{campaign.pk}/review/").content.decode()
    for item in PlanItem.objects.filter(campaign=campaign):
        marked = re.findall(
            rf'<span class="cp-mark[^"]*cp-task[^"]*" data-start="(\d+)" data-items="[^"]*{item.pk}[^"]*">([^<]*)</span>',
            page,
        )
        assert "".join(text for _, text in marked) == item.text
        assert int(marked[0][0]) == item.start


def test_pasted_text_and_a_web_page_are_read_too(client):
    text = PLAN.read_text(encoding="utf-8")
    pasted = client.post("/campaigns/new/", {"issuer": "AWH", "pasted": text})
    page = f"<html><head><title>x</title></head><body><script>alert(1)</script>{''.join(f'<p>{p}</p>' for p in text.split(chr(10)) if p)}</body></html>"
    html = upload(client, "plan.html", page.encode())
    assert (pasted.status_code, html.status_code) == (302, 302)
    queue.drain(at=now())
    assert [c.reading for c in Campaign.objects.all()] == [ReadingState.READ] * 2
    assert PlanItem.objects.count() == 10
    kept = Campaign.objects.get(document_name="plan.html").document
    assert (kept.file_name, kept.file.media_type) == ("plan.html.txt", "text/plain")


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("virus.pdf", b"MZ\x90\x00\x03\x00\x00\x00", 415),
        ("plan.exe", b"MZ", 415),
        ("empty.txt", b"", 422),
    ],
)
def test_a_bad_file_is_refused_at_the_form_in_words(client, name, content, status):
    answer = client.post("/campaigns/new/", {"issuer": "AWH", "document": SimpleUploadedFile(name, content)})
    assert answer.status_code == status
    assert 'role="alert"' in answer.content.decode()
    assert not Campaign.objects.exists()


def test_two_hundred_megabytes_are_refused_by_their_announced_length(client):
    answer = client.generic(
        "POST",
        "/campaigns/new/",
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(200 * 1024 * 1024),
    )
    assert answer.status_code == 413


def test_a_form_without_its_token_is_refused(cast, browse):
    strict = browse("campaign_office", cast.office, cast.city)
    strict.handler.enforce_csrf_checks = True
    assert upload(strict).status_code == 403
    assert not Campaign.objects.exists()


def test_what_is_no_plan_is_said_on_the_page_with_what_to_do(client):
    answer = upload(client, "letter.txt", "关于召开会议的函\n\n请派员参加。".encode())
    queue.drain(at=now())
    page = client.get(answer["Location"]).content.decode()
    assert "没有生成任何任务" in page
    assert "换一个文件" in page


def form_of(item: PlanItem, **said):
    return {
        "version": item.version,
        "no": item.no,
        "text": item.text,
        "section": item.section,
        "unit": [u["name"] for u in item.units],
        "role": [u["role"] for u in item.units],
        "dispatch": item.dispatch,
        "due_on": "",
    } | said


def test_a_task_is_edited_in_its_form(client, campaign, desk):
    item = desk.item("1")
    address = f"/campaigns/{campaign.pk}/items/{item.pk}/"
    assert "建立危险化学品安全会商机制" in client.get(address).content.decode()
    answer = client.post(
        address, form_of(item, text="建立会商机制。", due_on="2027-05-31"), headers={"HX-Request": "true"}
    )
    assert answer["HX-Redirect"] == f"/campaigns/{campaign.pk}/review/?at={item.pk}"
    changed = desk.item("1")
    assert (changed.text, str(changed.due_on)) == ("建立会商机制。", "2027-05-31")


def test_whoever_is_slower_sees_what_was_changed_and_keeps_what_was_typed(client, campaign, desk):
    item = desk.item("1")
    desk.change("1", text="别人改的。")
    answer = client.post(f"/campaigns/{campaign.pk}/items/{item.pk}/", form_of(item, text="我改的。"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "别人改的。" in page
    assert "我改的。" in page
    assert desk.item("1").text == "别人改的。"


def test_a_task_is_split_where_the_form_says(client, campaign, desk):
    item = desk.item("1")
    page = client.get(f"/campaigns/{campaign.pk}/items/{item.pk}/split/").content.decode()
    at = re.findall(r'name="at" value="(\d+)"', page)[0]
    answer = client.post(f"/campaigns/{campaign.pk}/items/{item.pk}/split/", {"version": item.version, "at": at})
    assert answer.status_code == 302
    assert PlanItem.objects.filter(campaign=campaign).count() == 6


def test_selected_words_are_offered_as_a_task(client, campaign):
    address = f"/campaigns/{campaign.pk}/items/add/"
    page = client.get(address, {"start": 0, "end": 20}).content.decode()
    assert "云州市危险化学品安全风险集中治理实施方案" in page
    answer = client.post(address, {"text": "新任务", "start": "0", "end": "20"})
    assert answer.status_code == 302
    assert PlanItem.objects.get(campaign=campaign, text="新任务").start == 0
    assert client.post(address, {"text": "x", "start": "7", "end": "3"}).status_code == 422


def test_a_name_is_decided_in_its_form(client, campaign, cast, desk):
    unit = desk.unit("各区应急管理局")
    address = f"/campaigns/{campaign.pk}/names/{unit.pk}/"
    assert "东湖区应急管理局" in client.get(address).content.decode()
    wrong = client.post(address, {"version": unit.version, "decision": "not_ours", "because": ""})
    assert wrong.status_code == 422
    right = client.post(
        address, {"version": unit.version, "decision": "list", "organisations": [str(cast.district_emergency.pk)]}
    )
    assert right.status_code == 302
    assert PlanUnit.objects.get(pk=unit.pk).codes == [cast.district_emergency.code]


@pytest.fixture
def running(office, desk):
    campaign = desk.settle()
    perform(publishing.publish, ctx=office, campaign=campaign)
    queue.drain(at=office.at)
    return Campaign.objects.get(pk=campaign.pk)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "view", ["", "?view=unit", "?view=section", "?view=calendar", "?q=搬迁", "?colour=red&stage=issued"]
)
def test_every_view_of_the_board_answers_in_both_languages(browse, cast, running, view, language):
    client = browse("campaign_office", cast.office, cast.city, language=language)
    page = client.get(f"/campaigns/{running.pk}/{view}")
    assert page.status_code == 200
    assert ("Overdue" if language == "en" else "已逾期") in page.content.decode()


def test_a_filter_narrows_the_list(client, running):
    page = client.get(f"/campaigns/{running.pk}/?q=搬迁").content.decode()
    assert "推进城镇人口密集区" in page
    assert "会商机制" not in page


def test_the_review_of_a_running_campaign_leads_to_its_board(client, running):
    assert client.get(f"/campaigns/{running.pk}/review/")["Location"] == f"/campaigns/{running.pk}/"


def test_the_case_page_shows_where_the_task_stands_in_the_plan(client, running):
    task = running.tasks.get(no="1")
    page = client.get(task.case.get_absolute_url()).content.decode()
    assert "方案中的任务" in page
    assert "市应急管理局牵头" in page
    assert "方案未写期限，随方案节点" in page


def test_the_unit_page_shows_its_part_in_each_task(client, running):
    page = client.get(f"/campaigns/{running.pk}/units/GX/").content.decode()
    assert "配合单位" in page
    assert "参与 2 项任务" in page
    assert client.get(f"/campaigns/{running.pk}/units/NOBODY/").status_code == 404


def test_the_ledger_is_a_workbook_to_print_in_which_nothing_is_a_formula(client, running, desk):
    desk_text = '=HYPERLINK("http://x","y")'
    case = running.tasks.get(no="2").case
    type(case).objects.filter(pk=case.pk).update(text=desk_text)
    answer = client.get(f"/campaigns/{running.pk}/ledger.xlsx")
    sheet = load_workbook(BytesIO(answer.content)).active
    assert [c.value for c in sheet[3]][:4] == ["序号", "编号", "章节", "任务"]
    assert sheet.max_row == 3 + 5
    assert sheet.freeze_panes == "D4"
    assert sheet.print_title_rows == "$3:$3"
    cell = next(c for row in sheet.iter_rows(min_row=4) for c in row if c.value == desk_text)
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert "云州市工业和信息化局（配合单位）" in [c.value for c in sheet["F"]]


def addresses(campaign, item, unit):
    base = f"/campaigns/{campaign.pk}/"
    return [
        base, f"{base}review/", f"{base}progress/", f"{base}ledger.xlsx", f"{base}units/GX/", f"{base}items/add/",
        f"{base}items/{item.pk}/", f"{base}items/{item.pk}/split/", f"{base}names/{unit.pk}/",
    ]  # fmt: skip


def test_the_city_next_door_finds_nothing_at_any_address(browse, cast, campaign, desk):
    far = browse("campaign_office", cast.neighbour, cast.next_city)
    for address in addresses(campaign, desk.item("1"), desk.unit("市能源局")):
        assert far.get(address).status_code == 404, address
    assert campaign.name not in far.get("/campaigns/").content.decode()


def test_a_unit_sees_a_running_campaign_it_has_a_part_in_and_only_its_own_tasks(browse, cast, running):
    department = browse("campaign_reader", cast.industry)
    page = department.get(f"/campaigns/{running.pk}/").content.decode()
    assert "推进城镇人口密集区" in page
    assert "使用单位安全状况调查" not in page
    outsider = browse("campaign_reader", cast.works)
    assert outsider.get(f"/campaigns/{running.pk}/").status_code == 404


def test_a_unit_does_not_see_a_draft(browse, cast, campaign):
    assert browse("campaign_reader", cast.industry).get(f"/campaigns/{campaign.pk}/review/").status_code == 404
    assert Campaign.objects.get(pk=campaign.pk).state == CampaignState.DRAFT


def test_who_may_only_read_is_not_offered_and_not_allowed_to_change(browse, cast, campaign, desk):
    reader = browse("campaign_reader", cast.office, cast.city)
    page = reader.get(f"/campaigns/{campaign.pk}/review/").content.decode()
    assert "发布并派发" not in page
    item = desk.item("1")
    assert reader.post(f"/campaigns/{campaign.pk}/items/{item.pk}/", form_of(item, text="x")).status_code == 403
    assert desk.item("1").text == item.text
