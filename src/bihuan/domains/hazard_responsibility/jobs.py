"""By the clock: the duties of a new week, month, quarter."""

from __future__ import annotations

from bihuan.core.access.context import Context
from bihuan.core.actions.runner import perform
from bihuan.domains.hazard_responsibility import actions, queries
from bihuan.kernel.calendar import day_of


def make_duty_cases(*, ctx: Context) -> None:
    today = day_of(ctx.at).isoformat()
    for unit in queries.graded_units():
        perform(actions.make_duty_cases, ctx=ctx, unit=unit, once=f"{unit.pk}:{today}")
