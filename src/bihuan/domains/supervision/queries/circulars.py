"""通报: how the units of a region stand, now and in the circulars that went out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.core.access.rows import below
from bihuan.core.actions.problems import NotFound
from bihuan.domains.supervision.models import Circular, CircularLine, WarningLetter
from bihuan.domains.supervision.rules.ranking import Line, UnitFacts, rank
from bihuan.kernel.calendar import day_of, end_of, start_of
from bihuan.loop.models import Case
from bihuan.loop.terms import Stage
from bihuan.parties.models import Organisation
from bihuan.parties.terms import AUTHORITIES

LISTED = 100


def standing(*, ctx: Context, region_path: str, from_on: date, until_on: date, source: str = "") -> list[Line]:
    """各单位排名: the cases of public bodies that fell due in the period, were closed in it, or are open past their limit."""
    today = day_of(ctx.at)
    start = start_of(from_on)
    rows = Case.objects.visible_to(ctx.actor).filter(below("region_path", region_path), owner__kind__in=AUTHORITIES)
    if source:
        rows = rows.filter(Q(source=source) | Q(problementry__drives__name=source)).distinct()
    in_period = Q(due_on__gte=from_on, due_on__lte=until_on)
    closed_in_it = Q(stage=Stage.CLOSED_OUT.value, closed_at__gte=start, closed_at__lt=end_of(until_on))
    # Submitted by its limit, it waits for whoever verifies: the unit is not behind.
    in_time = Q(stage=Stage.SUBMITTED.value, stage_since__date__lte=F("due_on"))
    behind = Q(is_open=True, due_on__lt=min(today, until_on)) & ~in_time
    rows = rows.exclude(stage=Stage.WITHDRAWN.value).filter(in_period | closed_in_it | behind)
    late = Q(stage=Stage.CLOSED_OUT.value, due_on__isnull=False, closed_at__date__gt=F("due_on"))
    counted = (
        Case.objects.filter(pk__in=rows.order_by().values("pk"))
        .order_by()
        .values("organisation_code", "owner__name")
        .annotate(
            total=Count("pk"),
            closed=Count("pk", filter=Q(stage=Stage.CLOSED_OUT.value)),
            closed_late=Count("pk", filter=late),
            overdue=Count("pk", filter=Q(is_open=True, due_on__lt=today) & ~in_time),
            sent_back=Count("pk", filter=Q(times_sent_back__gt=0)),
            supervised=Count("pk", filter=Q(is_supervised=True)),
        )
    )
    return rank(_facts(row) for row in counted)


def _facts(row: Mapping[str, Any]) -> UnitFacts:
    numbers = ("total", "closed", "closed_late", "overdue", "sent_back", "supervised")
    return UnitFacts(row["organisation_code"], row["owner__name"], **{n: row[n] for n in numbers})


def with_units(lines: list[Line]) -> list[tuple[Line, Organisation]]:
    units = {o.code: o for o in Organisation.objects.filter(code__in=[line.facts.code for line in lines])}
    return [(line, units[line.facts.code]) for line in lines if line.facts.code in units]


def circulars(*, ctx: Context) -> QuerySet[Circular]:
    rows: QuerySet[Circular] = Circular.objects.visible_to(ctx.actor).select_related("organisation")
    return rows.annotate(units=Count("lines", distinct=True)).order_by("-published_at")


def get_circular(*, ctx: Context, circular_id: UUID) -> Circular:
    found: Circular | None = (
        Circular.objects.visible_to(ctx.actor).select_related("organisation", "region").filter(pk=circular_id).first()
    )
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Placed:
    """One line of a circular, with the place this unit had in the one before."""

    line: CircularLine
    facts: UnitFacts
    before: int | None

    @property
    def moved(self) -> int:
        return (self.before - self.line.rank) if self.before is not None else 0


def lines_of(circular: Circular) -> list[Placed]:
    earlier = (
        Circular.objects.filter(region=circular.region, source=circular.source, published_at__lt=circular.published_at)
        .order_by("-published_at")
        .first()
    )
    before = dict(CircularLine.objects.filter(circular=earlier).values_list("organisation", "rank")) if earlier else {}
    return [
        Placed(
            line,
            UnitFacts(
                line.organisation.code,
                line.organisation.name,
                line.total,
                line.closed,
                line.closed_late,
                line.overdue,
                line.sent_back,
                line.supervised,
            ),
            before.get(line.organisation_id),
        )
        for line in circular.lines.select_related("organisation").order_by("rank", "organisation__code")
    ]


def warnings(*, ctx: Context) -> QuerySet[WarningLetter]:
    """警示函, the open ones first."""
    rows: QuerySet[WarningLetter] = WarningLetter.objects.visible_to(ctx.actor).select_related("case", "case__owner")
    return rows.order_by("-case__is_open", "-id")
