"""暂存的数字: figures over very many rows are counted once and shown for some seconds, with the time they were counted at.

Only figures: what somebody must act on is read anew every time. Only large ones: a count of few rows costs nothing, so
it is always of this instant. The key says all that the figure depends on, above all the scope of whoever asks: who
loses a grant asks with another key at the next request.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True)
class AsOf(Generic[ValueT]):
    """A figure and when it was counted."""

    value: ValueT
    at: datetime


class Held(Generic[ValueT]):
    """`is_large` decides whether a figure is worth holding; `most` bounds how many scopes are remembered."""

    def __init__(self, *, seconds: float, is_large: Callable[[ValueT], bool], most: int = 500) -> None:
        self.span = timedelta(seconds=seconds)
        self.is_large = is_large
        self.most = most
        self._found: dict[Hashable, AsOf[ValueT]] = {}
        self._counting: set[Hashable] = set()
        self._lock = threading.Lock()

    def get(self, key: Hashable, *, at: datetime, count: Callable[[], ValueT]) -> AsOf[ValueT]:
        """The figure held, if it is young enough; while one request counts anew, the others show the one before."""
        with self._lock:
            held = self._found.get(key)
            if held is not None:
                age = at - held.at
                # A clock set back must not keep a figure for ever.
                if timedelta(0) <= age < (2 * self.span if key in self._counting else self.span):
                    return held
            self._counting.add(key)
        try:
            counted = AsOf(count(), at)
        finally:
            with self._lock:
                self._counting.discard(key)
        with self._lock:
            self._found.pop(key, None)
            if self.is_large(counted.value):
                self._found[key] = counted
                while len(self._found) > self.most:
                    self._found.pop(next(iter(self._found)))
        return counted

    def forget(self) -> None:
        with self._lock:
            self._found.clear()
