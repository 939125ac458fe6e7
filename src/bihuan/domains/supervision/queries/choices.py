"""表单里的选择: rows a picker finds."""

from __future__ import annotations

from collections.abc import Iterable

from bihuan.core.access.context import Context
from bihuan.loop.models import Case


def find_cases(*, ctx: Context, text: str) -> Iterable[Case]:
    """事项, by number or a piece of the title; the open ones first."""
    rows = Case.objects.visible_to(ctx.actor).order_by("-is_open", "-number")
    return rows.filter(number=text) | rows.filter(title__contains=text) if text else rows
