"""Plays of responsibility."""

from __future__ import annotations

from datetime import date
from typing import Any

from bihuan.core.access.context import Actor, service_actor
from bihuan.core.access.scope import Scope
from bihuan.core.actions.runner import perform
from bihuan.domains.hazard_responsibility import actions
from bihuan.domains.hazard_responsibility.models import Lead
from bihuan.domains.hazard_responsibility.module import MAKES
from bihuan.domains.hazard_responsibility.terms import LeadRole
from bihuan.parties.models import Organisation, Person
from bihuan.registers.major_hazards.models import HazardUnit
from bihuan.registers.major_hazards.tests import plays as register
from cast import Cast, context, saved
from plays import Play

SINCE = date(2026, 11, 1)


def appointer(cast: Cast) -> Actor:
    return cast.actor("appointer", "hazard_appointer", cast.works, region=cast.park)


def next_door(cast: Cast) -> Actor:
    return cast.actor("appointer_next_door", "hazard_appointer", cast.neighbour, region=cast.next_city)


def somebody(cast: Cast, name: str = "张工", unit: Organisation | None = None) -> Person:
    unit = unit or cast.works
    return saved(Person(name=name, organisation=unit, organisation_code=unit.code, region_path=unit.region_path))


def appointed(cast: Cast, unit: HazardUnit, role: LeadRole = LeadRole.TECHNICAL, **said: Any) -> Lead:
    values = {"person": said.pop("person", None) or somebody(cast), "from_on": SINCE} | said
    return perform(actions.appoint, ctx=context(appointer(cast)), unit=unit, role=role, **values).value


def person(cast: Cast, **inputs: Any) -> Play:
    return Play(appointer(cast), inputs, stranger=next_door(cast))


def make(cast: Cast) -> Play:
    unit = register.a_unit(cast)
    appointed(cast, unit)
    ours = service_actor("duties", *(str(g) for g in MAKES))
    there = Scope(region_path=cast.next_city.path)
    stranger = type(ours)(
        kind="service", id="service:elsewhere", name="", held=tuple(type(h)(h.grant, there) for h in ours.held)
    )
    return Play(ours, {"unit": unit}, stranger=stranger)


PLAYS = {
    "hazard_responsibility.appoint": lambda c: person(
        c, unit=register.a_unit(c), role="technical_lead", person=somebody(c), from_on=SINCE
    ),
    "hazard_responsibility.relieve": lambda c: person(
        c, lead=appointed(c, register.a_unit(c)), until_on=date(2026, 11, 20)
    ),
    "hazard_responsibility.make_duty_cases": make,
}
