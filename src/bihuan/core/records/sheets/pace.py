"""步调: how a long import shares the database. Small steps, each followed by a pause at least as long as it held on.

SQLite has one writer. A step of some hundred rows would keep everybody else waiting for that long; a job that takes
the lock again at once starves those who poll for it. So a step's size follows the time it held the database, and the
pause too. Waiting for the turn doesn't count: it would make the steps the smaller the more others there are.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection


def _held() -> float:
    turn = getattr(connection, "turn", None)
    return time.perf_counter() if turn is None else float(turn.held_for)


@dataclass(slots=True)
class Pace:
    #: What one step may hold the database for, in seconds.
    aim: float = 0.025
    smallest: int = 20
    largest: int = 500
    size: int = 50
    rest: float = field(default_factory=lambda: 1.5 if connection.vendor == "sqlite" else 0.25)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = field(default_factory=lambda: _held)

    def step(self, work: Callable[[int], int]) -> int:
        """Do one step of at most `size` rows; answers how many it did. The next is larger or smaller by its time."""
        started = self.clock()
        done = work(self.size)
        took = max(0.001, self.clock() - started)
        if done:
            self.size = max(self.smallest, min(self.largest, round(self.size * min(2.0, max(0.5, self.aim / took)))))
            self.sleep(min(0.5, max(0.002, took * self.rest)))
        return done
