"""Reads of licences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from bihuan.core.access.context import Context
from bihuan.kernel.calendar import day_of
from bihuan.parties.terms import ThingState
from bihuan.registers.licences.models import Licence

HELD_BY = ("enterprise", "place_of_use")


def ending(*, until: date) -> QuerySet[Licence]:
    """到期与将到期: the last of its kind that a holder in use has, when it ends no later than this. For checks by the clock."""
    later = Licence._base_manager.filter(
        holder=OuterRef("holder"), kind=OuterRef("kind"), is_withdrawn=False, until_on__gt=OuterRef("until_on")
    )
    rows = Licence._base_manager.filter(~Exists(later), is_withdrawn=False, until_on__lte=until)
    rows = rows.exclude(holder__state=ThingState.RETIRED)
    return rows.select_related("holder", "holder__organisation", "holder__region").order_by("until_on")


def panel_of_holder(*, ctx: Context, row: Any) -> Mapping[str, Any] | None:
    """许可证 on the page of who holds them."""
    if row.thing.kind not in HELD_BY:
        return None
    rows = Licence.objects.visible_to(ctx.actor).filter(holder=row.thing_id, is_withdrawn=False)
    today = day_of(ctx.at)
    return {"licences": [(licence, licence.until_on < today) for licence in rows.order_by("until_on")[:50]]}
