"""任务依据: each open task of a unit, the clause it rests on, and those it may rest on. 依据 B06."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.domains.responsibilities import rules
from bihuan.domains.responsibilities.models import Clause, TaskBasis
from bihuan.domains.responsibilities.queries.lists import clauses
from bihuan.domains.responsibilities.terms import GAP_KIND, LEADER_KIND
from bihuan.kernel.calendar import day_of
from bihuan.loop.models import Case
from bihuan.parties.models import Organisation

#: Tasks on one page.
MOST = 500


@dataclass(frozen=True, slots=True)
class TaskLine:
    case: Case
    clause: Clause | None
    #: Those it may rest on, the likeliest first; only while none is named.
    likely: Sequence[Clause]


@dataclass(frozen=True, slots=True)
class BasisView:
    lines: list[TaskLine]
    #: Each clause of the unit with how many open tasks rest on it.
    clauses: list[tuple[Clause, int]]

    @property
    def without(self) -> int:
        return sum(line.clause is None for line in self.lines)


def tasks() -> QuerySet[Case]:
    """What rests on a duty: open cases, but for the items of leaders' lists and gaps, which are duties themselves."""
    return Case.objects.filter(is_open=True).exclude(kind__in=(GAP_KIND, LEADER_KIND))


def basis_view(*, ctx: Context, unit: Organisation) -> BasisView:
    listed = list(clauses(organisation=unit, on=day_of(ctx.at)))
    named = dict(TaskBasis.objects.filter(case__owner=unit, case__is_open=True).values_list("case_id", "clause_id"))
    known = {c.pk: c for c in Clause.objects.filter(pk__in=set(named.values()))}
    texts = {c.pk: c.text for c in listed}
    by_key = {c.pk: c for c in listed}
    lines = []
    for case in tasks().filter(owner=unit).order_by("due_on", "number")[:MOST]:
        clause = known.get(named.get(case.pk))
        likely = [] if clause else rules.likely_clauses(f"{case.title}{case.text}", texts)
        lines.append(TaskLine(case, clause, [by_key[key] for key in likely]))
    lines.sort(key=lambda line: line.clause is not None)
    counted = list(named.values())
    return BasisView(lines, [(c, counted.count(c.pk)) for c in listed])


def without_basis(units: Sequence[Organisation]) -> dict[object, int]:
    """未指明依据的任务, by unit."""
    rows = tasks().filter(owner__in=units, taskbasis__isnull=True).order_by()
    return {r["owner"]: r["n"] for r in rows.values("owner").annotate(n=Count("pk"))}


def find_clauses(*, ctx: Context, text: str) -> QuerySet[Clause]:
    """职责条款, by a piece of the text or of its unit's name; those still in force."""
    today = day_of(ctx.at)
    rows: QuerySet[Clause] = Clause.objects.visible_to(ctx.actor).select_related("organisation")
    rows = rows.filter(Q(until_on__isnull=True) | Q(until_on__gt=today))
    if text:
        rows = rows.filter(Q(text__contains=text) | Q(organisation__name__contains=text))
    return rows.order_by("organisation_code", "number")
