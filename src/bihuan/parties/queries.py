"""Reads of parties, each within what the actor may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.core.access.rows import any_of, below
from bihuan.core.actions.problems import NotFound
from bihuan.kernel.calendar import WorkingCalendar, day_of
from bihuan.law.calendar import working_calendar
from bihuan.parties.models import CalendarDay, Organisation, Parameter, Person, Region, Thing
from bihuan.parties.rules import DatedValue, KnownUnit, ancestors, nearest
from bihuan.parties.terms import PartiesGrants, RegionKind, ThingState


def get_organisation(*, ctx: Context, code: str) -> Organisation:
    found: Organisation | None = (
        Organisation.objects.visible_to(ctx.actor).select_related("region").filter(code=code).first()
    )
    if found is None:
        raise NotFound
    return found


def get_region(*, ctx: Context, code: str) -> Region:
    found: Region | None = Region.objects.visible_to(ctx.actor).filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def get_thing(*, ctx: Context, code: str) -> Thing:
    found: Thing | None = (
        Thing.objects.visible_to(ctx.actor).select_related("organisation", "region").filter(code=code).first()
    )
    if found is None:
        raise NotFound
    return found


def find_organisations(*, ctx: Context, text: str) -> Iterable[Organisation]:
    """For the picker of a form: living organisations by a piece of their name or code."""
    rows = Organisation.objects.visible_to(ctx.actor).filter(abolished_on__isnull=True)
    return rows.filter(Q(name__contains=text) | Q(code__startswith=text)) if text else rows


def organisations(*, ctx: Context, text: str = "", kind: str = "") -> QuerySet[Organisation]:
    """单位一览: those one may see, by a piece of name or code, by kind; abolished ones too, for their cases remain."""
    require_any(ctx=ctx)
    rows: QuerySet[Organisation] = Organisation.objects.visible_to(ctx.actor).select_related("region").order_by("code")
    if text:
        rows = rows.filter(Q(name__contains=text) | Q(code__startswith=text))
    return rows.filter(kind=kind) if kind else rows


def parameters(*, ctx: Context) -> QuerySet[Parameter]:
    """地方参数一览: by name and place, the newest value first."""
    require_any(ctx=ctx)
    rows: QuerySet[Parameter] = Parameter.objects.visible_to(ctx.actor).select_related("region")
    return rows.order_by("name", "region_path", "-from_on")


def with_those_in_force(*, ctx: Context, rows: Iterable[Parameter]) -> list[tuple[Parameter, bool]]:
    """Each row, and whether it is the one that holds today at its own place."""
    rows, today = list(rows), day_of(ctx.at)
    began = Parameter.objects.filter(name__in={r.name for r in rows}, from_on__lte=today)
    latest = {
        (r["name"], r["region_path"]): r["last"]
        for r in began.order_by().values("name", "region_path").annotate(last=Max("from_on"))
    }
    return [(row, latest.get((row.name, row.region_path)) == row.from_on) for row in rows]


def require_any(*, ctx: Context) -> None:
    """These pages are for whoever holds one of the grants somewhere."""
    if not any(ctx.actor.has(grant) for grant in PartiesGrants):
        raise NotFound


def find_regions(*, ctx: Context, text: str) -> Iterable[Region]:
    """For the picker of a form: regions by a piece of their name or code."""
    rows = Region.objects.visible_to(ctx.actor)
    return rows.filter(Q(name__contains=text) | Q(code__startswith=text)) if text else rows


def find_things(*, ctx: Context, text: str) -> Iterable[Thing]:
    """For the picker of a form: things in use by a piece of their name or code."""
    rows = Thing.objects.visible_to(ctx.actor).exclude(state=ThingState.RETIRED)
    return rows.filter(Q(name__contains=text) | Q(code__startswith=text)) if text else rows


def find_people(*, ctx: Context, text: str) -> Iterable[Person]:
    """For the picker of a form: people who haven't left, by a piece of their name."""
    rows = Person.objects.visible_to(ctx.actor).filter(left_on__isnull=True)
    return rows.filter(name__contains=text) if text else rows


def known_units(*, ctx: Context, region_path: str) -> list[KnownUnit]:
    """The living organisations a plan of this place may name: its own, and those above and below it."""
    places = Organisation.objects.visible_to(ctx.actor).filter(abolished_on__isnull=True)
    rows = places.filter(region_path__startswith=region_path) | places.filter(region_path__in=ancestors(region_path))
    return [KnownUnit(r.code, r.name, tuple(r.short_names)) for r in rows.only("code", "name", "short_names")]


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One region with what lies in it, all levels below it counted in."""

    region: Region
    kind: RegionKind
    organisations: int
    things: int


def regions(*, ctx: Context) -> QuerySet[Region]:
    """区域 of the places the reader reaches, in the order of the tree."""
    require_any(ctx=ctx)
    reach = ctx.actor.reach(*PartiesGrants)
    within = any_of([below("path", r) for r in reach.regions])
    return Region.objects.filter(within).select_related("parent").order_by("path")


def with_numbers(*, ctx: Context, regions: Iterable[Region]) -> list[RegionRow]:
    """单位、对象 in each and below it. Two queries, however many regions."""
    rows = list(regions)
    units = _by_path(Organisation.objects.visible_to(ctx.actor).filter(abolished_on__isnull=True))
    things = _by_path(Thing.objects.visible_to(ctx.actor).exclude(state=ThingState.RETIRED))
    return [RegionRow(r, RegionKind(r.kind), _under(r.path, units), _under(r.path, things)) for r in rows]


def _by_path(rows: QuerySet[Any]) -> dict[str, int]:
    counted = rows.order_by().values("region_path").annotate(n=Count("pk"))
    return {r["region_path"]: r["n"] for r in counted}


def _under(path: str, numbers: dict[str, int]) -> int:
    return sum(n for place, n in numbers.items() if place.startswith(path))


def parameter(*, name: str, region_path: str, on: date) -> DatedValue | None:
    """地方参数: the value that holds at this place on this day, with its basis; None where nobody set one."""
    rows = Parameter.objects.filter(name=name, region_path__in=ancestors(region_path))
    return nearest((DatedValue(r.region_path, r.from_on, r.value, r.basis) for r in rows), path=region_path, on=on)


def calendar_at(region_path: str) -> WorkingCalendar:
    """工作日历 of a place: the statutory arrangement, and the days on which the place departs from it."""
    return working_calendar().with_days(local_days(region_path=region_path, start=date.min, end=date.max))


def local_days(*, region_path: str, start: date, end: date) -> dict[date, bool]:
    """Days that a place works (True) or rests (False) against the statutory calendar; the nearest place counts."""
    found: dict[date, bool] = {}
    rows = CalendarDay.objects.filter(day__gte=start, day__lt=end, region_path__in=ancestors(region_path))
    for row in sorted(rows, key=lambda r: len(r.region_path)):
        found[row.day] = row.is_working
    return found
