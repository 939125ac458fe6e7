"""Telling others of a new result, after the change that made it is committed."""

from __future__ import annotations

from uuid import UUID

from bihuan.core.access.context import Context
from bihuan.core.actions.runner import perform
from bihuan.registers.major_hazards import actions
from bihuan.registers.major_hazards.models import Calculation


def announce(*, ctx: Context, calculation: str) -> None:
    row = Calculation._base_manager.get(pk=UUID(calculation))
    perform(actions.announce, ctx=ctx, calculation=row, once=calculation)
