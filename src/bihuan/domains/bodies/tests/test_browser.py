"""议事协调机构在真浏览器中."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from bihuan.core.actions.runner import perform
from bihuan.core.modules import registry
from bihuan.domains.bodies.tests import plays
from browser_checks import assert_sound
from cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 360)])
def test_the_office_looks_at_its_bodies(
    db: None, make_user: Callable[..., Any], open_page: Callable[..., Any], language: str, width: int
) -> None:
    cast = Cast.build()
    seat = plays.seat_of(cast)
    plays.seat_of(cast, seat.body, role="head", organisation=cast.office)
    meeting = plays.meeting_of(cast, seat.body)
    made = perform(
        registry().actions["bodies.decide"],
        ctx=plays.by_office(cast).ctx,
        meeting=meeting,
        title="月底前完成复产核查",
        organisation=cast.industry,
        supervisor=cast.emergency,
        due_on=plays.LATER,
    ).value
    experts = plays.expert_of(cast).body
    grants = registry().roles["bodies_office"].grants
    page = open_page(make_user("reader", *grants, region=cast.city.path), language=language, width=width)
    for name, address in (
        ("list", "/bodies/"),
        ("body", seat.body.get_absolute_url()),
        ("experts", experts.get_absolute_url()),
        ("decision", made.case.get_absolute_url()),
    ):
        page.goto(address)
        if folder := os.environ.get("BIHUAN_PICTURES"):
            page.screenshot(path=f"{folder}/bodies-{language}-{width}-{name}.png", caret="initial", full_page=True)
        assert_sound(page)
