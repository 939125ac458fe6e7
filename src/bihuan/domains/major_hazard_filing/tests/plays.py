"""Plays of filing, and the story of one unit that other tests start from."""

from __future__ import annotations

from datetime import date
from typing import Any

from bihuan.core.access.context import Actor, service_actor
from bihuan.core.access.scope import Scope
from bihuan.core.actions.runner import perform
from bihuan.domains.major_hazard_filing import actions
from bihuan.domains.major_hazard_filing.models import Filing
from bihuan.domains.major_hazard_filing.module import _OPENS
from bihuan.registers.major_hazards.models import Calculation, HazardStock, HazardUnit
from bihuan.registers.major_hazards.tests import plays as register_plays
from cast import TODAY, Cast, context
from plays import Play


def officer(cast: Cast) -> Actor:
    return cast.actor("filing_officer", "hazard_filing_officer", cast.district_emergency, region=cast.district)


def next_door(cast: Cast) -> Actor:
    return cast.actor("filing_next_door", "hazard_filing_officer", cast.district_emergency, region=cast.next_city)


def filed(cast: Cast, unit: HazardUnit | None = None, **said: Any) -> Filing:
    unit = unit or register_plays.a_unit(cast)
    values = {"number": "BA-云州-001", "evaluated_on": date(2026, 11, 1), "filed_on": TODAY}
    return perform(actions.file, ctx=context(officer(cast)), unit=unit, **(values | said)).value


def emptied(cast: Cast) -> Filing:
    """On file, and no major hazard any more."""
    filing = filed(cast)
    register_plays.change_stock(cast, HazardStock.objects.get(), design_maximum="1", live="0.5")
    return filing


def service(cast: Cast, **inputs: Any) -> Play:
    ours = service_actor("filing", *(str(g) for g in _OPENS))
    there = Scope(region_path=cast.next_city.path)
    stranger = type(ours)(
        kind="service", id="service:elsewhere", name="", held=tuple(type(h)(h.grant, there) for h in ours.held)
    )
    return Play(ours, inputs, stranger=stranger)


def person(cast: Cast, **inputs: Any) -> Play:
    return Play(officer(cast), inputs, stranger=next_door(cast))


def calculation(cast: Cast) -> Calculation:
    return Calculation.objects.get(unit=register_plays.a_unit(cast), is_current=True)


PLAYS = {
    "major_hazard_filing.file": lambda c: person(
        c, unit=register_plays.a_unit(c), number="BA-1", evaluated_on=date(2026, 11, 1), filed_on=TODAY
    ),
    "major_hazard_filing.record_evaluation": lambda c: person(c, filing=filed(c), evaluated_on=TODAY),
    "major_hazard_filing.deregister": lambda c: person(c, filing=emptied(c), because="罐区已拆除"),
    "major_hazard_filing.open_filing_case": lambda c: service(c, calculation=calculation(c)),
    "major_hazard_filing.open_over_storage_case": lambda c: service(
        c, calculation=calculation(c), vessel="V-101", name="液氯", live_t="52", design_maximum_t="50"
    ),
    "major_hazard_filing.open_evaluation_case": lambda c: service(c, filing=filed(c)),
}
