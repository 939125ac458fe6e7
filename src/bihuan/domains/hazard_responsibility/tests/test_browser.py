"""Major hazards in a real browser: from an enterprise nobody knew to its leads, their duties, a rise and an over-storage."""

from __future__ import annotations

import os
from typing import Any

import pytest

from bihuan.core import clock
from bihuan.core.jobs import queue
from bihuan.core.modules import registry
from bihuan.domains.hazard_responsibility.terms import LeadRole
from bihuan.domains.hazard_responsibility.tests import plays
from bihuan.kernel.calendar import day_of
from bihuan.loop.models import Case
from bihuan.parties.models import Organisation, Person
from bihuan.registers.chemicals.terms import ChemicalsGrants
from bihuan.registers.major_hazards.models import HazardStock, HazardUnit
from bihuan.registers.major_hazards.terms import MajorHazardsGrants
from bihuan.registers.major_hazards.tests import plays as register
from browser_checks import assert_sound
from cast import Cast, saved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_design_maximum_is_raised_and_the_grade_rises(make_user, open_page):
    cast = Cast.build()
    unit = register.a_unit(cast)
    plays.appointed(cast, unit, LeadRole.TECHNICAL)
    grants = {h.grant for h in plays.appointer(cast).held} | {
        MajorHazardsGrants.EDIT, "major_hazard_filing.read", "major_hazard_filing.file", ChemicalsGrants.READ,
    }  # fmt: skip
    user = make_user("ma", *grants, region=cast.park.path)
    page = open_page(user, width=360)
    for address in (
        "/major-hazards/",
        f"/registers/hazard_units/{unit.pk}/",
        f"/major-hazards/{unit.pk}/board/",
        "/catalogue/?q=jc",
        "/catalogue/1022/",
    ):
        page.goto(address)
        assert_sound(page)
    stock = HazardStock.objects.get()
    page.goto(f"/registers/hazard_stock/{stock.pk}/")
    page.locator("a.btn-primary").first.click()
    page.locator("[name=design_maximum]").fill("150")
    with page.expect_navigation():
        page.locator("main form button[type=submit]").last.click()
    page.get_by_text("150", exact=False).first.wait_for()
    page.goto("/major-hazards/")
    page.get_by_text("一级").first.wait_for()
    english = open_page(user, language="en")
    english.goto(f"/major-hazards/{unit.pk}/board/")
    assert_sound(english)


def shot(page: Any, name: str) -> None:
    """A picture of the stop, where BIHUAN_PICTURES says so."""
    if folder := os.environ.get("BIHUAN_PICTURES"):
        page.screenshot(path=f"{folder}/hazard-{name}.png", caret="initial", full_page=True)


def fill(page: Any, **said: str) -> None:
    for name, value in said.items():
        box = page.locator(f"main form [name={name}], dialog form [name={name}]").last
        box.select_option(value) if box.evaluate("e => e.tagName") == "SELECT" else box.fill(value)


def pick(page: Any, field: str, text: str) -> None:
    """In a picker: type, wait for what is found, choose it."""
    rows = page.locator(f"[data-field={field}] .bh-rows").last
    rows.locator("input[role=combobox]").fill(text)
    rows.locator("[role=option]", has_text=text).first.click()
    rows.locator("[data-chosen] .bh-chip", has_text=text).wait_for()


def send(page: Any) -> None:
    with page.expect_navigation():
        page.locator("main form button[type=submit], dialog[open] form button[type=submit]").last.click()


def settled() -> None:
    """What the worker does: announcements, cases, duties."""
    queue.drain(at=clock.now())


