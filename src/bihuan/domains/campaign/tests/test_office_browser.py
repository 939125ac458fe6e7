"""安委办的页面在真浏览器中: a city's plan and a district's below it, looked at on a desk and on a phone."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from bihuan.core.actions.runner import perform
from bihuan.core.modules import registry
from bihuan.domains.campaign.actions import cascade
from bihuan.domains.campaign.models import Campaign, PlanItem, Report
from bihuan.domains.campaign.tests import plays
from browser_checks import assert_sound
from cast import Cast, context

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shot(page: Any, name: str) -> None:
    """A picture of the stop, where BIHUAN_PICTURES says so."""
    if folder := os.environ.get("BIHUAN_PICTURES"):
        page.screenshot(path=f"{folder}/office-{name}.png", caret="initial", full_page=True)


@pytest.fixture
def family(db: None) -> tuple[Campaign, Campaign]:
    cast = Cast.build()
    upper, lower = plays.family_of(cast)
    office = context(plays.office_of(cast))
    perform(
        cascade.ask_for_plans,
        ctx=office,
        campaign=upper,
        organisations=[cast.district_emergency, cast.industry],
        due_on=plays.IN_TIME,
    )
    perform(
        cascade.ask_for_plans,
        ctx=office,
        campaign={"id": str(upper.pk)},
        organisations=[cast.industry],
        due_on=plays.IN_TIME,
        sector="民爆",
    )
    item = PlanItem.objects.filter(campaign=upper, no="1").get()
    perform(cascade.exempt, ctx=office, campaign={"id": str(lower.pk)}, parent_item=item, because="本区无此类企业")
    return upper, lower


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 360)])
def test_the_office_looks_at_a_family_of_plans(
    family: tuple[Campaign, Campaign],
    make_user: Callable[..., Any],
    open_page: Callable[..., Any],
    language: str,
    width: int,
) -> None:
    upper, lower = family
    roles = registry().roles
    officer = make_user("officer", *roles["campaign_office"].grants, region=upper.region_path)
    page = open_page(officer, language=language, width=width)

    def stop(name: str) -> None:
        shot(page, f"{language}-{width}-{name}")
        assert_sound(page)

    page.goto(f"/campaigns/{upper.pk}/family/")
    stop("family")
    page.goto(f"/campaigns/{lower.pk}/answers/{upper.pk}/")
    stop("answers")
    with page.expect_navigation():
        page.get_by_role("button", name="采纳明确对应的" if language == "zh" else "Take the clear ones").click()
    page.locator(".cp-answer .bh-badge").first.wait_for()
    stop("answered")
    page.locator(".cp-answer a[data-dialog]").first.click()
    page.locator("#bh-dialog-body form").wait_for()
    stop("answer")
    Campaign.objects.filter(pk=lower.pk).update(state="published")
    page.goto(f"/campaigns/{upper.pk}/coverage/")
    stop("coverage")
    page.goto(f"/campaigns/{upper.pk}/phases/")
    stop("phases")


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 360)])
def test_a_department_writes_its_report_and_the_office_sees_it(
    db: None,
    make_user: Callable[..., Any],
    open_page: Callable[..., Any],
    language: str,
    width: int,
) -> None:
    cast = Cast.build()
    report = plays.written(cast, signers=["党委主要负责人", "政府主要负责人"])
    roles = registry().roles
    clerk = make_user("scribe", *roles["handler"].grants, organisation=cast.industry.code)
    page = open_page(clerk, language=language, width=width)

    def stop(name: str) -> None:
        shot(page, f"{language}-{width}-{name}")
        assert_sound(page)

    page.goto(report.get_absolute_url())
    stop("report")
    page.locator(".cp-figures a").first.click()
    page.wait_for_url("**/figures/**")
    stop("figure")
    page.goto(f"{report.get_absolute_url()}edit/")
    page.locator("textarea").first.fill("已销号{已销号}项，逾期{已逾期}项。")
    stop("report-form")
    with page.expect_navigation():
        page.locator("main form button[type=submit]").click()
    page.locator(".cp-sheet .cp-figure").nth(1).wait_for()
    Report.objects.update(signers=[])
    page.reload()
    page.get_by_role("button", name="报送" if language == "zh" else "Send", exact=True).click()
    page.locator("#bh-dialog-body button.btn-primary, dialog[open] button.btn-primary").first.click()
    page.locator(".cp-digest").wait_for()
    stop("report-sent")
    officer = make_user("chief", *roles["campaign_office"].grants, region=cast.city.path)
    page = open_page(officer, language=language, width=width)
    page.goto(f"/campaigns/{report.campaign_id}/reports/")
    stop("reports")
