"""入场券: signed, good for one minute, for one page's origin; carries what its holder may hear."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Held
from bihuan.core.access.identification import held_by
from bihuan.core.access.models import LoginSession
from bihuan.core.actions.problems import LoginNeeded
from bihuan.core.pages.live.feeds import Heard, heard_by
from bihuan.core.pages.middleware import live_origin
from bihuan.core.protection import session_keys

SALT = "bihuan.live"
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Ticket:
    login: UUID
    origin: str
    heard: tuple[Heard, ...]
    #: Digest of the grants it was written under: when they change, the connection ends.
    grants: str


def digest_of_grants(held: Sequence[Held]) -> str:
    said = sorted((h.grant, h.scope.region_path or "", h.scope.organisation or "") for h in held)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:20]


def write(ticket: Ticket) -> str:
    said = {
        "l": str(ticket.login),
        "o": ticket.origin,
        "h": [h.as_data() for h in ticket.heard],
        "g": ticket.grants,
    }
    return signing.dumps(said, salt=SALT, compress=True)


def read(text: str) -> Ticket | None:
    """None for a ticket that isn't ours, was changed, or is older than a minute."""
    session_keys.refresh()
    try:
        said: dict[str, Any] = signing.loads(text, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    return Ticket(UUID(said["l"]), said["o"], tuple(Heard.of_data(h) for h in said["h"]), said["g"])


def holds(ticket: Ticket, *, at: datetime) -> bool:
    """Whether the session and the grants behind a ticket are still what they were."""
    login = LoginSession.objects.filter(pk=ticket.login).select_related("user").first()
    if login is None or not login.is_live(at) or not login.user.is_active:
        return False
    return digest_of_grants(held_by(login.user, at=at)) == ticket.grants


@require_GET
def give(request: HttpRequest) -> JsonResponse:
    """`GET /live-ticket/`: where the live events are, and the ticket for them."""
    login = getattr(request, "login", None)
    if login is None:
        raise LoginNeeded
    ctx = request.ctx  # type: ignore[attr-defined]
    ticket = Ticket(
        login=login.pk,
        origin=f"{request.scheme}://{request.get_host()}",
        heard=tuple(heard_by(ctx.actor)),
        grants=digest_of_grants(held_by(login.user, at=ctx.at)),
    )
    address = settings.BIHUAN_LIVE_URL or f"{live_origin(request)}/live"
    return JsonResponse({"url": address, "ticket": write(ticket)})
