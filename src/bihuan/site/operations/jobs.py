"""Timers of operations."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from bihuan.core.access.context import Context
from bihuan.site.backup import taking
from bihuan.site.backup.vault import VaultBusy


def back_up(*, ctx: Context) -> None:
    """每日备份, where a folder is named for it. The newest sixty points are kept."""
    if settings.BIHUAN_BACKUP:
        folder = Path(settings.BIHUAN_BACKUP)
        try:
            taking.take(folder, at=ctx.at)
        except VaultBusy:
            return  # longer than a lease: another worker was given what the first is still doing
        taking.vault_at(folder).forget(keep=POINTS_KEPT)


POINTS_KEPT = 60
