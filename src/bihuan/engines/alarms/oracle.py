"""对照实现: the same rules as `kernel.py`, written the slow way from the rules and not from the kernel. Tests
only.

Objects and dictionaries instead of lines of memory: what agrees with this on random inputs was understood
twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan

from bihuan.engines.alarms import terms as t
from bihuan.engines.alarms.settings import Limit, PointSettings

Told = tuple[int, int, str, int, int | None, float]  # row, point, "H raised", occurrence, sample time, value


@dataclass
class Condition:
    limit: Limit
    active: bool = False
    latched: bool = False
    over_since: int | None = None
    over_since_tick: int = 0
    back_since: int | None = None
    occurrence: int = 0
    back: float = 0.0
    anchor: float | None = None

    def back_level(self) -> float:
        low = self.limit.kind in ("L", "LL")
        return self.limit.value + self.limit.deadband if low else self.limit.value - self.limit.deadband

    def rise(self) -> str:
        self.active, self.over_since, self.back_since = True, None, None
        self.occurrence += 1
        self.back = self.back_level()
        return "raised"

    def fall(self) -> str:
        self.active, self.back_since = False, None
        self.latched = self.limit.latch
        return "returned" if self.latched else "cleared"

    def sample(self, *, over: bool, back: bool, at: int, began: int, tick: int) -> str | None:
        if self.active:
            if not back:
                self.back_since = None
                return None
            self.back_since = at if self.back_since is None else self.back_since
            return self.fall() if at - self.back_since >= self.limit.off_delay_ms else None
        over = over and self.limit.enabled
        if self.latched:
            if over:
                self.active, self.latched = True, False
                return "again"
            return None
        if not over:
            self.over_since = None
            return None
        if self.over_since is None:
            self.over_since, self.over_since_tick = began, tick
        return self.rise() if at - self.over_since >= self.limit.on_delay_ms else None


@dataclass
class Point:
    settings: PointSettings
    heard: int
    conditions: dict[str, Condition] = field(default_factory=dict)
    last_at: int | None = None
    value: float = float("nan")
    value_at: int | None = None
    changed_at: int | None = None
    lost: bool = False


class Oracle:
    """Settings are put in before the first sample; moving limits is tested on the engine itself."""

    def __init__(self, settings: Sequence[PointSettings], *, lateness_ms: int, future_ms: int) -> None:
        self.lateness, self.future, self.clock = lateness_ms, future_ms, 0
        self.points = {s.point: Point(s, heard=0) for s in settings}
        for s in settings:
            self.points[s.point].conditions = {str(x.kind): Condition(x) for x in s.limits}

    def sample(
        self, row: int, number: int, at: int, value: float, quality: int, received: int
    ) -> tuple[int, list[Told]]:
        point = self.points.get(number)
        if point is None:
            return t.UNKNOWN, []
        if point.last_at is not None and at < point.last_at:
            return t.LATE, []
        if point.last_at is not None and at == point.last_at:
            same = value == point.value or (isnan(value) and isnan(point.value))
            return (t.DUPLICATE if same and point.value_at == at else t.CONFLICT), []
        if at < received - self.lateness:
            return t.LATE, []
        if at > received + self.future:
            return t.FUTURE, []
        told: list[Told] = []
        alive = quality != t.NOT_CONNECTED
        if alive:
            point.heard = self.clock
        if alive and point.lost:
            point.lost = False
            for kind in t.KINDS[: t.LOST]:
                c = point.conditions.get(kind)
                if c and (c.active or c.latched):
                    told.append((row, number, f"{kind} input_back", c.occurrence, at, value))
            c = point.conditions.get("LOST")
            if c and c.active:
                told.append((row, number, f"LOST {c.fall()}", c.occurrence, at, value))
        good = quality < t.BAD_FROM and not isnan(value)
        for kind in t.KINDS[: t.LOST]:
            c = point.conditions.get(kind)
            if c is None or not (good or kind == "BAD"):
                continue
            said = self._condition(point, c, str(kind), at, value, good)
            if said:
                told.append((row, number, f"{kind} {said}", c.occurrence, at, value))
        point.last_at = at
        if good:
            point.value, point.value_at = value, at
        return t.JUDGED, told

    def _condition(self, point: Point, c: Condition, kind: str, at: int, value: float, good: bool) -> str | None:
        began = at
        if kind in ("H", "HH"):
            over, back = value >= c.limit.value, value < c.back
        elif kind in ("L", "LL"):
            over, back = value <= c.limit.value, value > c.back
        elif kind == "BAD":
            over, back = not good, good
        elif kind == "RATE":
            if point.value_at is None:
                return None
            rate = abs(value - point.value) * 1000.0 / (at - point.value_at)
            over, back = rate >= c.limit.value, rate < c.back
        else:
            over = c.anchor is not None and abs(value - c.anchor) <= c.limit.value
            if not over and (c.limit.enabled or c.active or c.latched or c.over_since is not None):
                c.anchor, point.changed_at = value, at
            back, began = not over, point.changed_at or at
        return c.sample(over=over, back=back, at=at, began=began, tick=self.clock)

    def tick(self, clock: int) -> list[Told]:
        self.clock = clock
        told: list[Told] = []
        for number, point in self.points.items():
            lost = point.conditions.get("LOST")
            after = (lost.limit.on_delay_ms if lost else 0) or point.settings.lost_after_ms
            if not point.lost and clock - point.heard > after:
                point.lost = True
                for kind in t.KINDS[: t.LOST]:
                    c = point.conditions.get(kind)
                    if c and (c.active or c.latched):
                        told.append((-1, number, f"{kind} input_lost", c.occurrence, point.last_at, point.value))
                if lost and lost.limit.enabled and not point.settings.filed and not lost.active:
                    again, lost.latched = lost.latched, False
                    if again:
                        lost.active = True
                    said = "again" if again else lost.rise()
                    told.append((-1, number, f"LOST {said}", lost.occurrence, point.last_at, point.value))
            for name in ("H", "HH", "L", "LL", "BAD"):
                c = point.conditions.get(name)
                if c is None or c.over_since is None or not c.limit.enabled:
                    continue
                if clock >= c.over_since_tick + 1000 + c.limit.on_delay_ms:
                    due = c.over_since + c.limit.on_delay_ms
                    said = c.rise()
                    told.append((-1, number, f"{name} {said}", c.occurrence, due, point.value))
        return told
