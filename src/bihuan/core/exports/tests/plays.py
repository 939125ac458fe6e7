"""Plays of the actions of exports."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bihuan.core.access.context import Actor, Held, service_actor
from bihuan.core.access.identification import actor_of
from bihuan.core.access.models import Assignment, Role, User
from bihuan.core.access.scope import EVERYWHERE
from bihuan.core.access.terms import AccessGrants
from bihuan.core.exports.models import ExportRequest
from bihuan.core.exports.terms import ExportsGrants, ExportState
from bihuan.registers.enterprises.terms import EnterprisesGrants
from cast import AT, Cast, saved
from plays import Play

GRANTS = (EnterprisesGrants.READ, EnterprisesGrants.SEE_CONTACTS, "access.use_own_account")


def requester(cast: Cast) -> Actor:
    """Keeps the enterprises of the district, in the database too: the job looks there."""
    actor = cast.actor("asker", "enterprises_keeper", cast.district_emergency, region=cast.district)
    user = User.objects.get(pk=actor.user_id)
    if not user.assignments.exists():
        role = saved(Role(code="asker", name_zh="x", name_en="x", grants=[str(g) for g in GRANTS]))
        saved(Assignment(user=user, role=role, scope_region=cast.district.path, from_at=AT))
    return actor_of(user, at=AT)


def approver(cast: Cast) -> Actor:
    return cast.actor("approver", "export_approver", cast.emergency, region=cast.city)


def request(cast: Cast, state: ExportState = ExportState.ASKED, **columns: Any) -> ExportRequest:
    user = User.objects.get(pk=requester(cast).user_id)
    said: dict[str, Any] = {
        "number": "DC20261122-00000001", "register": "enterprises", "form": "xlsx", "purpose": "应急联络核对",
        "state": state.value, "requested_by": user, "organisation_code": user.organisation_code,
        "region_path": user.region_path, **columns,
    }  # fmt: skip
    return saved(ExportRequest(**said))


def _decide(cast: Cast, **inputs: Any) -> Play:
    stranger = cast.actor("approver_next", "export_approver", cast.office, region=cast.next_city)
    return Play(approver(cast), {"request": request(cast), **inputs}, stranger=stranger)


def maker() -> Actor:
    return service_actor("exports.make", ExportsGrants.MAKE)


def ask(cast: Cast) -> Play:
    inputs = {"code": "enterprises", "form": "xlsx", "purpose": "应急联络核对"}
    return Play(requester(cast), inputs, stranger_may=True)


def fetch(cast: Cast) -> Play:
    ready = request(cast, ExportState.READY, digest="d" * 64, expires_at=AT + timedelta(hours=1))
    stranger = cast.actor("stranger_x", "enterprises_keeper", cast.office, region=cast.next_city)
    own = Held(AccessGrants.USE_OWN_ACCOUNT.value, EVERYWHERE)
    stranger = replace(stranger, held=(*stranger.held, own))
    return Play(requester(cast), {"request": ready}, stranger=stranger)


PLAYS = {
    "exports.ask": ask,
    "exports.approve": lambda c: _decide(c),
    "exports.refuse": lambda c: _decide(c, remark="理由不足"),
    "exports.note_made": lambda c: Play(
        maker(), {"request": request(c, ExportState.APPROVED), "rows": 1, "digest": "d" * 64}, stranger_may=True
    ),
    "exports.note_download": fetch,
    "exports.expire": lambda c: Play(
        maker(), {"request": request(c, ExportState.READY, expires_at=AT)}, stranger_may=True
    ),
}
