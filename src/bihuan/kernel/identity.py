"""标识: time-ordered identifiers (UUID version 7, RFC 9562 5.7), so that keys grow with time on every database."""

from __future__ import annotations

import secrets
import threading
import time
from uuid import UUID

_RANDOM_BITS = 74
_lock = threading.Lock()
_last = (0, 0)


def new_id() -> UUID:
    """48 bits of Unix milliseconds, then 74 random bits; within one millisecond of one process, still growing.

    RFC 9562 6.2, method 2: what one action writes keeps its order when read back by key. A clock that steps back
    holds at the last instant seen.
    """
    global _last  # the process's own last identifier
    with _lock:
        milliseconds = time.time_ns() // 1_000_000
        if milliseconds > _last[0]:
            # The top random bit stays free, so that counting on never overflows into the clock.
            _last = (milliseconds, secrets.randbits(_RANDOM_BITS - 1))
        else:
            _last = (_last[0], _last[1] + 1 + secrets.randbits(32))
        milliseconds, random = _last
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76
    value |= (random >> 62) << 64
    value |= 0b10 << 62
    value |= random & ((1 << 62) - 1)
    return UUID(int=value)
