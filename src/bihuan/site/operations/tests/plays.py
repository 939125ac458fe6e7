"""Plays of the actions of operations."""

from __future__ import annotations

from bihuan.core.access.context import Actor, service_actor
from bihuan.core.access.models import User
from bihuan.core.access.terms import AccessGrants
from cast import AT, Cast
from plays import Play


def note_restore(cast: Cast) -> Play:
    inputs = {"point": "20261122T010000Z-abcdef", "made_at": AT, "parts": ["records"], "given_up": 3}
    return Play(service_actor("operations.restore", AccessGrants.START_UP), inputs, stranger_may=True)


def administrator(cast: Cast) -> Actor:
    return cast.actor("sysadmin_here", "system_administrator", cast.office, region=cast.city)


def leaver(cast: Cast) -> User:
    """Somebody whose account is closed."""
    user = cast.user("ouyang", cast.works)
    User.objects.filter(pk=user.pk).update(
        is_active=False, display_name="欧阳金丝雀", phone="13912345678", email="canary@example.org"
    )
    return User.objects.get(pk=user.pk)


def erase_person(cast: Cast) -> Play:
    stranger = cast.actor("sysadmin_there", "system_administrator", cast.office, region=cast.next_city)
    return Play(administrator(cast), {"user": leaver(cast), "basis": "本人申请"}, stranger=stranger)


PLAYS = {"operations.note_restore": note_restore, "operations.erase_person": erase_person}
