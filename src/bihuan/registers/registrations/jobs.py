"""By the clock: certificates that fall due."""

from __future__ import annotations

from bihuan.core.access.context import Context
from bihuan.core.actions.runner import perform
from bihuan.kernel.calendar import day_of
from bihuan.registers.registrations import actions, queries


def remind(*, ctx: Context) -> None:
    for row in queries.falling_due(on=day_of(ctx.at)):
        if queries.authority_of(row.organisation) is None:
            continue  # a holder without a supervisor is a finding of its own; one of them must not stop the rest
        perform(actions.remind, ctx=ctx, registration=row, once=f"{row.pk}:{row.valid_until}")
