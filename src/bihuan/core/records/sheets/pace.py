"""步调: how a long import shares the database. Small steps, each followed by a pause at least as long as it held on.

SQLite has one writer. A step of some hundred rows would keep everybody else waiting for that long; a job that takes
the lock again at once starves those who poll for it. So a step's size follows the clock, and the pause its length.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection


@dataclass(slots=True)
class Pace:
    #: What one step may hold the database for, in seconds.
    aim: float = 0.025
    smallest: int = 20
    largest: int = 500
    size: int = 50
    rest: float = field(default_factory=lambda: 1.5 if connection.vendor == "sqlite" else 0.25)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.perf_counter

    def step(self, work: Callable[[int], int]) -> int:
        """Do one step of at most `size` rows; answers how many it did. The next is larger or smaller by its time."""
        started = self.clock()
        done = work(self.size)
        took = self.clock() - started
        if done:
            self.size = max(self.smallest, min(self.largest, round(self.size * min(2.0, max(0.5, self.aim / took)))))
            self.sleep(min(0.5, max(0.002, took * self.rest)))
        return done
