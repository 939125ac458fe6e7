"""Jobs of the protection of personal data."""

from __future__ import annotations

from uuid import UUID

from bihuan.core.access.context import Context
from bihuan.core.jobs.queue import report_progress
from bihuan.core.protection import resealing


def reseal(*, ctx: Context) -> None:
    """换钥重封."""
    kind, _, name = (ctx.cause or "").partition(":")

    def tell(percent: int, said: str) -> None:
        if kind == "job":
            report_progress(task=UUID(name), percent=percent, said=said)

    resealing.reseal(at=ctx.at, cause=ctx.cause or "", tell=tell)
