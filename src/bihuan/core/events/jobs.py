"""Delivering events to their receivers, as jobs: at least once, with retries."""

from __future__ import annotations

from uuid import UUID

from bihuan.core.access.context import Context, service_actor
from bihuan.core.events import outbox
from bihuan.core.events.models import OutboxEvent
from bihuan.core.jobs.queue import LeftToNewer
from bihuan.core.modules import registry


def deliver(*, ctx: Context, event: str, receiver: str) -> None:
    """One event to one receiver, which acts as a service of its own name.

    During a rolling upgrade an older worker may be given an event or a receiver of the newer release.
    """
    row = OutboxEvent.objects.get(pk=UUID(event))
    known = registry()
    if receiver not in known.receivers or not known.knows_event(row.name):
        raise LeftToNewer(f"{row.name} for {receiver}")
    hearer = known.receivers[receiver]
    inside = Context(
        actor=service_actor(hearer.name, *hearer.grants),
        at=ctx.at,
        occurred_at=row.at,
        cause=f"audit:{row.audit_row}",
        request_id=f"{row.pk}:{receiver}",
    )
    hearer.handle(ctx=inside, event=outbox.event_of(row))
