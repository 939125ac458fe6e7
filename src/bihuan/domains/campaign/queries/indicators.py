"""指标缺口: what is missed, where, by how much, since when; and what nobody has measured yet. 依据 A18."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.core.modules import registry
from bihuan.domains.campaign.models import Campaign, Indicator, IndicatorException, Measurement
from bihuan.domains.campaign.rules import indicators
from bihuan.domains.campaign.rules.limits import shortfall
from bihuan.domains.campaign.terms import CampaignState, ExceptionState, GapState
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop.kinds import Formula
from bihuan.loop.models import Case


@dataclass(frozen=True, slots=True)
class Measured:
    """One line: an indicator at one unit."""

    row: Measurement
    state: GapState
    gap: Decimal
    #: Points of the small line, and where in it the target lies.
    points: str
    target_at: int
    exception: IndicatorException | None


def not_excepted(rows: QuerySet[Measurement], *, today: date) -> QuerySet[Measurement]:
    """Without those whose unit has an exception that holds today."""
    return rows.exclude(Exists(_granted(today)))


def _granted(today: date) -> QuerySet[IndicatorException]:
    holds = Q(until_on__isnull=True) | Q(until_on__gte=today)
    return IndicatorException.objects.filter(
        holds,
        indicator=OuterRef("indicator_id"),
        organisation_code=OuterRef("organisation_code"),
        state=ExceptionState.GRANTED,
    )


def current(*, ctx: Context, campaign: UUID | None = None) -> QuerySet[Measurement]:
    """The value that counts of each indicator at each unit one may see, of campaigns that run."""
    rows: QuerySet[Measurement] = Measurement.objects.visible_to(ctx.actor).filter(
        is_current=True, indicator__is_dropped=False, indicator__campaign__state=CampaignState.PUBLISHED
    )
    return rows.filter(indicator__campaign=campaign) if campaign else rows


def gaps(*, ctx: Context, campaign: UUID | None = None) -> QuerySet[Measurement]:
    """未达标, the longest first; those excepted are not among them."""
    rows = not_excepted(current(ctx=ctx, campaign=campaign).filter(unmet_since__isnull=False), today=day_of(ctx.at))
    return rows.order_by("unmet_since", "organisation_code", "id")


def everything(*, ctx: Context, campaign: UUID | None = None) -> QuerySet[Measurement]:
    return current(ctx=ctx, campaign=campaign).order_by("indicator_id", "organisation_code", "id")


def with_names(rows: QuerySet[Measurement]) -> QuerySet[Measurement]:
    return rows.select_related(
        "indicator", "indicator__campaign", "indicator__task", "indicator__task__case", "organisation"
    )


def lines(rows: Sequence[Measurement], *, today: date) -> list[Measured]:
    """Two more queries, however many lines a page has: the values before, the exceptions."""
    wanted = {(r.indicator_id, r.organisation_code) for r in rows}
    history: dict[Any, list[Decimal]] = {}
    before = Measurement.objects.filter(
        indicator__in={i for i, _ in wanted}, organisation_code__in={c for _, c in wanted}
    )
    for indicator, code, value in before.order_by("on", "created_at", "id").values_list(
        "indicator_id", "organisation_code", "value"
    ):
        history.setdefault((indicator, code), []).append(value)
    exceptions = _exceptions(wanted, today)
    return [_line(row, history, exceptions.get((row.indicator_id, row.organisation_code))) for row in rows]


def _exceptions(wanted: Iterable[tuple[Any, str]], today: date) -> Mapping[Any, IndicatorException]:
    """The one that holds, or else the one that waits to be decided."""
    found: dict[Any, IndicatorException] = {}
    rows = IndicatorException.objects.filter(indicator__in={i for i, _ in wanted}).exclude(state=ExceptionState.REFUSED)
    for row in rows.order_by("state", "asked_at"):  # asked before granted: what holds wins
        if row.until_on is None or row.until_on >= today:
            found[row.indicator_id, row.organisation_code] = row
    return found


def _line(row: Measurement, history: Mapping[Any, Sequence[Decimal]], exception: IndicatorException | None) -> Measured:
    said = row.indicator
    points, target_at = indicators.spark(
        history.get((row.indicator_id, row.organisation_code), [row.value]), target=said.target
    )
    excepted = exception is not None and exception.state == ExceptionState.GRANTED
    state = indicators.state_of(value=row.value, op=said.op, target=said.target, excepted=excepted)
    gap = shortfall(op=said.op, target=said.target, value=row.value)
    return Measured(row, state, gap, points, target_at, exception)


def unmeasured(*, ctx: Context, campaign: UUID | None = None) -> QuerySet[Indicator]:
    """未填报: indicators of running campaigns about which nobody has said anything."""
    rows: QuerySet[Indicator] = Indicator.objects.visible_to(ctx.actor).filter(
        is_dropped=False, campaign__state=CampaignState.PUBLISHED
    )
    if campaign:
        rows = rows.filter(campaign=campaign)
    measured = Measurement.objects.filter(indicator=OuterRef("pk"))
    open_tasks = Q(task__isnull=True) | Q(task__case__is_open=True)
    rows = rows.filter(open_tasks, ~Exists(measured))
    return rows.select_related("campaign", "task", "task__case", "task__case__owner").order_by(
        "campaign_id", "task__position", "id"
    )


def waiting_exceptions(*, ctx: Context) -> QuerySet[IndicatorException]:
    """待决定的例外 one may see, the oldest first; who may decide is shown by the button."""
    rows: QuerySet[IndicatorException] = IndicatorException.objects.visible_to(ctx.actor)
    return (
        rows.filter(state=ExceptionState.ASKED)
        .select_related("indicator", "indicator__campaign", "indicator__task", "indicator__task__case", "organisation")
        .order_by("asked_at")
    )


def of_case(*, case: Case, today: date) -> list[tuple[Indicator, Measured | None]]:
    """指标 on the page of a task, each with its owner's value."""
    rows = list(Indicator.objects.filter(task__case=case, is_dropped=False))
    values = with_names(
        Measurement.objects.filter(indicator__in=rows, is_current=True, organisation_code=case.organisation_code)
    )
    found = {line.row.indicator_id: line for line in lines(list(values), today=today)}
    return [(row, found.get(row.pk)) for row in rows]


def campaigns_with_indicators(*, ctx: Context) -> list[Campaign]:
    rows = Campaign.objects.visible_to(ctx.actor).filter(state=CampaignState.PUBLISHED)
    return list(rows.filter(Exists(Indicator.objects.filter(campaign=OuterRef("pk")))).order_by("name"))


def formula_choices(*, ctx: Context) -> list[tuple[str, Text]]:
    return [(f.code, f.label) for f in registry().declared(Formula)]
