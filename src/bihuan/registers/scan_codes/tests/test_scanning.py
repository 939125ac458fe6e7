"""Who scans a code sees what: the public, a hostile neighbour, the regulator; and what a code that is none answers."""

from __future__ import annotations

import io
import re

import pytest
from django.test import Client
from pdfminer.high_level import extract_text

from bihuan.core.actions.runner import perform
from bihuan.core.audit.models import AuditRow
from bihuan.core.clock import now
from bihuan.core.jobs.queue import drain
from bihuan.core.modules import registry
from bihuan.loop.terms import LoopGrants
from bihuan.parties.models import Thing
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.major_hazards.terms import MajorHazardsGrants
from bihuan.registers.major_hazards.tests import plays as hazards
from bihuan.registers.products import queries as products
from bihuan.registers.products.models import PrintBatch
from bihuan.registers.products.terms import PrintState, ProductsGrants
from bihuan.registers.products.tests import plays as product_plays
from bihuan.registers.scan_codes import actions, queries, web
from bihuan.registers.scan_codes.rules.pace import MOST_A_MINUTE, Pace
from bihuan.registers.scan_codes.terms import ScanCodesGrants
from bihuan.registers.scan_codes.tests import plays
from bihuan.registers.tanks.terms import TanksGrants
from cast import AT, Cast, context

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return Cast.build()


@pytest.fixture(autouse=True)
def fresh_pace():
    web.PACE.forget()


@pytest.fixture
def anybody():
    return Client()


def scan(client, thing: Thing) -> str:
    answer = client.get(queries.path_of(thing))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_public_sees_hazards_first_aid_and_whom_to_call_and_nothing_else(cast, anybody):
    product_plays.sheet(cast)
    tank = plays.tank(cast)
    before = AuditRow.objects.count()
    answer = anybody.get(queries.path_of(tank.thing))
    page = answer.content.decode()
    for words in (
        "甲醇储罐",
        "高度易燃液体和蒸气",
        "吞咽会中毒",
        "吸入：移至空气新鲜处",
        "tel:000-88000119",
        "tel:119",
        "UN 1230",
    ):
        assert words in page, words
    for words in ("设计最大", "您还可以看到", "打开档案", "500"):
        assert words not in page, words
    assert "no-store" in answer.headers["Cache-Control"]
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert AuditRow.objects.count() == before
    english = Client()
    english.cookies["bihuan_language"] = "en"
    assert "Highly flammable liquid and vapour" in scan(english, tank.thing)


def test_what_is_not_registered_is_said(cast, anybody):
    page = scan(anybody, plays.tank(cast, medium="神秘溶剂").thing)
    assert "按未知危险化学品对待" in page
    assert "没有登记应急咨询电话" in page


def test_a_product_is_found_by_its_number_and_never_a_neighbours(cast, anybody):
    product_plays.sheet(cast)
    assert "高度易燃液体" in scan(anybody, plays.tank(cast, medium="木醇").thing)
    theirs = plays.tank(cast, cast.neighbour, code="V-201")
    assert "高度易燃液体" not in scan(anybody, theirs.thing)


def test_the_regulator_sees_stock_and_cases_and_the_neighbour_what_the_public_sees(cast, anybody, make_user, log_in):
    product_plays.sheet(cast, product_plays.composed(cast, name="液氯"))
    unit = hazards.a_unit(cast)
    seeing = (MajorHazardsGrants.READ, PartiesGrants.READ, LoopGrants.READ)
    regulator = log_in(make_user("regulator", *seeing, region=cast.district.path))
    neighbour = log_in(make_user("neighbour", *seeing, organisation=cast.neighbour.code))
    page = scan(regulator, unit.thing)
    for words in ("您还可以看到", "设计最大", "50 t", "打开档案", "三级"):
        assert words in page, words
    theirs, public = scan(neighbour, unit.thing), scan(anybody, unit.thing)
    for words in ("您还可以看到", "设计最大", "打开档案", "三级"):
        assert words not in theirs, words
        assert words not in public, words


def body(answer) -> str:
    return re.sub(r"[0-9a-f]{32}|[A-Za-z0-9]{64}|/s/[\w-]+/", "·", answer.content.decode())


def test_revoked_unknown_and_retired_codes_answer_alike(cast, anybody, make_user, log_in):
    tank = plays.tank(cast)
    old = queries.path_of(tank.thing)
    renewed = perform(actions.renew, ctx=context(plays.keeper(cast)), thing=tank.thing, reason="标牌遗失").value
    gone = plays.tank(cast, code="V-102")
    Thing.objects.filter(pk=gone.thing.pk).update(state="retired")
    answers = [anybody.get(a) for a in (old, "/s/" + "x" * 24 + "/", "/s/x/", queries.path_of(gone.thing))]
    assert {a.status_code for a in answers} == {404}
    assert len({body(a) for a in answers}) == 1
    assert renewed.code == "V-101"
    assert "甲醇储罐" in scan(anybody, renewed)
    logged_in = log_in(make_user("works", *TanksGrants, organisation=cast.works.code))
    assert {logged_in.get(a).status_code for a in (old, "/s/" + "x" * 24 + "/")} == {404}


