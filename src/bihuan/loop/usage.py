"""使用情况: whether the system is used and not only built, unit by unit: logins, cases handled, days without use.

Never person by person: what is counted is a unit's, its moments are days, and no name is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.access.models import LoginSession, User
from bihuan.core.access.rows import any_of, below
from bihuan.core.actions.problems import NotFound
from bihuan.core.pages.components import Crumb
from bihuan.kernel.calendar import day_of
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text
from bihuan.loop.models import CaseStep
from bihuan.loop.terms import LoopGrants
from bihuan.parties.models import Organisation

#: The figures are of so many days; who has not been seen for as long is idle.
DAYS = 30
#: From so many days on a unit is worth a look.
QUIET = 7
LABEL = Text("使用情况", "Use of the system")


class Use(Term):
    """使用状态."""

    IN_USE = "in_use", "在用", "In use"
    QUIET = "quiet", "一周以上未用", "Not used for a week"
    IDLE = "idle", "三十天以上未用", "Not used for thirty days"
    NEVER = "never", "从未使用", "Never used"


def use_of(idle_days: int | None) -> Use:
    """闲置天数 → 使用状态. Sessions are kept for half a year, so a unit last seen before that counts as never seen."""
    if idle_days is None:
        return Use.NEVER
    if idle_days >= DAYS:
        return Use.IDLE
    return Use.QUIET if idle_days >= QUIET else Use.IN_USE


@dataclass(frozen=True, slots=True)
class UnitUse:
    """One unit over the last thirty days. `people`: how many of its accounts logged in."""

    organisation: Organisation
    accounts: int
    people: int
    logins: int
    steps: int
    cases: int
    last_on: date | None
    idle_days: int | None

    @property
    def use(self) -> Use:
        return use_of(self.idle_days)


@dataclass(frozen=True, slots=True)
class Usage:
    """The units with an account, longest unused first."""

    units: list[UnitUse]

    @property
    def in_use(self) -> int:
        return sum(unit.use in (Use.IN_USE, Use.QUIET) for unit in self.units)

    @property
    def idle(self) -> int:
        return len(self.units) - self.in_use

    @property
    def logins(self) -> int:
        return sum(unit.logins for unit in self.units)

    @property
    def steps(self) -> int:
        return sum(unit.steps for unit in self.units)


def usage(*, ctx: Context) -> Usage:
    """For whoever dispatches and supervises there. Four statements at any size."""
    reach = ctx.actor.reach(str(LoopGrants.DIRECT))
    if reach.is_nowhere:
        raise NotFound
    units = Organisation.objects.filter(abolished_on__isnull=True).order_by()
    if not reach.is_everywhere:
        within = [below("region_path", r) for r in reach.regions] + [Q(code__in=sorted(reach.organisations))]
        units = units.filter(any_of(within))
    counted = User.objects.filter(is_active=True, organisation_code__in=units.values("code")).order_by()
    accounts = dict(counted.values_list("organisation_code").annotate(n=Count("pk")))
    since = ctx.at - timedelta(days=DAYS)
    seen, moved = _sessions(list(accounts), since), _steps(list(accounts), since)
    today = day_of(ctx.at)
    found = []
    for unit in units.filter(code__in=list(accounts)):
        last, people, logins = seen.get(unit.code) or (None, 0, 0)
        steps, cases = moved.get(unit.code, (0, 0))
        last_on = day_of(last) if last else None
        idle = (today - last_on).days if last_on else None
        found.append(UnitUse(unit, accounts[unit.code], people, logins, steps, cases, last_on, idle))
    return Usage(sorted(found, key=lambda u: (u.last_on or date.min, u.organisation.code)))


def _sessions(codes: list[str], since: datetime) -> dict[str, tuple[datetime, int, int]]:
    recent = Q(authenticated_at__gte=since)
    rows = LoginSession.objects.filter(user__organisation_code__in=codes).order_by()
    counted = rows.values_list("user__organisation_code").annotate(
        last=Max("last_seen_at"), people=Count("user", filter=recent, distinct=True), logins=Count("pk", filter=recent)
    )
    return {code: (last, people, logins) for code, last, people, logins in counted}


def _steps(codes: list[str], since: datetime) -> dict[str, tuple[int, int]]:
    """What people did with cases; what a job did by the clock is no use of the system."""
    rows = CaseStep.objects.filter(at__gte=since, actor__startswith="user:", organisation__code__in=codes).order_by()
    counted = rows.values_list("organisation__code").annotate(steps=Count("pk"), cases=Count("case", distinct=True))
    return {code: (steps, cases) for code, steps, cases in counted}


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    return render(request, "loop/usage.html", {"usage": usage(ctx=ctx), "days": DAYS, "crumbs": [Crumb(LABEL)]})
