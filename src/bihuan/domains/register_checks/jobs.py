"""By the clock: every finding has its case."""

from __future__ import annotations

from bihuan.core.access.context import Context
from bihuan.core.actions.runner import perform
from bihuan.domains.register_checks import actions, queries
from bihuan.kernel.calendar import day_of
from bihuan.parties.models import Thing


def open_finding_cases(*, ctx: Context) -> None:
    """底数核查: what has its case already, in the same words, is left alone."""
    today = day_of(ctx.at)
    known = queries.open_cases()
    for finding in queries.findings(on=today):
        if known.get((finding.thing_id, finding.check.label.zh)) == finding.text:
            continue
        thing = Thing._base_manager.select_related("organisation", "region").get(pk=finding.thing_id)
        perform(
            actions.open_finding_case,
            ctx=ctx,
            thing=thing,
            check=finding.check,
            text=finding.text,
            ends_on=finding.due_on,
            once=f"{finding.check.value}:{finding.thing_id}:{today.isoformat()}",
        )
