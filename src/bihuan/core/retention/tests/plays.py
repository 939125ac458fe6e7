"""Plays of the actions of retention."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bihuan.core.access.context import Actor, Held, service_actor
from bihuan.core.access.models import LoginSession
from bihuan.core.access.scope import EVERYWHERE
from bihuan.core.retention import queries
from bihuan.core.retention.models import ConfirmedRule, LegalHold
from bihuan.core.retention.terms import RetentionGrants
from cast import AT, Cast, saved
from plays import Play

CODE = "access.sessions"


def keeper(cast: Cast) -> Actor:
    """Keeps the records of the whole installation."""
    actor = cast.actor("records", "records_administrator", cast.office, region=cast.city)
    return replace(actor, held=tuple(Held(h.grant, EVERYWHERE) for h in actor.held))


def timer() -> Actor:
    return service_actor("retention.remove_due", RetentionGrants.REMOVE)


def session(cast: Cast, *, seen: Any, ended: bool = True, name: str = "leaver") -> LoginSession:
    number = LoginSession.objects.count()
    return saved(
        LoginSession(
            user=cast.user(name, cast.works), session_digest=f"{number:064}", address="198.51.100.7",
            authenticated_at=seen, last_seen_at=seen, expires_at=seen, ended_at=seen if ended else None,
        )
    )  # fmt: skip


def confirmed(cast: Cast, *, code: str = CODE, days: int = 184) -> ConfirmedRule:
    return saved(
        ConfirmedRule(code=code, days=days, basis="档案管理办法", confirmed_by=keeper(cast).id, confirmed_at=AT)
    )


def hold(cast: Cast, **what: str) -> LegalHold:
    return saved(LegalHold(reason="事故调查", placed_by=keeper(cast).id, placed_at=AT, **what))


def _play(cast: Cast, **inputs: Any) -> Play:
    stranger = cast.actor("records_next", "records_administrator", cast.office, region=cast.next_city)
    return Play(keeper(cast), inputs, stranger=stranger)


def remove(cast: Cast) -> Play:
    confirmed(cast)
    row = session(cast, seen=AT - timedelta(days=185))
    inputs = {
        "code": CODE, "keys": [str(row.pk)], "count": 1, "digest": queries.digest_of([row]), "until": row.last_seen_at,
    }  # fmt: skip
    return Play(timer(), inputs, stranger_may=True)


PLAYS = {
    "retention.confirm_rule": lambda c: _play(c, code=CODE, days=184, basis="档案管理办法"),
    "retention.withdraw_rule": lambda c: _play(c, rule=confirmed(c), basis="暂停"),
    "retention.place_hold": lambda c: _play(c, reason="事故调查", code=CODE),
    "retention.release_hold": lambda c: _play(c, hold=hold(c), basis="调查终结"),
    "retention.remove": remove,
}
