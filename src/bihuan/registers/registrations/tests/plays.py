"""Plays of registrations."""

from __future__ import annotations

from datetime import date
from typing import Any

from bihuan.core.access.context import service_actor
from bihuan.core.access.scope import Scope
from bihuan.core.actions.runner import perform
from bihuan.registers.registrations.models import Registration
from bihuan.registers.registrations.module import REGISTER
from bihuan.registers.registrations.terms import RegistrationsGrants
from cast import Cast, context
from plays import Play
from register_plays import plays_of


def example(cast: Cast) -> dict[str, Any]:
    return {
        "code": "990102000001", "kind": "enterprise", "organisation": cast.works, "certificate": "99012345",
        "valid_until": date(2027, 1, 31),
    }  # fmt: skip


def registration(cast: Cast, **said: Any) -> Registration:
    keeper = cast.actor("registration_keeper", "registrations_keeper", cast.works, region=cast.park)
    return perform(REGISTER.action("add"), ctx=context(keeper), **(example(cast) | said)).value


def remind(cast: Cast) -> Play:
    grants = (RegistrationsGrants.REMIND.value, RegistrationsGrants.READ.value)
    ours = service_actor("reminder", *grants)
    there = Scope(region_path=cast.next_city.path)
    stranger = type(ours)(
        kind="service", id="service:elsewhere", name="", held=tuple(type(h)(h.grant, there) for h in ours.held)
    )
    return Play(ours, {"registration": registration(cast)}, stranger=stranger)


PLAYS = {
    name: maker for name, maker in plays_of(REGISTER, example=example).items() if name != "registrations.change"
} | {
    "registrations.change": lambda c: Play(
        c.actor("keeper", "registrations_keeper", c.district_emergency, region=c.district),
        {"row": registration(c), "certificate": "99012346"},
        stranger=c.actor("keeper_next_door", "registrations_keeper", c.district_emergency, region=c.next_city),
    ),
    "registrations.remind": remind,
}
