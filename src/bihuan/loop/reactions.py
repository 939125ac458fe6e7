"""What the loop does when it hears of something: thin, one action each."""

from __future__ import annotations

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.actions.runner import perform
from bihuan.core.evidence.events import EvidenceExpired, EvidenceExpiring
from bihuan.core.evidence.models import Evidence
from bihuan.loop.actions import clock


def evidence_expires(*, ctx: Context, event: EvidenceExpiring | EvidenceExpired) -> None:
    """证据到期: its owner and the handlers of the cases that rest on it are told."""
    evidence = Evidence.objects.filter(pk=event.evidence_id).first()
    if evidence is None:
        raise NotFound
    perform(clock.tell_of_expiry, ctx=ctx, once=ctx.request_id, evidence={"id": str(evidence.pk)})
