"""每日按期删除. Without a confirmed rule it removes nothing at all."""

from __future__ import annotations

import logging

from bihuan.core.access.context import Context
from bihuan.core.actions import runner
from bihuan.core.retention import actions, queries
from bihuan.core.retention.declared import Kept, rules
from bihuan.core.retention.rules import is_long_enough

log = logging.getLogger("bihuan.retention")
#: Steps of one kind in one night: what is left goes tomorrow.
STEPS = 200


def remove_due(*, ctx: Context) -> None:
    known = queries.confirmed_rules()
    for kept in rules():
        confirmed = known.get(kept.code)
        if confirmed is None or not is_long_enough(confirmed.days, at_least=kept.at_least(ctx.at)):
            continue
        for _ in range(STEPS):
            if not _step(kept, confirmed.days, ctx):
                break


def _step(kept: Kept, days: int, ctx: Context) -> bool:
    due, _ = queries.split(kept, at=ctx.at, days=days)
    rows = list(due[: actions.TOGETHER])
    if not rows:
        return False
    try:
        runner.perform(
            actions.remove,
            ctx=ctx,
            code=kept.code,
            keys=[str(r.pk) for r in rows],
            count=len(rows),
            digest=queries.digest_of(rows),
            until=getattr(rows[-1], kept.since),
        )
    except actions.StillReferred as refused:
        log.error("retention: %s is still referred to and stays: %s", kept.code, refused.text.en)
        return False
    except actions.NotDue:
        return False
    return len(rows) == actions.TOGETHER