def test_keys_are_long_and_never_the_same():
    keys = {queries.new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert min(map(len, keys)) >= 24


def test_an_address_that_asks_too_often_is_told_to_wait(cast, anybody):
    path = queries.path_of(plays.tank(cast).thing)
    pace, kept = Pace(most=2), web.PACE
    web.PACE = pace
    try:
        assert [anybody.get(path).status_code for _ in range(3)] == [200, 200, 429]
        # Whether the code exists is not looked at any more.
        assert anybody.get("/s/none/").status_code == 429
        assert anybody.get(path, REMOTE_ADDR="192.0.2.7").status_code == 200
    finally:
        web.PACE = kept


def test_a_minute_later_one_may_look_again_and_memory_is_bounded():
    pace = Pace(addresses=3)
    assert all(pace.admits("a", at=0.0) for _ in range(MOST_A_MINUTE))
    assert not pace.admits("a", at=59.9)
    assert pace.admits("a", at=60.0)
    for number in range(10):
        pace.admits(f"b{number}", at=61.0)
    assert len(pace._seen) == 3


@pytest.mark.fonts
def test_codes_are_printed_for_what_one_may_see_and_open_the_page(cast, anybody, settings, tmp_path, make_user, log_in):
    settings.BIHUAN_HOME, settings.BIHUAN_PUBLIC_URL = tmp_path, "https://bihuan.example.gov"
    plays.tank(cast)
    plays.tank(cast, cast.neighbour, code="V-201", name="邻厂储罐")
    user = make_user("works", *TanksGrants, *ScanCodesGrants, ProductsGrants.PRINT, PartiesGrants.READ, organisation=cast.works.code)  # fmt: skip
    client = log_in(user)
    assert "/do/scan_codes-order_codes" in client.get("/codes/").content.decode()
    client.post("/do/scan_codes-order_codes/", {"things": "tanks"})
    drain(at=now())
    batch = PrintBatch.objects.get()
    assert (batch.state, batch.total) == (PrintState.DONE, 1)
    said = extract_text(io.BytesIO((products.folder_of(batch) / "0001.pdf").read_bytes()))
    assert "V-101" in said
    assert "V-201" not in said
    assert "甲醇储罐" in client.get("/prints/").content.decode() or "储罐" in client.get("/prints/").content.decode()


def test_without_a_public_address_nothing_is_printed(cast, settings):
    settings.BIHUAN_PUBLIC_URL = ""
    play = plays.order(cast)
    made = perform(actions.order_codes, ctx=play.ctx, **play.inputs).value
    drain(at=AT)
    made.refresh_from_db()
    assert made.state == PrintState.REFUSED
    assert "BIHUAN_PUBLIC_URL" in made.said_zh


def test_warehouses_places_of_use_and_vehicles_say_what_they_hold(cast, anybody):
    product_plays.sheet(cast)
    add = {name: registry().actions[f"{name}.add"] for name in ("warehouses", "warehouse_stock", "places_of_use", "use_records", "vehicles", "equipment")}  # fmt: skip
    roles = ("warehouses", "places_of_use", "vehicles")
    acting = {name: context(cast.actor(name, f"{name}_keeper", cast.works, region=cast.park)) for name in roles}
    house = perform(add["warehouses"], ctx=acting["warehouses"], code="W-1", name="甲类仓库", organisation=cast.works, type="closed").value  # fmt: skip
    assert "这里没有登记危险化学品" in scan(anybody, house.thing)
    said = {"code": "W-1-1", "warehouse": house.thing, "room": "A", "name": "甲醇", "design_maximum": "40"}
    perform(add["warehouse_stock"], ctx=acting["warehouses"], **said)
    place = perform(add["places_of_use"], ctx=acting["places_of_use"], code="S-1", name="实验室", organisation=cast.works, type="laboratory", sector="schools").value  # fmt: skip
    used = {"code": "S-1-1", "place_of_use": place.thing, "name": "木醇", "purpose": "实验", "way_of_use": "analysis"}
    perform(add["use_records"], ctx=acting["places_of_use"], **used, used_yearly="3", stored_at_most="1", declared_on="2026-11-01")  # fmt: skip
    truck = perform(add["vehicles"], ctx=acting["vehicles"], code="C-1", name="罐车", organisation=cast.works, plate="云A12345", type="tank_truck", medium="甲醇").value  # fmt: skip
    for thing in (house.thing, place.thing, truck.thing):
        page = scan(anybody, thing)
        assert "高度易燃液体和蒸气" in page
        assert "设计最大" not in page
    pump = perform(add["equipment"], ctx=acting["warehouses"], code="P-1", name="泵", organisation=cast.works, type="rotating").value  # fmt: skip
    assert "没有逐件登记" in scan(anybody, pump.thing)
