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


async def stopped(stop: asyncio.Event, *, seconds: float) -> bool:
    """Waits for `stop`, at most so long."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True
