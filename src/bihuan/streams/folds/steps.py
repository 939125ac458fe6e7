"""步: what a fold publishes and everybody else reads: transitions and the sequence reached, in one message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from bihuan.streams import wire
from bihuan.streams.bus import layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """一步: `judged_at` is the worker's clock and no part of any identity; a replay has another."""

    epoch: str
    partition: int
    first: int
    last: int
    owner: str
    judged_at: int
    transitions: list[dict[str, Any]] = field(default_factory=list)
    gap: list[int] | None = None

    def pack(self) -> bytes:
        return wire.pack_json({k: getattr(self, k) for k in Step.__slots__})

    @classmethod
    def unpack(cls, data: bytes) -> Step:
        return cls(**wire.unpack_json(data))


async def last_step(js: JetStreamContext, partition: int) -> tuple[int, Step | None]:
    """The bus sequence of the partition's last step (0: none) and the step."""
    try:
        msg = await js.get_last_msg("ALARMS", layout.alarms(partition))
    except NotFoundError:
        return 0, None
    return int(msg.seq or 0), Step.unpack(msg.data or b"{}")
