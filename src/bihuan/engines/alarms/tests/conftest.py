from __future__ import annotations

import numpy as np
import pytest

from bihuan.engines.alarms.engine import Engine
from bihuan.engines.alarms.samples import Samples
from bihuan.engines.alarms.settings import Limit, Patterns, PointSettings
from bihuan.engines.alarms.terms import LimitKind

START = 1_700_000_000_000


class Bench:
    """One engine, one point by default, seconds instead of milliseconds: what a test needs to read like a
    story.
    """

    def __init__(self, *limits: Limit, patterns: Patterns | None = None, points=(7,), **settings) -> None:
        self.engine = Engine(patterns)
        self.seq = 0
        self.limits = limits
        self.set(*limits, points=points, version=1, **settings)

    def _next(self) -> int:
        self.seq += 1
        return self.seq

    def set(self, *limits: Limit, points=(7,), version=2, **settings):
        changes = [PointSettings(point=p, version=version, limits=limits, **settings) for p in points]
        return self.engine.configure(changes, seq=self._next(), at=START)

    def see(self, *rows, quality=0, point=7, received=None):
        """Rows are (second, value) or (second, value, quality)."""
        at = np.array([START + int(r[0] * 1000) for r in rows])
        samples = Samples(
            np.full(len(rows), point, np.int32),
            at,
            np.array([float(r[1]) for r in rows]),
            np.array([r[2] if len(r) > 2 else quality for r in rows], np.uint8),
        )
        when = int(at.max()) if received is None else START + int(received * 1000)
        self.judged = self.engine.judge(samples, seq=self._next(), received_at=when)
        return self.judged.transitions

    def wait(self, seconds: float, at: float = 0.0):
        told = []
        for _ in range(round(seconds)):
            told += self.engine.tick(seq=self._next(), at=START + int(at * 1000), elapsed_ms=1000)
        return told

    def do(self, do: str, limit="H", at: float = 0.0, **more):
        command = {"do": do, "limit": limit, "point": 7, "by": "li"} | more
        return self.engine.command(command, seq=self._next(), at=START + int(at * 1000))


def words(transitions) -> list[str]:
    return [f"{x.limit} {x.kind}" for x in transitions]


@pytest.fixture
def high():
    return Limit(kind=LimitKind.H, value=80.0)


@pytest.fixture
def bench():
    return Bench


@pytest.fixture
def told():
    return words


@pytest.fixture
def start():
    return START
