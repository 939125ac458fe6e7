"""Timers of sync."""

from __future__ import annotations

from bihuan.core.access.context import Context
from bihuan.core.sync.envelopes import KEPT
from bihuan.core.sync.models import IdempotencyKey


def purge_keys(*, ctx: Context) -> None:
    """Keys are kept ninety days: an envelope older than that is refused for its age, so none can come back as new."""
    while stale := list(
        IdempotencyKey.objects.filter(created_at__lt=ctx.at - KEPT).values_list("pk", flat=True)[:2_000]
    ):
        IdempotencyKey.objects.filter(pk__in=stale).delete()
