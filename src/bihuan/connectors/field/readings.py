"""读数: what every source gives: tag, time in milliseconds, value, quality."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

from bihuan.engines.alarms import terms as t


class Reading(NamedTuple):
    tag: str
    at: int
    value: float | None
    quality: int = t.GOOD


Sink = Callable[[list[Reading]], None]


class Source(Protocol):
    """Runs until stopped; reconnects by itself; says a lost device as NOT_CONNECTED readings, never as
    silence alone.
    """

    async def run(self, sink: Sink, stop: asyncio.Event) -> None: ...


def as_reading(tag: str, at: int, value: object, *, good: bool = True) -> Reading:
    """Numbers and truth values are readings; anything else is a bad one, never zero."""
    if isinstance(value, bool | int | float):
        return Reading(tag, at, float(value), t.GOOD if good else t.BAD_QUALITY)
    return Reading(tag, at, None, t.BAD_QUALITY)


def not_connected(tags: list[str], at: int) -> list[Reading]:
    return [Reading(x, at, None, t.NOT_CONNECTED) for x in tags]
