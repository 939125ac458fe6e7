"""Reads of responsibility: who leads, what each has done, and what the notice board says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bihuan.core.access.context import Context
from bihuan.domains.hazard_responsibility import rules
from bihuan.domains.hazard_responsibility.models import Lead, LeadDuty
from bihuan.domains.hazard_responsibility.rules import HazardDuty
from bihuan.domains.hazard_responsibility.terms import LeadRole
from bihuan.kernel.calendar import day_of
from bihuan.loop.terms import Stage
from bihuan.registers.major_hazards.models import Calculation, HazardUnit


@dataclass(frozen=True, slots=True)
class Performance:
    """履职: counts of the cases of his duties."""

    done: int
    waiting: int
    overdue: int

    @property
    def is_name_only(self) -> bool:
        """挂名: something fell due, and nothing was ever done."""
        return self.overdue > 0 and self.done == 0


@dataclass(frozen=True, slots=True)
class Post:
    """One of the three roles of a unit, filled or not."""

    role: LeadRole
    lead: Lead | None
    duties: list[HazardDuty]
    performance: Performance | None


def leads_on(*, unit: HazardUnit, on: date) -> list[Lead]:
    rows = Lead._base_manager.filter(unit=unit, from_on__lte=on).exclude(until_on__lte=on)
    return list(rows.select_related("person", "deputy"))


def performance_of(*, lead: Lead, on: date) -> Performance:
    rows = LeadDuty.objects.filter(lead=lead)
    unfinished = rows.filter(case__is_open=True)
    return Performance(
        done=rows.filter(case__stage=Stage.CLOSED_OUT).count(),
        waiting=unfinished.filter(period__gte=on).count(),
        overdue=unfinished.filter(period__lt=on).exclude(case__stage=Stage.SUBMITTED).count(),
    )


def posts_of(*, ctx: Context, unit: HazardUnit) -> list[Post]:
    today = day_of(ctx.at)
    seen = Lead.objects.visible_to(ctx.actor).filter(unit=unit, from_on__lte=today).exclude(until_on__lte=today)
    leads = {lead.role: lead for lead in seen.select_related("person", "deputy")}
    return [
        Post(
            role,
            leads.get(role.value),
            rules.duties_of(role=role, on=today),
            performance_of(lead=leads[role.value], on=today) if role.value in leads else None,
        )
        for role in LeadRole
    ]


def grade_of(unit: HazardUnit) -> str:
    row = Calculation._base_manager.filter(unit=unit, is_current=True).first()
    return row.grade if row else ""


def graded_units() -> Iterable[HazardUnit]:
    """Every unit that is a major hazard and has a lead."""
    graded = Calculation._base_manager.filter(is_current=True).exclude(grade="").values("unit")
    led = Lead._base_manager.filter(until_on__isnull=True).values("unit")
    return HazardUnit._base_manager.filter(pk__in=graded).filter(pk__in=led).select_related("thing")


def panel_of_unit(*, ctx: Context, row: HazardUnit) -> Mapping[str, Any] | None:
    """包保责任 on the page of a unit; nothing for who may not see it."""
    if not any(ctx.actor.has(g) for g in Lead.view_grants()):
        return None
    return {"unit": row, "posts": posts_of(ctx=ctx, unit=row), "is_major": bool(grade_of(row))}
