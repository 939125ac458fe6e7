"""Building the city: regions, units, enterprises, people and accounts, each by the action that an office would use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bihuan.core.access import passwords
from bihuan.core.access.actions import accounts, grants
from bihuan.core.access.context import Actor, Context, service_actor
from bihuan.core.access.identification import actor_of
from bihuan.core.access.models import Role, User
from bihuan.core.access.roles import sync_declared_roles
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions.runner import perform
from bihuan.core.records.register import all_registers
from bihuan.parties import actions as parties
from bihuan.parties.models import Organisation, Region
from bihuan.parties.terms import OrganisationKind, PartiesGrants, RegionKind
from bihuan.site.demo.city import PEOPLE, PLACES, UNITS, Place, Somebody, enterprises

#: Said on the screen at the end of `./run demo`; only demo accounts have it, and those can't exist in production.
PASSWORD = "Yunzhou-2026-demo"  # noqa: S105  # the demo's public password

BUILDER = service_actor(
    "demo.builder",
    *PartiesGrants,
    AccessGrants.MANAGE_USERS,
    AccessGrants.MANAGE_GRANTS,
)

Say = Callable[[str, int], None]


@dataclass
class City:
    """What was built, by code."""

    regions: dict[str, Region] = field(default_factory=dict)
    units: dict[str, Organisation] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)

    def actor(self, username: str, *, at: datetime) -> Actor:
        return actor_of(self.users[username], at=at, second_factor=True)


def build(*, at: datetime, say: Say) -> City:
    """`at`: when the city's registers were set up; before anything else happens in the story."""
    city = City()
    ctx = Context(actor=BUILDER, at=at)
    sync_declared_roles(at=at)
    for place in PLACES:
        city.regions[place.code] = _region(ctx, place, city)
    say("regions", len(PLACES))
    for unit in UNITS:
        city.units[unit.code] = perform(
            parties.add_organisation,
            ctx=ctx,
            code=unit.code,
            name=unit.name,
            kind=OrganisationKind(unit.kind),
            region=city.regions[unit.region],
            parent=city.units.get(unit.parent),
            short_names=list(unit.short_names),
        ).value
    for code, name, region, credit in enterprises():
        city.units[code] = perform(
            parties.add_organisation,
            ctx=ctx,
            code=code,
            name=name,
            kind=OrganisationKind.ENTERPRISE,
            region=city.regions[region],
            credit_code=credit,
        ).value
    say("organisations", len(city.units))
    stored = passwords.hash_of(PASSWORD)
    for somebody in PEOPLE:
        _account(ctx, somebody, city, stored)
    say("people", len(PEOPLE))
    return city


def _region(ctx: Context, place: Place, city: City) -> Region:
    boundary: dict[str, Any] | None = None
    if place.box:
        west, south, east, north = place.box
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        boundary = {"type": "Polygon", "coordinates": [ring]}
    made: Region = perform(
        parties.add_region,
        ctx=ctx,
        code=place.code,
        name=place.name,
        kind=RegionKind(place.kind),
        parent=city.regions.get(place.parent),
        boundary=boundary,
    ).value
    return made


def _account(ctx: Context, somebody: Somebody, city: City, stored: str) -> None:
    unit = city.units[somebody.unit]
    user = perform(
        accounts.create_user,
        ctx=ctx,
        username=somebody.username,
        display_name=somebody.name,
        password_hash=stored,
        organisation_code=unit.code,
        region_path=unit.region_path,
        must_change_password=False,
        is_demo=True,
    ).value
    city.users[somebody.username] = user
    perform(parties.add_person, ctx=ctx, organisation=unit, name=somebody.name, user=user)
    for role, over in _grants_of(somebody):
        # To read is granted over a region; to handle and to verify, where no region is said, for one's own unit.
        region = "*" if over == "*" else city.regions[over].path if over else None
        perform(
            grants.grant_role,
            ctx=ctx,
            user=User.objects.get(pk=user.pk),
            role=Role.objects.get(code=role),
            region_path=region,
            organisation_code=None if region is not None else unit.code,
        )


def _grants_of(somebody: Somebody) -> Iterator[tuple[str, str]]:
    """Role and place; no place is one's own unit."""
    for words in somebody.roles:
        role, _, place = words.partition("@")
        over = place or ("" if role == "handler" else somebody.region)
        if role == "registers":
            yield from ((f"{register.code}_reader", over) for register in all_registers())
        else:
            yield role, over
