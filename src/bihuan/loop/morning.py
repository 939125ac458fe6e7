"""晨间数字: what a morning begins with: what changed, what falls due, who is behind, what waits for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from heapq import nsmallest

from django.db.models import Count, Exists, Min, OuterRef, Q

from bihuan.core.access.context import Context
from bihuan.kernel.calendar import day_of
from bihuan.loop.models import Case, CaseStep
from bihuan.loop.queries import COUNT_UP_TO, OPEN, days_of, in_order, own_units
from bihuan.loop.terms import LoopGrants, Move, Stage
from bihuan.parties.models import Organisation


def changes_since(*, ctx: Context, since: datetime) -> dict[Move, int]:
    """昨夜以来: how many of the cases one may see each move was made on."""
    seen = Case.objects.visible_to(ctx.actor).filter(pk=OuterRef("case_id"))
    steps = CaseStep.objects.filter(Exists(seen), at__gte=since).order_by()
    counted = steps.values("move").annotate(n=Count("case", distinct=True))
    return {Move(row["move"]): row["n"] for row in counted}


def due_counts(*, ctx: Context) -> dict[str, int]:
    """今天到期、本周到期 of the open cases one may see: one walk along the index of urgency."""
    today = day_of(ctx.at)
    first, last = days_of("week", today=today)
    rows = in_order(ctx).filter(OPEN, due_on__range=(first, last))
    found = rows.aggregate(today=Count("pk", filter=Q(due_on=today)), week=Count("pk"))
    return {"today": found["today"], "week": found["week"]}


@dataclass(frozen=True, slots=True)
class Behind:
    """One unit with what it is behind on."""

    code: str
    name: str
    overdue: int
    oldest: date


@dataclass(frozen=True, slots=True)
class Overdue:
    """已逾期: how many cases, and the units that are behind on most of them."""

    cases: int
    worst: Sequence[Behind]


def overdue_by_unit(*, ctx: Context, most: int) -> Overdue:
    """逾期单位, the most first. One walk along the index of open cases by unit; its sum is the number of all that is overdue.
    Names are fetched for those shown only.
    """
    rows = Case.objects.visible_to(ctx.actor).order_by().filter(is_open=True, due_on__lt=day_of(ctx.at))
    counted = list(rows.values_list("organisation_code").annotate(n=Count("due_on"), oldest=Min("due_on")))
    worst = nsmallest(most, counted, key=lambda row: (-row[1], row[2], row[0]))
    known = Organisation.objects.filter(code__in=[code for code, *_ in worst]).order_by()
    names = dict(known.values_list("code", "name")) if worst else {}
    return Overdue(sum(n for _, n, _ in counted), [Behind(code, names.get(code, ""), n, old) for code, n, old in worst])


def decisions(*, ctx: Context) -> dict[str, int]:
    """待我决定: to verify, and extensions asked for. Exact up to `COUNT_UP_TO`, and then one more."""
    seen = in_order(ctx).filter(OPEN)
    verified, directed = own_units(ctx, LoopGrants.VERIFY), own_units(ctx, LoopGrants.DIRECT)
    parts = {
        "to_verify": seen.filter(supervisor_code__in=verified, stage=Stage.SUBMITTED),
        "to_decide": seen.filter(supervisor_code__in=directed, wanted_due_on__isnull=False),
    }
    return {name: rows[: COUNT_UP_TO + 1].count() for name, rows in parts.items()}
