"""四种人的一天 in a real browser: the office, a department, a county, a leader. Wide in Chinese, narrow in English."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from bihuan.core.modules import registry
from bihuan.domains.campaign.models import Campaign
from bihuan.domains.campaign.tests import plays
from browser_checks import assert_sound
from cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(db: None) -> tuple[Cast, Campaign]:
    """A running campaign with a gap, an exception asked for, and a report still out."""
    cast = Cast.build()
    plays.report_of(cast)
    plays.asked_exception_on(cast)
    return cast, Campaign.objects.get()


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 360)])
def test_each_role_finds_its_day(
    city: tuple[Cast, Campaign],
    make_user: Callable[..., Any],
    open_page: Callable[..., Any],
    language: str,
    width: int,
) -> None:
    cast, campaign = city
    roles = registry().roles

    def look(page: Any, address: str, selector: str, name: str) -> None:
        page.goto(address)
        page.locator(selector).first.wait_for()
        if folder := os.environ.get("BIHUAN_PICTURES"):
            page.screenshot(path=f"{folder}/day-{language}-{width}-{name}.png", caret="initial", full_page=True)
        assert_sound(page)

    grants = (*roles["campaign_office"].grants, "access.use_own_account")
    page = open_page(make_user("chief", *grants, region=cast.city.path), language=language, width=width)
    look(page, "/office/", "#waiting", "office")
    look(page, "/indicators/", "#exceptions", "gaps")
    look(page, f"/campaigns/{campaign.pk}/places/", ".bh-table", "places")
    look(page, "/calendar/?month=2027-03", ".cp-months", "calendar")
    look(page, "/screen/", ".cs-numbers", "screen")

    page = open_page(
        make_user("bureau", *roles["handler"].grants, organisation=cast.industry.code), language=language, width=width
    )
    look(page, "/my-unit/", ".cp-unit-card", "department")
    case = plays.Case.objects.get(owner=cast.industry, kind="campaign_task")
    look(page, case.get_absolute_url(), ".cp-measure", "task")

    county = make_user("county", *roles["reader"].grants, "campaign.read", region=cast.district.path)
    page = open_page(county, language=language, width=width)
    look(page, "/indicators/?show=all", ".bh-filters", "county")

    leader = make_user("leader", *roles["campaign_reader"].grants, organisation=cast.industry.code)
    page = open_page(leader, language=language, width=width)
    look(page, "/my-unit/", ".cp-light", "leader")
    with page.expect_navigation():
        page.locator(".cp-three a").first.click()
    page.locator("h1").wait_for()
