"""图层: open cases where their thing stands, by the colour of their limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bihuan.core.access.context import Context
from bihuan.core.pages.wording import due
from bihuan.core.records.mapping import Box, Feature, points
from bihuan.kernel.text import Text
from bihuan.loop.models import Case

CASES = Text("未销号事项", "Open cases")


def features(*, ctx: Context, box: Box) -> list[Feature]:
    rows = Case.objects.visible_to(ctx.actor).filter(is_open=True, thing__isnull=False).select_related("thing")

    def one(case: Case, at: Mapping[str, Any]) -> Feature:
        if case.due_on is None:
            return Feature(at, case.title, str(CASES), "neutral", case.get_absolute_url())
        view = due(case.due_on, at=ctx.at)
        return Feature(at, case.title, f"{CASES}: {view.text}", view.tone, case.get_absolute_url())

    return points(
        rows, box=box, longitude="thing__longitude", latitude="thing__latitude", label=CASES, one=one, tone="orange"
    )
