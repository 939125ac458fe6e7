"""By the clock: thin; each looks for what is due and calls one action for it."""

from __future__ import annotations

from django.db.models import F

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import StaleVersion
from bihuan.core.actions.runner import perform
from bihuan.kernel.calendar import day_of
from bihuan.loop.actions import clock
from bihuan.loop.kinds import population_of
from bihuan.loop.models import Case, Duty
from bihuan.loop.queries import UNFINISHED

#: One transaction makes at most this many cases, so that nobody else waits long for the database.
CHUNK = 100


def escalate_due(*, ctx: Context) -> None:
    """Every open case whose next step has come. A case somebody is just changing is looked at again next time."""
    today = day_of(ctx.at)
    due = Case.objects.filter(is_open=True, next_escalation_on__lte=today).order_by("next_escalation_on")
    for case in due.iterator(chunk_size=500):
        try:
            perform(clock.escalate, ctx=ctx, case=case, once=f"{case.pk}:{case.due_on}:{today}:{case.version}")
        except StaleVersion:
            continue


def pass_on_abolished(*, ctx: Context) -> None:
    """Unfinished cases of units that were abolished go to their successors; those without one stay and are overdue in time."""
    today = day_of(ctx.at)
    rows = Case.objects.filter(
        is_open=True,
        stage__in=UNFINISHED,
        owner__abolished_on__lte=today,
        owner__successor__isnull=False,
        owner__successor__abolished_on__isnull=True,
    ).exclude(supervisor=F("owner__successor"))
    for case in rows.select_related("owner__successor").order_by("number").iterator(chunk_size=500):
        try:
            perform(clock.pass_on, ctx=ctx, case=case, once=f"{case.pk}:{case.owner_id}:{case.version}")
        except StaleVersion:
            continue


def make_duty_cases(*, ctx: Context) -> None:
    """Every living duty, over its population, in chunks."""
    today = day_of(ctx.at)
    for duty in Duty.objects.filter(from_on__lte=today).exclude(until_on__lte=today):
        members = list(population_of(duty.population).members(region_path=duty.region_path))
        for start in range(0, len(members), CHUNK):
            said = [
                {"key": m.key, "name": m.name, "organisation": m.organisation_code}
                for m in members[start : start + CHUNK]
            ]
            perform(clock.make_duty_cases, ctx=ctx, duty=duty, members=said)
