"""Plays of the codes of things."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bihuan.core.access.context import Actor
from bihuan.core.actions.runner import perform
from bihuan.parties.models import Organisation
from bihuan.registers.tanks.module import REGISTER as TANKS
from cast import Cast, context
from plays import Play


def tank(cast: Cast, owner: Organisation | None = None, **said: Any) -> Any:
    """A tank of methanol, with the key its code carries."""
    values = {
        "code": "V-101", "name": "甲醇储罐", "organisation": owner or cast.works, "type": "fixed_roof", "medium": "甲醇",
        "volume": "500", "has_interlock": True,
    }  # fmt: skip
    keeper = cast.actor("tank_keeper", "tanks_keeper", cast.works, region=cast.park)
    return perform(TANKS.action("add"), ctx=context(keeper), **(values | said)).value


def keeper(cast: Cast) -> Actor:
    return cast.actor("code_keeper", "code_keeper", cast.works)


def next_door(cast: Cast) -> Actor:
    return cast.actor("code_keeper_next", "code_keeper", cast.neighbour)


def with_register(actor: Actor, cast: Cast) -> Actor:
    """The same person, who also reads the register of tanks."""
    reader = cast.actor("tank_reader", "tanks_reader", cast.works)
    return type(actor)(**{f: getattr(actor, f) for f in ("kind", "id", "name", "organisation", "second_factor")}, held=(*actor.held, *reader.held))  # fmt: skip


def order(cast: Cast) -> Play:
    tank(cast)
    return Play(with_register(keeper(cast), cast), {"things": "tanks"}, stranger_may=True)


PLAYS: dict[str, Callable[[Cast], Play]] = {
    "scan_codes.renew": lambda c: Play(
        keeper(c), {"thing": tank(c).thing, "reason": "标牌遗失"}, stranger=next_door(c)
    ),
    "scan_codes.order_codes": order,
}
