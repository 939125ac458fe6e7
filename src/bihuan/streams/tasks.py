"""任务收尾: ending asyncio tasks for sure."""

from __future__ import annotations

import asyncio
from typing import Any


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancels until they have ended: on Python 3.11 `wait_for` may swallow a cancellation that meets its result."""
    waiting = {x for x in tasks if not x.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=0.5)


async def outlived(*tasks: asyncio.Task[Any] | None) -> None:
    """Waits until they have ended by themselves, however often it is cancelled meanwhile: threads can't be."""
    waiting, cancelled = {x for x in tasks if x is not None and not x.done()}, False
    while waiting:
        try:
            _, waiting = await asyncio.wait(waiting)
        except asyncio.CancelledError:
            waiting, cancelled = {x for x in waiting if not x.done()}, True
    if cancelled:
        raise asyncio.CancelledError


async def stopped(stop: asyncio.Event, *, seconds: float) -> bool:
    """Waits for `stop`, at most so long."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True
