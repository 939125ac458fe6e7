"""年度考核在真浏览器中: the league table and a sheet with the rows behind each point."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from bihuan.core.modules import registry
from bihuan.domains.assessment.tests import plays
from browser_checks import assert_sound
from cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 360)])
def test_the_office_reads_the_league(
    db: None, make_user: Callable[..., Any], open_page: Callable[..., Any], language: str, width: int
) -> None:
    cast = Cast.build()
    appeal = plays.appealed(cast)
    grants = registry().roles["assessment_office"].grants
    page = open_page(make_user("reader", *grants, region=cast.city.path), language=language, width=width)
    for name, address in (
        ("list", "/assessments/"),
        ("league", appeal.sheet.scheme.get_absolute_url()),
        ("sheet", appeal.sheet.get_absolute_url()),
        ("appeal", appeal.case.get_absolute_url()),
    ):
        page.goto(address)
        if folder := os.environ.get("BIHUAN_PICTURES"):
            page.screenshot(path=f"{folder}/assessment-{language}-{width}-{name}.png", caret="initial", full_page=True)
        assert_sound(page)
