"""Reads of vehicles for checks by the clock."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from bihuan.parties.terms import ThingState
from bihuan.registers.vehicles.models import Vehicle


def ending(*, until: date) -> list[Vehicle]:
    """证件到期的车辆: whose operating licence or inspection has ended or ends by `until`."""
    rows = Vehicle._base_manager.filter(Q(licence_until__lte=until) | Q(inspected_until__lte=until))
    rows = rows.exclude(thing__state=ThingState.RETIRED).select_related("thing", "thing__organisation", "thing__region")
    return list(rows.order_by("thing__code"))
