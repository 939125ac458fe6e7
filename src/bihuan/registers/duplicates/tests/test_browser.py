"""Two entries of one enterprise in a real browser: side by side, proposed by one person, confirmed by another."""

from __future__ import annotations

import os
from typing import Any

import pytest

from bihuan.core.actions.runner import perform
from bihuan.core.modules import registry
from bihuan.parties.models import Organisation
from bihuan.registers.duplicates.models import Pair
from bihuan.registers.duplicates.tests import plays
from bihuan.registers.enterprises.models import Enterprise
from browser_checks import assert_sound
from cast import Cast, context

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shot(page: Any, name: str) -> None:
    """A picture of the stop, where BIHUAN_PICTURES says so."""
    if folder := os.environ.get("BIHUAN_PICTURES"):
        page.screenshot(path=f"{folder}/duplicates-{name}.png", caret="initial", full_page=True)


def test_one_proposes_another_confirms_and_the_old_page_leads_on(make_user, open_page):
    cast = Cast.build()
    keeper = context(cast.actor("e_keeper", "enterprises_keeper", cast.office, region=cast.city))
    for code, unit in (("Q-1", cast.works), ("Q-2", cast.neighbour)):
        values = {"code": code, "name": unit.name, "organisation": unit, "type": "production"}
        perform(registry().actions["enterprises.add"], ctx=keeper, **values)
    cast.person(cast.neighbour, "李四")
    plays.noted(cast)
    roles = registry().roles
    clerk = open_page(make_user("clerk", *roles["duplicates_clerk"].grants, region=cast.district.path))
    clerk.goto("/duplicates/")
    shot(clerk, "1-list")
    assert_sound(clerk)
    clerk.locator(".bh-row-link").click()
    clerk.locator("[data-action='duplicates.propose_merge']").first.wait_for()
    shot(clerk, "2-pair")
    assert_sound(clerk)
    clerk.locator("[data-action='duplicates.propose_merge']").first.click()
    clerk.locator("dialog[open] textarea[name=reason]").fill("信用代码与地址相同，登记了两次")
    with clerk.expect_navigation():
        clerk.locator("dialog[open] form button[type=submit]").last.click()
    pair = Pair.objects.get()

    chief = open_page(make_user("chief", *roles["duplicates_chief"].grants, region=cast.district.path))
    chief.goto(pair.get_absolute_url())
    chief.locator("[data-action='duplicates.merge']").wait_for()
    shot(chief, "3-proposed")
    assert_sound(chief)
    chief.locator("[data-action='duplicates.merge']").click()
    with chief.expect_navigation():
        chief.locator("[data-confirm-yes]").click()
    chief.get_by_text("已转到保留的单位").wait_for()
    shot(chief, "4-merged")
    assert_sound(chief)
    kept = pair.kept or Pair.objects.get().kept
    assert Organisation.objects.filter(successor=kept).count() == 1

    lost = Enterprise.objects.get(thing__state="retired")
    english = open_page(
        make_user("reader", *roles["duplicates_chief"].grants, region=cast.city.path), language="en", width=360
    )
    for n, address in enumerate(("/duplicates/?verdict=merged", pair.get_absolute_url(), lost.get_absolute_url())):
        english.goto(address)
        shot(english, f"5-en-{n}")
        assert_sound(english)
    english.get_by_text("It was entered twice and merged into").wait_for()
