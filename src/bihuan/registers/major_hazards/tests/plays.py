"""A unit and what it holds, for the contract suite, and the announcement of a result."""

from __future__ import annotations

from typing import Any

from bihuan.core.access.context import Actor, service_actor
from bihuan.core.access.scope import Scope
from bihuan.core.actions.runner import perform
from bihuan.parties.models import Thing
from bihuan.registers.major_hazards.models import Calculation, HazardStock, HazardUnit
from bihuan.registers.major_hazards.module import STOCK, UNITS
from bihuan.registers.major_hazards.terms import MajorHazardsGrants
from cast import Cast, context, saved
from plays import Play
from register_plays import plays_of


def unit_example(cast: Cast) -> dict[str, Any]:
    return {"code": "U-01", "name": "甲罐区", "organisation": cast.works, "kind": "tank_farm", "residents": 20}


def keeper(cast: Cast) -> Actor:
    """企业安全管理人员 who keeps the register of his own works."""
    return cast.actor("hazard_keeper", "hazard_units_keeper", cast.works, region=cast.park)


def add_unit(cast: Cast, **said: Any) -> HazardUnit:
    return perform(UNITS.action("add"), ctx=context(keeper(cast)), **(unit_example(cast) | said)).value


def add_stock(cast: Cast, unit: HazardUnit, **said: Any) -> HazardStock:
    values = {
        "code": "U-01-V101", "unit": unit.thing, "vessel": "V-101", "name": "液氯", "cas": "7782-50-5", "design_maximum": "50", "live": "30",
    }  # fmt: skip
    return perform(STOCK.action("add"), ctx=context(keeper(cast)), **(values | said)).value


def change_stock(cast: Cast, stock: HazardStock, **said: Any) -> HazardStock:
    return perform(STOCK.action("change"), ctx=context(keeper(cast)), row=stock, **said).value


def a_unit(cast: Cast) -> HazardUnit:
    """甲罐区: 50 t of chlorine, 20 residents: level III."""
    unit = add_unit(cast)
    add_stock(cast, unit)
    return unit


def a_place_to_hold(cast: Cast) -> Thing:
    return saved(
        Thing(
            code="U-09", kind="hazard_unit", name="乙罐区", organisation=cast.works, organisation_code=cast.works.code,
            region=cast.park, region_path=cast.park.path, scan_key="unit-nine",
        )
    )  # fmt: skip


def elsewhere(cast: Cast, *grants: str) -> Actor:
    """A service that holds its grants in the next city only."""
    ours = service_actor("announcer", *grants)
    scope = Scope(region_path=cast.next_city.path)
    return type(ours)(
        kind="service", id="service:elsewhere", name="", held=tuple(type(h)(h.grant, scope) for h in ours.held)
    )


def announce(cast: Cast) -> Play:
    grants = (MajorHazardsGrants.ANNOUNCE.value, MajorHazardsGrants.READ.value)
    calculation = Calculation.objects.get(unit=a_unit(cast), is_current=True)
    return Play(service_actor("announcer", *grants), {"calculation": calculation}, stranger=elsewhere(cast, *grants))


PLAYS = {
    **plays_of(UNITS, example=unit_example),
    **plays_of(
        STOCK,
        example=lambda cast: {
            "code": "U-09-V1", "unit": Thing.objects.filter(code="U-09").first() or a_place_to_hold(cast), "vessel": "V-1", "name": "液氯",
            "cas": "7782-50-5", "design_maximum": "50",
        },
    ),
    "major_hazards.announce": announce,
}  # fmt: skip
