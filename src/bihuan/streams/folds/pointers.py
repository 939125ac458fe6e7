"""快照指针: where a partition's newest snapshot lies and which sequence it has reached. Read without loading the fold."""

from __future__ import annotations

import json
from dataclasses import dataclass

from nats.js import JetStreamContext
from nats.js.errors import KeyNotFoundError

from bihuan.streams.bus import layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    epoch: str
    seq: int
    name: str
    pieces: int
    revision: int = 0


async def pointer(js: JetStreamContext, partition: int) -> Pointer | None:
    bucket = await js.key_value(layout.POINTERS)
    try:
        entry = await bucket.get(f"fold.{partition}")
    except KeyNotFoundError:
        return None
    return Pointer(**json.loads(entry.value or b"{}"), revision=int(entry.revision or 0))
