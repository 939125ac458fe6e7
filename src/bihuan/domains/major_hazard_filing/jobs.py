"""By the clock: evaluations that fall due."""

from __future__ import annotations

from bihuan.core.access.context import Context
from bihuan.core.actions.runner import perform
from bihuan.domains.major_hazard_filing import actions, queries
from bihuan.kernel.calendar import day_of


def open_evaluation_cases(*, ctx: Context) -> None:
    for filing in queries.due_for_evaluation(on=day_of(ctx.at)):
        perform(actions.open_evaluation_case, ctx=ctx, filing=filing, once=f"{filing.pk}:{filing.evaluation_due_on}")
