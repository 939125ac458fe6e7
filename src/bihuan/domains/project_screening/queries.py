"""Reads of projects and of the catalogue of a place on a day; and the screening itself, with what the place has set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.records.mapping import Box, Feature
from bihuan.domains.project_screening.models import PlanArea, PlanLayer, Project, RestrictedChemical
from bihuan.domains.project_screening.terms import FLOORS, Decision, ScreeningGrants
from bihuan.engines.geometry import relations
from bihuan.engines.geometry.shapes import stored
from bihuan.engines.major_hazard.terms import Grade
from bihuan.engines.screening.rules import rules_at
from bihuan.engines.screening.terms import Outcome, PlanKind, PlanUse, Restriction
from bihuan.engines.screening.verdict import (
    Compared,
    Entry,
    InParks,
    Rule,
    Screening,
    Substance,
    hits,
    screen,
    with_limits,
)
from bihuan.engines.screening.verdict import Project as Asked
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.law.state import LawState
from bihuan.parties import queries as parties
from bihuan.parties.models import Region
from bihuan.parties.rules import ancestors
from bihuan.parties.terms import ThingState
from bihuan.registers.chemicals.models import Chemical
from bihuan.registers.major_hazards.models import Calculation
from bihuan.registers.parks import queries as parks


def catalogue_of(*, region_path: str, on: date) -> list[Entry]:
    """禁限控目录: every entry of the place and those above it that holds on the day."""
    rows = RestrictedChemical._base_manager.filter(
        RestrictedChemical.arrived(), is_ended=False, region_path__in=ancestors(region_path), from_on__lte=on
    ).filter(Q(until_on__isnull=True) | Q(until_on__gt=on))
    return [
        Entry(Restriction(r.restriction), r.name, r.cas, r.condition, f"{r.document} {r.code}")
        for r in rows.order_by("code")
    ]


def rules_of(*, region_path: str, on: date) -> tuple[Rule, ...]:
    """The rules of the day, with the floors that the place has set for itself."""
    limits: dict[str, tuple[Decimal, str]] = {}
    for code, name in FLOORS.items():
        said = parties.parameter(name=name, region_path=region_path, on=on)
        if said is None:
            continue
        try:
            limits[code] = (Decimal(str(said.value)), said.basis)
        except InvalidOperation:
            continue
    return with_limits(rules_at(on), limits)


def screened(*, project: Asked, region_path: str, on: date, site: Mapping[str, Any] | None = None) -> Screening:
    if site:
        plans, within = held_against(site=site, region_path=region_path, on=on)
        project = replace(project, plans=plans, parks=within)
    return screen(
        project=project,
        rules=rules_of(region_path=region_path, on=on),
        catalogue=catalogue_of(region_path=region_path, on=on),
        on=on,
    )


def require_reader(ctx: Context) -> None:
    if not any(ctx.actor.has(g) for g in ScreeningGrants):
        raise NotFound


def projects(*, ctx: Context, decision: str = "", text: str = "") -> QuerySet[Project]:
    require_reader(ctx)
    rows: QuerySet[Project] = Project.objects.visible_to(ctx.actor).select_related("organisation", "region")
    if decision in {d.value for d in Decision}:
        rows = rows.filter(decision=decision)
    return rows.filter(Q(name__contains=text) | Q(number__contains=text)) if text else rows


def get_project(*, ctx: Context, project_id: UUID) -> Project:
    found: Project | None = (
        Project.objects.visible_to(ctx.actor).select_related("organisation", "region").filter(pk=project_id).first()
    )
    if found is None:
        raise NotFound
    return found


def find_projects(*, ctx: Context, text: str) -> QuerySet[Project]:
    """For the picker of a form."""
    return projects(ctx=ctx, text=text)


def findings_of(project: Project) -> list[dict[str, Any]]:
    """As the screening was kept: rules in words, under the law of its day."""
    return [
        {
            "text": Text(f["text"]["zh"], f["text"]["en"]),
            "why": Text(f["why"]["zh"], f["why"]["en"]),
            "outcome": Outcome(f["outcome"]),
            "in_principle": f["in_principle"],
            "source": f["source"],
            "state": LawState(f["state"]),
        }
        for f in project.screening["findings"]
    ]


def hits_of_enterprise(*, ctx: Context, row: Any) -> Mapping[str, Any] | None:
    """目录命中清单 on the page of an enterprise: the chemicals it handles that the catalogue of its place lists."""
    if not any(ctx.actor.may(g, row.place) for g in ScreeningGrants):
        return None
    catalogue = catalogue_of(region_path=row.thing.region_path, on=day_of(ctx.at))
    if not catalogue:
        return None
    rows = Chemical.objects.visible_to(ctx.actor).filter(thing__organisation_code=row.thing.organisation_code)
    named = [Substance(c.thing.name, c.cas) for c in rows.select_related("thing")[:500]]
    return {"hits": hits(substances=named, catalogue=catalogue), "count": len(catalogue)}


# — plans —

MOST_DRAWN = 40


def plan_layers(*, ctx: Context) -> QuerySet[PlanLayer]:
    require_reader(ctx)
    rows: QuerySet[PlanLayer] = PlanLayer.objects.visible_to(ctx.actor).select_related("region")
    return rows


def find_layers(*, ctx: Context, text: str) -> QuerySet[PlanLayer]:
    rows = plan_layers(ctx=ctx)
    return rows.filter(name__contains=text) if text else rows


def areas_near(*, site: Mapping[str, Any], region_path: str, on: date) -> list[PlanArea]:
    """图斑 of the layers in force at the place whose box meets that of the site."""
    west, south, east, north = stored(site).bounds
    rows = PlanArea._base_manager.filter(
        layer__in=_in_force(region_path, on), west__lte=east, east__gte=west, south__lte=north, north__gte=south
    )
    return list(rows.select_related("layer").order_by("layer", "number"))


def _in_force(region_path: str, on: date) -> QuerySet[PlanLayer]:
    rows: QuerySet[PlanLayer] = PlanLayer._base_manager.filter(
        region_path__in=ancestors(region_path), from_on__lte=on
    ).filter(Q(until_on__isnull=True) | Q(until_on__gt=on))
    return rows


def held_against(*, site: Mapping[str, Any], region_path: str, on: date) -> tuple[tuple[Compared, ...], InParks | None]:
    """用地与规划图层、园区四至比对. Nothing for a plan without a layer, nor for parks while none is drawn."""
    shape = stored(site)
    near = areas_near(site=site, region_path=region_path, on=on)
    layers = list(_in_force(region_path, on))
    found = []
    for kind in PlanKind:
        ours = [layer for layer in layers if layer.plan == kind.value]
        if not ours:
            continue
        mine = [a for a in near if a.layer.plan == kind.value]
        allowing = [stored(a.shape) for a in mine if a.layer.use == PlanUse.ALLOWS.value]
        refusing = [a for a in mine if a.layer.use == PlanUse.REFUSES.value]
        touched = [a for a in refusing if relations.share_within(shape, [stored(a.shape)]) > TOUCHES]
        # A plan that only says where nothing may lie leaves the rest open.
        says_where = any(layer.use == PlanUse.ALLOWS.value for layer in ours)
        found.append(
            Compared(
                kind,
                relations.share_within(shape, allowing) if says_where else 1.0,
                tuple(dict.fromkeys(a.name or a.layer.name for a in touched)),
                tuple(layer.name for layer in ours),
            )
        )
    return tuple(found), _within_parks(shape, on)


#: 千分之五: neighbours that share a border touch by a hair.
TOUCHES = 0.005


def _within_parks(shape: Any, on: date) -> InParks | None:
    drawn = [
        (park.thing.name, stored(park.thing.shape))
        for park in parks.parks()
        if park.thing.shape
        and park.recognised_on is not None
        and park.recognised_on <= on
        and (park.recognised_until is None or park.recognised_until > on)
    ]
    if not drawn:
        return None
    touched = [(name, bounds) for name, bounds in drawn if relations.share_within(shape, [bounds]) > TOUCHES]
    return InParks(relations.share_within(shape, [b for _, b in touched]), tuple(name for name, _ in touched))


def around(project: Project, *, on: date) -> Sequence[PlanArea]:
    """For the map on the page of a project."""
    return areas_near(site=project.site, region_path=project.region_path, on=on)[:MOST_DRAWN] if project.site else ()


def plan_map(*, ctx: Context, box: Box) -> list[Feature]:
    """图层: areas of the plans in force today, green where chemical projects may lie, red where not."""
    on = day_of(ctx.at)
    rows = PlanArea.objects.visible_to(ctx.actor).filter(
        layer__from_on__lte=on, west__lte=box.east, east__gte=box.west, south__lte=box.north, north__gte=box.south
    )
    rows = rows.filter(Q(layer__until_on__isnull=True) | Q(layer__until_on__gt=on)).select_related("layer")
    return [
        Feature(a.shape, str(a), f"{a.layer.name} · {a.layer.use_term.label}", TONES[a.layer.use_term])
        for a in rows[:500]
    ]


TONES = {PlanUse.ALLOWS: "green", PlanUse.REFUSES: "red"}


def regions_to_plan(*, ctx: Context) -> list[Region]:
    """Places a plan may be drawn for, within one's scope."""
    return list(Region.objects.visible_to(ctx.actor).order_by("path")[:300])


def calculated_grade(*, organisation_code: str) -> tuple[bool, Grade | None]:
    """台账计算书: whether the enterprise has any, and its gravest grade."""
    rows = Calculation._base_manager.filter(organisation_code=organisation_code, is_current=True)
    grades = list(rows.exclude(unit__thing__state=ThingState.RETIRED).values_list("grade", flat=True))
    return bool(grades), Grade.gravest(Grade(grade) for grade in grades if grade)
