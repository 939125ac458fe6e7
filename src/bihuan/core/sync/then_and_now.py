"""当时与现在: what somebody did offline counts only if they might do it when it happened and still may."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from bihuan.core.access.context import Actor
from bihuan.core.access.identification import held_by
from bihuan.core.access.models import User
from bihuan.core.access.scope import Place


@dataclass(frozen=True, slots=True)
class ThenAndNow(Actor):
    """The actor of today, asked twice: rows are looked up with today's reach, grants must have held then too."""

    then: Actor | None = None

    def may(self, grant: str, place: Place) -> bool:
        return Actor.may(self, grant, place) and self.then is not None and self.then.may(grant, place)


def then_and_now(actor: Actor, *, occurred_at: datetime) -> Actor:
    user = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    held = held_by(user, at=occurred_at) if user is not None else ()
    if actor.kind == "token":
        listed = {h.grant for h in actor.held}
        held = tuple(h for h in held if h.grant in listed)
    said = {f.name: getattr(actor, f.name) for f in fields(Actor)}
    return ThenAndNow(**said, then=Actor(kind=actor.kind, id=actor.id, name=actor.name, held=held))
