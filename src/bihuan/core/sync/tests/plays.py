"""Plays of the actions on conflicts."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from bihuan.core.access.context import Actor, Held
from bihuan.core.access.scope import EVERYWHERE
from bihuan.core.access.terms import AccessGrants
from bihuan.core.sync.models import SyncConflict
from cast import AT, Cast, saved
from plays import Play


def oneself(actor: Actor) -> Actor:
    return replace(actor, held=(Held(AccessGrants.USE_OWN_ACCOUNT.value, EVERYWHERE),))


def met(cast: Cast) -> SyncConflict:
    said = {"action": "evidence.describe", "input": {}, "key": "k" * 8, "fingerprint": "f", "device": "d"}
    return saved(SyncConflict(owner_id=cast.safety_manager.user_id, occurred_at=AT, received_at=AT, **said))


def list_conflict(cast: Cast) -> Play:
    actor = oneself(cast.safety_manager)
    said = {
        "action": "evidence.describe",
        "input": {"title": "张三"},
        "key": "k" * 8,
        "fingerprint": "f",
        "device": "d",
    }
    return Play(actor, {"owner": actor.user_id, "occurred_at": AT, **said}, stranger_may=True)


def apply_anyway(cast: Cast) -> Play:
    inputs = {"conflict": met(cast), "audit_row": uuid4()}
    return Play(oneself(cast.safety_manager), inputs, stranger=oneself(cast.stranger))


def discard(cast: Cast) -> Play:
    return Play(oneself(cast.safety_manager), {"conflict": met(cast)}, stranger=oneself(cast.stranger))


PLAYS = {
    "sync.list_conflict": list_conflict,
    "sync.apply_anyway": apply_anyway,
    "sync.discard": discard,
}
