"""表单里的选择: rows a picker finds."""

from __future__ import annotations

from collections.abc import Iterable

from bihuan.core.access.context import Context
from bihuan.parties.models import Post


def find_posts(*, ctx: Context, text: str) -> Iterable[Post]:
    """岗位, by a piece of the name."""
    rows = Post.objects.visible_to(ctx.actor).order_by("organisation_code", "name")
    return rows.filter(name__contains=text) if text else rows
