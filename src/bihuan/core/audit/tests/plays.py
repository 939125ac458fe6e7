"""Plays of the actions on the audit trail."""

from __future__ import annotations

from dataclasses import replace

from bihuan.core.access.context import Held
from bihuan.core.access.scope import EVERYWHERE, Scope
from bihuan.core.access.terms import AccessGrants
from cast import Cast
from plays import Play


def erase_personal(cast: Cast) -> Play:
    administrator = replace(cast.officer, held=(Held(AccessGrants.MANAGE_USERS.value, EVERYWHERE),))
    elsewhere = Scope(region_path=cast.next_city.path)
    stranger = replace(cast.regulator_next_door, held=(Held(AccessGrants.MANAGE_USERS.value, elsewhere),))
    said = {"subject": f"access.user:{cast.safety_manager.user_id}", "basis": "本人申请"}
    return Play(administrator, said, stranger=stranger)


PLAYS = {"audit.erase_personal": erase_personal}
