"""Hearing the register: thin, each calls one action."""

from __future__ import annotations

from bihuan.core.access.context import Context
from bihuan.core.actions.runner import perform
from bihuan.domains.major_hazard_filing import actions
from bihuan.registers.major_hazards.events import GradeChanged, OverStored
from bihuan.registers.major_hazards.models import Calculation


def on_grade_changed(*, ctx: Context, event: GradeChanged) -> None:
    row = Calculation._base_manager.get(pk=event.calculation_id)
    perform(actions.open_filing_case, ctx=ctx, calculation=row, once=ctx.request_id)


def on_over_stored(*, ctx: Context, event: OverStored) -> None:
    row = Calculation._base_manager.get(pk=event.calculation_id)
    perform(
        actions.open_over_storage_case,
        ctx=ctx,
        calculation=row,
        vessel=event.vessel,
        name=event.name,
        live_t=event.live_t,
        design_maximum_t=event.design_maximum_t,
        once=ctx.request_id,
    )
