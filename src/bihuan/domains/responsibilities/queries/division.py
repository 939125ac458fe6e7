"""职责划分: the matrix of a region on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from bihuan.core.access.context import Context
from bihuan.core.access.rows import any_of, below
from bihuan.core.actions.problems import NotFound
from bihuan.domains.responsibilities import rules
from bihuan.domains.responsibilities.models import Clause, Division, Gap
from bihuan.domains.responsibilities.rules import Matrix, Said
from bihuan.domains.responsibilities.terms import LINES, Part
from bihuan.kernel.calendar import day_of
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text
from bihuan.loop.models import Case
from bihuan.parties.models import Organisation, Region
from bihuan.parties.terms import OrganisationKind


def line_choices(*, ctx: Context) -> list[tuple[str, Text]]:
    return [(str(line.value), line.label) for line in LINES]


def require_any(*, ctx: Context) -> None:
    if not any(ctx.actor.has(g) for g in Clause.view_grants()):
        raise NotFound


def departments(region: Region) -> list[Organisation]:
    """The departments of the region itself: a district's are asked in the district's own matrix."""
    rows = Organisation.objects.filter(region=region, kind=OrganisationKind.DEPARTMENT, abolished_on__isnull=True)
    return list(rows.order_by("code"))


def in_force(units: Sequence[Organisation], on: date) -> list[Division]:
    rows = Division.objects.filter(organisation__in=units, from_on__lte=on)
    return list(rows.filter(Q(until_on__isnull=True) | Q(until_on__gt=on)))


def matrix_of(*, region: Region, on: date) -> Matrix:
    units = departments(region)
    said = [Said(d.organisation_code, frozenset(d.in_charge), frozenset(d.cooperates)) for d in in_force(units, on)]
    return rules.matrix(units=[u.code for u in units], said=said)


@dataclass(frozen=True, slots=True)
class DivisionView:
    region: Region
    units: list[Organisation]
    rows: list[tuple[Term, list[Part], Case | None]]
    matrix: Matrix
    #: The open case of each unit that has said nothing.
    asked: dict[str, Case]


def view_of(*, ctx: Context, region: Region) -> DivisionView:
    units = departments(region)
    found = matrix_of(region=region, on=day_of(ctx.at))
    gaps = Gap.objects.visible_to(ctx.actor).filter(region=region, case__is_open=True).select_related("case")
    by_line = {g.line: g.case for g in gaps if g.line}
    asked = {g.case.organisation_code: g.case for g in gaps if not g.line}
    rows = [(line, [found.cells[line.value][u.code] for u in units], by_line.get(line.value)) for line in found.lines]
    return DivisionView(region, units, rows, found, asked)


def regions(*, ctx: Context) -> list[Region]:
    """Regions with departments of their own that the reader reaches, from the top."""
    reach = ctx.actor.reach(*Clause.view_grants())
    own = Q(organisations__code__in=sorted(reach.organisations)) if reach.organisations else Q(pk__in=[])
    rows = Region.objects.filter(any_of([*(below("path", r) for r in reach.regions), own]))
    return list(rows.filter(organisations__kind=OrganisationKind.DEPARTMENT).distinct().order_by("path")[:100])


def chosen(*, ctx: Context, code: str) -> Region:
    listed = regions(ctx=ctx)
    found = next((r for r in listed if r.code == code), listed[0] if listed and not code else None)
    if found is None:
        raise NotFound
    return found
