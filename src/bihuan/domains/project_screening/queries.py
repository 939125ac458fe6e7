"""Reads of projects and of the catalogue of a place on a day; and the screening itself, with what the place has set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.domains.project_screening.models import Project, RestrictedChemical
from bihuan.domains.project_screening.terms import FLOORS, Decision, ScreeningGrants
from bihuan.engines.screening.rules import rules_at
from bihuan.engines.screening.terms import Outcome, Restriction
from bihuan.engines.screening.verdict import Entry, Rule, Screening, Substance, hits, screen, with_limits
from bihuan.engines.screening.verdict import Project as Asked
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.law.state import LawState
from bihuan.parties import queries as parties
from bihuan.parties.rules import ancestors
from bihuan.registers.chemicals.models import Chemical


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


def screened(*, project: Asked, region_path: str, on: date) -> Screening:
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
