"""Hearing appointments: the duties of this period are there at once."""

from __future__ import annotations

from bihuan.core.access.context import Context
from bihuan.core.actions.runner import perform
from bihuan.domains.hazard_responsibility import actions
from bihuan.domains.hazard_responsibility.events import LeadAppointed
from bihuan.registers.major_hazards.events import GradeChanged
from bihuan.registers.major_hazards.models import HazardUnit


def on_lead_appointed(*, ctx: Context, event: LeadAppointed) -> None:
    unit = HazardUnit._base_manager.get(pk=event.unit_id)
    perform(actions.make_duty_cases, ctx=ctx, unit=unit, once=ctx.request_id)


def on_grade_changed(*, ctx: Context, event: GradeChanged) -> None:
    unit = HazardUnit._base_manager.get(pk=event.unit_id)
    perform(actions.make_duty_cases, ctx=ctx, unit=unit, once=ctx.request_id)
