"""The pages of major hazards in a real browser: raise a design maximum, see the grade rise."""

from __future__ import annotations

import pytest

from bihuan.domains.hazard_responsibility.terms import LeadRole
from bihuan.domains.hazard_responsibility.tests import plays
from bihuan.registers.chemicals.terms import ChemicalsGrants
from bihuan.registers.major_hazards.models import HazardStock
from bihuan.registers.major_hazards.terms import MajorHazardsGrants
from bihuan.registers.major_hazards.tests import plays as register
from browser_checks import assert_sound
from cast import Cast

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
