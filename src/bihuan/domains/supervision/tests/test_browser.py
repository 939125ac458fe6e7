"""督导检查在真浏览器中: a check is drawn, a problem stands on the ledger, units are ranked, warned and examine themselves."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from bihuan.core.actions.runner import perform
from bihuan.core.modules import registry
from bihuan.domains.supervision.models import Check, Circular
from bihuan.domains.supervision.tests import plays
from bihuan.loop.models import Case
from browser_checks import assert_sound
from cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shot(page: Any, name: str) -> None:
    """A picture of the stop, where BIHUAN_PICTURES says so."""
    if folder := os.environ.get("BIHUAN_PICTURES"):
        page.screenshot(path=f"{folder}/supervision-{name}.png", caret="initial", full_page=True)


@pytest.fixture
def city(db: None) -> Cast:
    cast = Cast.build()
    plays.open_case(cast)
    late = plays.open_case(cast, owner=cast.district_emergency)
    Case.objects.filter(pk=late.pk).update(due_on=date(2026, 1, 31))
    plays.submitted(cast)
    plays.asked(cast)
    plays.examination_of(cast)
    plays.practice_of(cast, "review")
    for name in ("supervision.publish_circular", "supervision.plan_inspection"):
        play = plays.PLAYS[name](cast)
        perform(registry().actions[name], ctx=play.ctx, **play.inputs)
    return cast


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 360)])
def test_the_office_supervises(
    city: Cast, make_user: Callable[..., Any], open_page: Callable[..., Any], language: str, width: int
) -> None:
    warning, check = plays.warning_of(city), plays.check_of(city)
    grants = registry().roles["supervision_office"].grants
    page = open_page(make_user("inspector", *grants, region=city.city.path), language=language, width=width)

    def stop(address: str, name: str) -> None:
        page.goto(address)
        shot(page, f"{language}-{width}-{name}")
        assert_sound(page)

    stop(check.get_absolute_url(), "undrawn")
    page.get_by_role("button", name="抽取并派出" if language == "zh" else "Draw and send out").click()
    page.locator("#bh-dialog-body button.btn-primary, dialog[open] button.btn-primary").first.click()
    page.locator(".sv-case").first.wait_for()
    drawn = Check.objects.get(pk=check.pk)
    stop(check.get_absolute_url(), "drawn")
    stop(drawn.groups.get(position=1).case.get_absolute_url(), "group")
    stop("/supervision/", "checks")
    stop("/problems/", "problems")
    stop("/supervision/circulars/", "circulars")
    stop(Circular.objects.get().get_absolute_url(), "circular")
    stop(warning.get_absolute_url(), "warning")
    stop("/supervision/rulings/", "rulings")
    stop("/supervision/examinations/", "examinations")
    stop("/supervision/plans/?year=2027", "plans")
    stop("/supervision/practices/", "practices")
