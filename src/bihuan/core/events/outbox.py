"""Emitting into the outbox, reading back, and placing events in one order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from pydantic import TypeAdapter

from bihuan.core.access.scope import Place
from bihuan.core.events.models import OutboxEvent
from bihuan.core.modules import registry

#: Built once a kind: building it costs more than what it then does.
_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)


def record(*, event: Any, at: Any, audit_row: Any) -> OutboxEvent:
    """The outbox row of an event. An event may say its `place` and `subject`, for live pages to filter by."""
    place: Place = getattr(event, "place", None) or Place("")
    payload = _adapter(type(event)).dump_python(event, mode="json")
    return OutboxEvent(
        name=registry().event_name(type(event)),
        payload=payload,
        at=at,
        audit_row=audit_row,
        subject=getattr(event, "subject", ""),
        region_path=place.region_path,
        organisations=sorted(place.organisations),
    )


def event_of(row: OutboxEvent) -> Any:
    """The dataclass again. A field added since then takes its default; one removed since then is passed over."""
    kind = registry().event_type(row.name)
    known = {f.name for f in dataclasses.fields(kind)}
    return _adapter(kind).validate_python({k: v for k, v in row.payload.items() if k in known})


def place_pending(*, limit: int = 2_000) -> int:
    """Number events that have none yet, in one order for all readers. One writer at a time."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [0x42_48_45_56])
        waiting = list(OutboxEvent.objects.filter(position__isnull=True).order_by("id")[:limit])
        if not waiting:
            return 0
        last = OutboxEvent.objects.aggregate(last=Max("position"))["last"] or 0
        for position, row in enumerate(waiting, last + 1):
            row.position = position
        OutboxEvent.objects.bulk_update(waiting, ["position"], batch_size=400)
    return len(waiting)
