"""One park, for the contract suite, and its boundaries."""

from __future__ import annotations

import json
from typing import Any

from bihuan.core.access.context import Actor
from bihuan.parties.models import Thing
from bihuan.registers.parks.models import Park
from bihuan.registers.parks.module import REGISTER
from cast import Cast, saved
from plays import Play
from register_plays import plays_of


def square(west: float = 120.0, south: float = 30.0, size: float = 0.1) -> dict[str, Any]:
    east, north = west + size, south + size
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def example(cast: Cast) -> dict[str, Any]:
    return {
        "code": "P-101",
        "name": "云州化工园区",
        "organisation": cast.works,
        "region": cast.park,
        "type": "chemical",
    }


def a_park(cast: Cast, code: str = "P-101", **said: Any) -> Park:
    organisation = cast.works
    thing = saved(
        Thing(
            code=code, kind="park", name="云州化工园区", organisation=organisation, organisation_code=organisation.code,
            region=cast.park, region_path=cast.park.path, scan_key=f"park-{code}", **said,
        )
    )  # fmt: skip
    return saved(Park(thing=thing, type="chemical"))


def drawer(cast: Cast) -> Actor:
    return cast.actor("drawer", "boundary_drawer", cast.district_emergency, region=cast.district)


def elsewhere(cast: Cast) -> Actor:
    return cast.actor("drawer_next_door", "boundary_drawer", cast.district_emergency, region=cast.next_city)


def drawing(cast: Cast, **inputs: Any) -> Play:
    return Play(drawer(cast), inputs, stranger=elsewhere(cast))


WRITTEN = json.dumps(square())

PLAYS = {
    **plays_of(REGISTER, example=example),
    "parks.draw_bounds": lambda c: drawing(c, thing=a_park(c).thing, geometry=WRITTEN, system="cgcs2000"),
    "parks.erase_bounds": lambda c: drawing(c, thing=a_park(c, shape=square()).thing),
    "parks.draw_control_line": lambda c: drawing(
        c, park=a_park(c), geometry=WRITTEN, system="gcj02", document="云资规〔2026〕1号"
    ),
}
