"""状态表: one 64-byte line per point and per limit, so that judging a sample touches as little memory as can
be.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from bihuan.engines.alarms import terms as t
from bihuan.engines.alarms.settings import Limit, PointSettings

Array = npt.NDArray[Any]

POINT = np.dtype(
    [
        ("last_at", "i8"),  # sample time judged last, good or bad
        ("value_at", "i8"),  # sample time of the last good value
        ("value", "f8"),
        ("quiet_lo", "f8"),  # strictly between these and nothing pending: nothing to do
        ("quiet_hi", "f8"),
        ("heard", "i8"),  # tick clock at the last sample
        ("changed_at", "i8"),  # since when the value stands still (STUCK)
        ("busy", "i4"),  # how many limits are not CLEAR, plus one while input is lost
        ("extra", "u2"),  # bit per kind beyond the levels that is enabled
        ("lost", "u1"),
        ("quality", "u1"),
    ]
)
LIMIT = np.dtype(
    [
        ("value", "f8"),
        ("back", "f8"),  # strictly inside this the condition returns
        ("held_back", "f8"),  # the return level of the running occurrence: a moved limit can't clear it
        ("since", "i8"),  # sample time at which the pending change began
        ("since_tick", "i8"),
        ("on_delay", "i8"),
        ("off_delay", "i4"),
        ("occurrence", "u4"),
        ("phase", "u1"),
        ("enabled", "u1"),
        ("latch", "u1"),
        ("acked", "u1"),  # the running occurrence was acknowledged: its latch is open
        ("version", "u4"),
    ]
)
RAW = np.dtype(
    [
        ("row", "i4"),
        ("limit", "i4"),
        ("what", "u1"),
        ("occurrence", "u4"),
        ("at", "i8"),
        ("began", "i8"),
        ("value", "f8"),
    ]
)
assert POINT.itemsize == 64
assert LIMIT.itemsize == 64

NEVER = np.iinfo(np.int64).min
_LOW = (t.L, t.LL)


class Tables:
    """Settings and condition state of every point of a partition. Grown by doubling; a point never moves."""

    def __init__(self, *, capacity: int = 64) -> None:
        self.points: Array = np.zeros(capacity, POINT)
        self.limits: Array = np.zeros(capacity * t.SLOTS, LIMIT)
        self.numbers: Array = np.zeros(capacity, np.int32)
        self.index_of: Array = np.full(capacity, -1, np.int32)
        self.count = 0

    def index(self, number: int) -> int:
        return int(self.index_of[number]) if 0 <= number < len(self.index_of) else -1

    def add(self, number: int, *, tick: int) -> int:
        """A point first heard of now: its silence counts from this tick on."""
        if self.count == len(self.points):
            self.points = np.concatenate([self.points, np.zeros_like(self.points)])
            self.limits = np.concatenate([self.limits, np.zeros_like(self.limits)])
            self.numbers = np.concatenate([self.numbers, np.zeros_like(self.numbers)])
        if number >= len(self.index_of):
            wider = np.full(max(number + 1, 2 * len(self.index_of)), -1, np.int32)
            wider[: len(self.index_of)] = self.index_of
            self.index_of = wider
        p = self.count
        self.count += 1
        self.index_of[number] = p
        self.numbers[p] = number
        line = self.points[p]
        line["last_at"] = line["value_at"] = line["changed_at"] = NEVER
        line["value"] = np.nan
        line["heard"] = tick
        line["quiet_lo"], line["quiet_hi"] = -np.inf, np.inf
        return p

    def restore(self, points: Array, limits: Array, numbers: Array) -> None:
        """Whole columns at once: a hundred thousand points are back in milliseconds."""
        n = self.count = len(numbers)
        if n:
            self.points, self.limits, self.numbers = points.copy(), limits.copy(), numbers.copy()
            self.index_of = np.full(int(numbers.max()) + 1, -1, np.int32)
            self.index_of[numbers] = np.arange(n, dtype=np.int32)

    def apply(self, settings: PointSettings, *, tick: int) -> Iterator[tuple[int, float, float]]:
        """Puts settings in force; answers (limit, old value, new value) for each limit that moved while it
        was active.

        Active occurrences keep the stricter return level of the old and the new limit, so neither raising nor
        lowering
        nor disabling a limit ends an alarm: only the value does.
        """
        p = self.index(settings.point)
        if p < 0:
            self._first(settings, self.add(settings.point, tick=tick))
            return
        wanted = {x.kind.slot: x for x in settings.limits}
        for slot in range(t.SLOTS):
            new = wanted.get(slot) or Limit(kind=t.KINDS[slot], enabled=False)
            line = self.limits[p * t.SLOTS + slot]
            old = (float(line["value"]), bool(line["enabled"]), float(line["back"]))
            value, enabled, back = new.value, new.enabled, _back(slot, new)
            if slot == t.LOST:
                enabled = enabled and not settings.filed
                line["on_delay"] = new.on_delay_ms or settings.lost_after_ms
            else:
                line["on_delay"] = new.on_delay_ms
            line["off_delay"], line["latch"], line["version"] = new.off_delay_ms, new.latch, settings.version
            active = line["phase"] >= t.ACTIVE
            if slot not in wanted and active:
                value, back = (
                    old[0],
                    old[2],
                )  # a limit taken away: the occurrence is still told with what raised it
            line["value"], line["enabled"], line["back"] = value, enabled, back
            if active and slot <= t.RATE:
                line["held_back"] = (max if slot in _LOW else min)(float(line["held_back"]), back)
            if active and (value, enabled, back) != old:
                yield p * t.SLOTS + slot, old[0], value if enabled else float("nan")
        self._quiet(p)

    def _first(self, settings: PointSettings, p: int) -> None:
        """A new point has no state to spare, so its lines are written at once: a province starts with 100
        000.
        """
        wanted = {x.kind.slot: x for x in settings.limits}
        for slot in range(t.SLOTS):
            x = wanted.get(slot) or Limit(kind=t.KINDS[slot], enabled=False)
            on_delay = (x.on_delay_ms or settings.lost_after_ms) if slot == t.LOST else x.on_delay_ms
            enabled = x.enabled and not (slot == t.LOST and settings.filed)
            back = _back(slot, x)
            state = (0, 0, on_delay, x.off_delay_ms, 0, t.CLEAR, enabled, x.latch, 0, settings.version)
            self.limits[p * t.SLOTS + slot] = (x.value, back, 0.0, *state)
        self._quiet(p)

    def _quiet(self, p: int) -> None:
        lines = self.limits[p * t.SLOTS : (p + 1) * t.SLOTS]
        on, values = lines["enabled"].tolist(), lines["value"].tolist()
        line = self.points[p]
        line["quiet_hi"] = min((values[s] for s in (t.H, t.HH) if on[s]), default=np.inf)
        line["quiet_lo"] = max((values[s] for s in _LOW if on[s]), default=-np.inf)
        line["extra"] = sum(1 << s for s in (t.RATE, t.STUCK, t.BAD) if on[s])


def _back(slot: int, limit: Limit) -> float:
    return limit.value + limit.deadband if slot in _LOW else limit.value - limit.deadband