@pytest.mark.long
def test_an_enterprise_becomes_a_major_hazard_with_leads_and_its_rise_is_a_case(make_user, open_page):
    cast = Cast.build()
    roles = registry().roles
    grants = {
        g
        for role in (
            "enterprises_keeper",
            "tanks_keeper",
            "hazard_units_keeper",
            "hazard_appointer",
            "committee_office",
        )
        for g in roles[role].grants
    } | {"major_hazard_filing.read"}
    page = open_page(make_user("registrar", *grants, region=cast.park.path))

    page.goto("/registers/enterprises/")
    page.locator("a.btn-primary").first.click()
    fill(page, code="XY", name="新源化工有限公司", type="production")
    pick(page, "region", "云州化工园区")
    shot(page, "1-enterprise")
    send(page)
    works = Organisation.objects.get(code="XY")
    assert works.region == cast.park

    page.goto("/do/tanks-add/")
    fill(page, code="V-101", name="液氯储罐", type="horizontal", medium="液氯", volume="120")
    pick(page, "organisation", "新源化工")
    send(page)
    page.goto("/do/hazard_units-add/")
    fill(page, code="XY-U1", name="氯库", kind="tank_farm", residents="20")
    pick(page, "organisation", "新源化工")
    shot(page, "2-unit")
    send(page)

    page.goto("/registers/hazard_units/")
    page.get_by_role("link", name="XY-U1").click()
    page.locator("[data-action='hazard_stock.add']").click()
    page.locator("dialog[open] form").wait_for()
    # Kilograms for tonnes: the form asks before it takes them.
    fill(page, code="XY-M1", vessel="V-101", name="液氯", cas="7782-50-5", design_maximum="50000", live="30")
    page.locator("dialog[open] form button[type=submit]").last.click()
    page.locator("dialog[open] .bh-wrong", has_text="装不下").wait_for()
    shot(page, "3-kilograms")
    fill(page, design_maximum="50")
    send(page)
    page.get_by_text("构成重大危险源").first.wait_for()
    settled()
    page.goto("/major-hazards/")
    page.locator(".bh-table .bh-badge", has_text="三级").first.wait_for()
    shot(page, "4-graded")
    assert_sound(page)

    handler = roles["handler"].grants
    leads = {}
    for n, role in enumerate(LeadRole):
        user = make_user(f"lead{n}", *handler, organisation=works.code)
        leads[role] = (user, f"负责人{'甲乙丙'[n]}")
        saved(
            Person(
                name=leads[role][1], organisation=works, organisation_code=works.code, region_path=works.region_path,
                user=user,
            )
        )  # fmt: skip
    page.goto("/registers/hazard_units/")
    page.get_by_role("link", name="XY-U1").click()
    for role, (_, name) in leads.items():
        page.locator("[data-action='hazard_responsibility.appoint']").click()
        page.locator("dialog[open] form").wait_for()
        fill(page, role=role.value, from_on=day_of(clock.now()).isoformat())
        pick(page, "person", name)
        send(page)
    page.get_by_text("负责人丙").first.wait_for()
    settled()
    page.reload()
    shot(page, "5-leads")
    assert_sound(page)
    for n, (role, (user, _)) in enumerate(leads.items()):
        duties = Case.objects.filter(owner_person__user=user).count()
        assert duties > 0, role
        inbox = open_page(user)
        inbox.goto("/inbox/")
        inbox.get_by_text(f"氯库（{role.label.zh}）").first.wait_for()
        if n == 0:
            shot(inbox, "6-inbox")
            assert_sound(inbox)

    stock = HazardStock.objects.get(code="XY-M1")

    def change(**said: str) -> None:
        page.goto(stock.get_absolute_url())
        page.locator("a.btn-primary").first.click()
        fill(page, **said)
        send(page)
        settled()

    change(live="49")
    page.goto("/major-hazards/")
    page.locator(".bh-table .bh-badge", has_text="三级").first.wait_for()
    assert Case.objects.filter(thing__code="XY-U1", kind__startswith="major_hazard").count() == 1, (
        "a movement is a trend"
    )
    change(design_maximum="150")
    page.goto("/major-hazards/")
    page.locator(".bh-table .bh-badge", has_text="一级").first.wait_for()
    page.goto("/cases/?q=氯库")
    page.get_by_text("由三级升为一级").first.wait_for()
    change(live="152")
    page.goto("/cases/?q=氯库")
    page.locator("main .bh-row-link", has_text="超过设计最大量").first.wait_for()
    shot(page, "7-cases")
    page.goto("/major-hazards/")
    page.locator(".bh-table .bh-badge", has_text="一级").first.wait_for()

    reader = make_user("reader", *grants, region=cast.city.path)
    english = open_page(reader, language="en", width=360)
    for number, address in enumerate((
        "/major-hazards/", HazardUnit.objects.get().get_absolute_url(), stock.get_absolute_url(),
        "/registers/enterprises/", "/registers/hazard_stock/", "/registers/enterprises/import/",
    )):  # fmt: skip
        english.goto(address)
        shot(english, f"8-en-{number}")
        assert_sound(english)
