"""Reads of one's own notices."""

from __future__ import annotations

from typing import Any

from bihuan.core.access.context import Context
from bihuan.core.notices.models import Notice, Preference


def unread_count(*, ctx: Context) -> int:
    count: int = Notice.objects.visible_to(ctx.actor).filter(read_at__isnull=True).count()
    return count


def notices_of(*, ctx: Context, only_unread: bool = False) -> Any:
    rows = Notice.objects.visible_to(ctx.actor).prefetch_related("deliveries")
    return rows.filter(read_at__isnull=True) if only_unread else rows


def preference_of(*, ctx: Context) -> Preference:
    found: Preference | None = Preference.objects.visible_to(ctx.actor).first()
    return found or Preference(user_id=str(ctx.actor.user_id))
