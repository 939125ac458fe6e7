"""职责在真浏览器中: the matrix with its gaps, a unit's chain, and a hand-over confirmed with its counts."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from bihuan.core.actions.runner import perform
from bihuan.core.modules import registry
from bihuan.domains.responsibilities.tests import plays
from browser_checks import assert_sound
from cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 360)])
def test_the_office_divides_and_hands_over(
    db: None, make_user: Callable[..., Any], open_page: Callable[..., Any], language: str, width: int
) -> None:
    cast = Cast.build()
    plays.declared(cast, cast.emergency, *plays.EVERY_LINE[:8])
    plays.gap_of(cast, "sector.waste")
    leader = plays.PLAYS["responsibilities.set_leader_item"](cast)
    perform(registry().actions["responsibilities.set_leader_item"], ctx=leader.ctx, **leader.inputs)
    old = cast.person(cast.industry, "李明")
    plays.task_of(cast, old)
    plays.clause_of(cast, old)
    grants = registry().roles["responsibilities_office"].grants
    page = open_page(make_user("reader", *grants, region=cast.city.path), language=language, width=width)

    def stop(address: str, name: str) -> None:
        page.goto(address)
        if folder := os.environ.get("BIHUAN_PICTURES"):
            page.screenshot(path=f"{folder}/resp-{language}-{width}-{name}.png", caret="initial", full_page=True)
        assert_sound(page)

    stop("/responsibilities/", "matrix")
    stop("/responsibilities/units/", "units")
    paper = plays.paper_of(cast, "publish")
    stop("/responsibilities/papers/", "papers")
    stop(paper.get_absolute_url(), "paper")
    stop(f"/responsibilities/units/{cast.industry.code}/basis/", "basis")
    stop("/responsibilities/leaders/?year=2027", "leaders")
    stop(f"/responsibilities/units/{cast.industry.code}/?year=2026", "unit")
    stop(f"/responsibilities/people/{old.pk}/", "hand-over")
