"""日历: every date of plans, duties and reports in scope: limits of cases, phases, report days. 依据 A10–A12, C01–C06."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from bihuan.core.access.context import Context
from bihuan.core.access.identification import actor_of, digest
from bihuan.core.actions.problems import NotFound
from bihuan.domains.campaign.models import CalendarFeed, Campaign
from bihuan.domains.campaign.queries.office import entries_of
from bihuan.domains.campaign.terms import CampaignState
from bihuan.kernel.calendar import WorkingCalendar, day_of
from bihuan.loop.models import Case, CaseParty
from bihuan.loop.queries import OPEN
from bihuan.parties.queries import calendar_at

#: So many cases are named on a day; the rest is a number that leads to the list.
NAMED = 3
#: How far a feed reaches back and ahead, and how many entries it holds at most.
BACK, FORWARD, MOST = timedelta(days=31), timedelta(days=400), 1_000


@dataclass(frozen=True, slots=True)
class PlanDate:
    """A phase's end or a report day, as a plan names it."""

    on: date
    campaign: Campaign
    kind: str
    said: str


@dataclass(slots=True)
class Day:
    on: date
    in_month: bool
    works: bool
    #: Works or rests against the plain week: 班, 休.
    is_moved: bool
    cases: list[Case] = field(default_factory=list)
    number: int = 0
    dates: list[PlanDate] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.number - len(self.cases)

    @property
    def is_empty(self) -> bool:
        return not (self.number or self.dates)


def _cases(ctx: Context, *, mine: bool) -> QuerySet[Case]:
    # Along the index of due days: a month of them is a small part of all that lies in the region.
    rows: QuerySet[Case] = Case.objects.visible_in_order(ctx.actor).order_by().filter(OPEN)
    return rows.filter(organisation_code=ctx.actor.organisation) if mine and ctx.actor.organisation else rows


def plan_dates(*, ctx: Context, first: date, last: date) -> Iterator[PlanDate]:
    running: QuerySet[Campaign] = Campaign.objects.visible_to(ctx.actor).filter(state=CampaignState.PUBLISHED)
    for campaign in running.filter(
        Q(from_on__isnull=False, until_on__isnull=False), from_on__lte=last, until_on__gte=first
    ).order_by("name"):
        for entry in entries_of(campaign):
            if first <= entry.on <= last:
                yield PlanDate(entry.on, campaign, entry.kind, entry.said)


def month(*, ctx: Context, on: date, mine: bool) -> list[list[Day]]:
    """The weeks of a month, Monday first; three statements however full it is."""
    weeks = calendar.Calendar().monthdatescalendar(on.year, on.month)
    first, last = weeks[0][0], weeks[-1][-1]
    place = next(iter(sorted(ctx.actor.reach(*Case.view_grants()).regions)), "")
    known = calendar_at(place)
    days = {day: _day(day, on, known) for week in weeks for day in week}
    rows = _cases(ctx, mine=mine).filter(due_on__range=(first, last))
    for due_on, number in rows.values("due_on").annotate(n=Count("pk")).values_list("due_on", "n"):
        if due_on is not None:
            days[due_on].number = number
    numbered = rows.annotate(place_of_day=Window(RowNumber(), partition_by=F("due_on"), order_by=F("id").asc()))
    for case in numbered.filter(place_of_day__lte=NAMED).only("number", "title", "due_on", "kind"):
        if case.due_on is not None:
            days[case.due_on].cases.append(case)
    for found in plan_dates(ctx=ctx, first=first, last=last):
        days[found.on].dates.append(found)
    return [[days[day] for day in week] for week in weeks]


def _day(day: date, on: date, known: WorkingCalendar) -> Day:
    works = known.is_working_day(day)
    return Day(day, day.month == on.month, works, is_moved=works != (day.weekday() < 5))


def feed_of(*, secret: str, ctx: Context) -> tuple[CalendarFeed, Context]:
    """Whose feed this address is, with what that person may see now. Unknown, revoked or closed accounts have none."""
    row = CalendarFeed.objects.filter(digest=digest(secret), revoked_at__isnull=True).select_related("user").first()
    if row is None:
        raise NotFound
    actor = actor_of(row.user, at=ctx.at)
    if actor.user_id is None:
        raise NotFound
    return row, Context(actor=actor, at=ctx.at)


def feed_cases(*, ctx: Context) -> Sequence[Case]:
    """Limits of what one's own unit has a part in; of the whole scope for whoever belongs to no unit."""
    today = day_of(ctx.at)
    rows = _cases(ctx, mine=False).filter(due_on__range=(today - BACK, today + FORWARD))
    if ctx.actor.organisation:
        parts = CaseParty.objects.filter(organisation_code=ctx.actor.organisation)
        rows = rows.filter(pk__in=parts.values("case_id"))
    return list(rows.order_by("due_on", "id").only("number", "title", "due_on", "updated_at")[:MOST])


def feed_dates(*, ctx: Context) -> list[PlanDate]:
    today = day_of(ctx.at)
    return list(plan_dates(ctx=ctx, first=today - BACK, last=today + FORWARD))[:MOST]


def own_feed(*, ctx: Context) -> CalendarFeed | None:
    if ctx.actor.user_id is None:
        return None
    return CalendarFeed.objects.filter(user_id=ctx.actor.user_id, revoked_at__isnull=True).first()
