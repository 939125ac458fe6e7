"""工作负载: W1–W8, by which the plane and its peers are measured, written by a seed.

A workload is what some gateways send, second by second, and what has to come of it: which alarms, when the process really
crossed the limit, how many rows history must hold. Times are milliseconds from the run's beginning. Four points of five are
analogue (0–100, LL 10, L 20, H 80, HH 90), every fifth is gas (%LEL, H 25, HH 50); values are quantised as transmitters do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bihuan.engines.alarms.samples import Samples
from bihuan.engines.alarms.settings import Limit, PointSettings
from bihuan.engines.alarms.terms import KIND
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

Array = npt.NDArray[Any]
TICK_MS: Final = 1000
DEADBAND: Final = 2.0
ANALOGUE: Final = (("H", 80.0), ("HH", 90.0), ("L", 20.0), ("LL", 10.0))
GAS: Final = (("H", 25.0), ("HH", 50.0))
OVER: Final = 85.0  # beyond H, short of HH
GAS_OVER: Final = 30.0
WARM_UP_MS: Final = 10_000
LIFE: Final = ("raise", "acknowledge", "shelve", "unshelve", "clear")
_NEVER: Final = 2**60


class NoSuchWorkload(Problem):
    code = "streams.no_such_workload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """一次送达: due by a right clock; `sent_at` and the samples' times are by the source's own."""

    due_ms: int
    source: str
    sent_at: int
    samples: Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """应有结果: an alarm for each crossing (point, moment it really happened) and none besides."""

    crossings: tuple[tuple[int, int], ...]
    clears: int = 0
    input_lost: int = 0
    rows_sent: int = 0
    rows_kept: int = 0  # distinct (point, at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    name: str
    seed: int
    points: int
    seconds: int
    settings: tuple[PointSettings, ...]
    expected: Expected
    sources: tuple[str, ...] = ("gw",)
    kill_at_ms: int | None = None
    _paths: Paths = field(repr=False)
    _eager: tuple[Delivery, ...] = field(default=(), repr=False)

    def deliveries(self) -> Iterator[Delivery]:
        """In the order of `due_ms`; the same for the same seed, however often it is asked."""
        if self._eager:
            yield from self._eager
            return
        for n in range(self.seconds):
            yield from self._paths.tick(self, n)

    def at_this_moment(self, at_ms: int) -> tuple[Array, Array]:
        """For a peer that asks: which points answer now, and with what; silent gateways give none."""
        value = self._paths.values(at_ms)
        silent = [self._paths.source_of[s] for s, (a, b) in self._paths.silent.items() if a <= at_ms < b]
        number = np.setdiff1d(np.arange(self.points), np.concatenate(silent)) if silent else np.arange(self.points)
        return number, value[number]


class Paths:
    """What every point does: noise, and steps at stated moments for those that have any."""

    def __init__(self, points: int, seed: int) -> None:
        self.points, self.seed = points, seed
        self.gas = np.arange(points) % 5 == 4
        self.steps: dict[int, list[tuple[int, float]]] = {}
        self.swing: Array = np.zeros(0, np.int64)
        self.source_of: dict[str, Array] = {"gw": np.arange(points)}
        self.skew: dict[str, int] = {}
        self.silent: dict[str, tuple[int, int]] = {}

    def over(self, point: int, at: int, until: int = _NEVER) -> None:
        self.steps[point] = [(at, GAS_OVER if self.gas[point] else OVER), (until, 2.0 if self.gas[point] else 50.0)]

    def values(self, at: int) -> Array:
        tick = at // TICK_MS
        rng = np.random.default_rng((self.seed, tick))
        noise = rng.normal(0, 5, self.points).clip(-20, 20)
        value = np.where(self.gas, np.round(np.abs(noise) / 2, 1), np.round((50 + noise) * 40.95) / 40.95)
        for point, steps in self.steps.items():
            for moment, level in steps:
                if at >= moment:
                    value[point] = level
        value[self.swing] = 80.0 * (1.005 if tick % 2 else 0.995)
        return value

    def tick(self, w: Workload, n: int) -> Iterator[Delivery]:
        at = n * TICK_MS
        value = self.values(at)
        for source in w.sources:
            mine, skew = self.source_of[source], self.skew.get(source, 0)
            start, end = self.silent.get(source, (_NEVER, _NEVER))
            if start <= at < end:
                continue
            times = np.full(len(mine), at + skew, np.int64)
            samples = Samples(mine.astype(np.int32), times, value[mine], np.zeros(len(mine), np.uint8))
            yield Delivery(due_ms=at, source=source, sent_at=at + skew, samples=samples)


def workload(name: str, *, seed: int = 1, points: int | None = None, seconds: int | None = None) -> Workload:
    made = _MAKE.get(name.upper())
    if made is None:
        raise NoSuchWorkload(
            Text("没有工作负载 {n}；有 W1 至 W8。", "There is no workload {n}; there are W1 to W8.").format(n=name)
        )
    make, usual_points, usual_seconds = made
    return make(name.upper(), seed, points or usual_points, seconds or usual_seconds)


def settings_of(
    point: int, *, deadband: float = DEADBAND, on_delay_ms: int = 0, lost_after_ms: int = 300_000
) -> PointSettings:
    levels = GAS if point % 5 == 4 else ANALOGUE
    limits = tuple(Limit(kind=KIND[k], value=v, deadband=deadband, on_delay_ms=on_delay_ms) for k, v in levels)
    return PointSettings(point=point, version=1, group="post-1", limits=limits, lost_after_ms=lost_after_ms)


def _steady(name: str, seed: int, points: int, seconds: int) -> Workload:
    """W1 平稳: one value a point and second; 200 sentinels (or a fifth of the points) cross at random moments."""
    rng, paths = np.random.default_rng(seed), Paths(points, seed)
    chosen = rng.choice(points, min(200, points // 5), replace=False)
    moments = _between(rng, len(chosen), WARM_UP_MS, seconds * 1000 - 5000)
    return _made(name, seed, seconds, paths, _cross(paths, chosen, moments))


def _storm(name: str, seed: int, points: int, seconds: int) -> Workload:
    """W2 报警洪泛: a fifth of the points cross within 10 s, and one sentinel that has nothing to do with them."""
    rng, paths = np.random.default_rng(seed), Paths(points, seed)
    chosen = rng.choice(points, points // 5 + 1, replace=False)
    moments = _between(rng, len(chosen), 15_000, 25_000)
    moments[0] = 20_500
    return _made(name, seed, seconds, paths, _cross(paths, chosen, moments))


def _silence(name: str, seed: int, points: int, seconds: int) -> Workload:
    """W3 静默: 50 points are over their limit when their gateway stops; it comes back 30 s before the end, still over."""
    rng, paths = np.random.default_rng(seed), Paths(points, seed)
    chosen = np.sort(rng.choice(points, min(50, points // 2), replace=False))
    crossings = _cross(paths, chosen, _between(rng, len(chosen), WARM_UP_MS, 30_000))
    paths.source_of = {"gw": np.setdiff1d(np.arange(points), chosen), "stops": chosen}
    paths.silent = {"stops": (40_000, (seconds - 30) * 1000)}
    gone = (seconds - 70) * len(chosen)
    settings = tuple(settings_of(n, lost_after_ms=15_000) for n in range(points))
    return _made(name, seed, seconds, paths, crossings, settings=settings, input_lost=len(chosen), missing=gone)


def _chatter(name: str, seed: int, points: int, seconds: int) -> Workload:
    """W4 抖动: every point swings half a percent round H = 80 and crosses it once a second; one alarm with a 2 % deadband."""
    paths = Paths(points, seed)
    paths.gas[:] = False
    paths.swing = np.arange(points)
    levels = tuple(Limit(kind=KIND[k], value=v, deadband=0.02 * v) for k, v in ANALOGUE)
    settings = tuple(PointSettings(point=n, version=1, group="post-1", limits=levels) for n in range(points))
    return _made(name, seed, seconds, paths, tuple((n, TICK_MS) for n in range(points)), settings=settings)


def _late_and_twice(name: str, seed: int, points: int, seconds: int) -> Workload:
    """W5 迟到与重复: 5 % of the values 30–120 s late, 2 % twice, 1 % two seconds late and so out of order.

    A tenth of the points cross and stay, a tenth cross for 40 s: what is late must neither end nor begin an alarm.
    """
    rng, paths = np.random.default_rng(seed), Paths(points, seed)
    chosen = rng.choice(points, points // 5, replace=False)
    half = len(chosen) // 2
    moments = _between(rng, len(chosen), WARM_UP_MS, seconds * 1000 - 60_000)
    crossings = _cross(paths, chosen[:half], moments[:half])
    for point, at in zip(chosen[half:].tolist(), moments[half:].tolist(), strict=True):
        paths.over(point, at, at + 40_000)
    crossings += tuple(zip(chosen[half:].tolist(), moments[half:].tolist(), strict=True))
    plain = _made(name, seed, seconds, paths, crossings, clears=len(chosen) - half)
    parts = list(plain.deliveries())
    rows = Samples(
        *(np.concatenate([getattr(d.samples, k) for d in parts]) for k in ("point", "at", "value", "quality"))
    )
    fate = rng.random(len(rows))
    due = rows.at.copy()
    late = fate < 0.05
    due[late] += 1000 * rng.integers(30, 120, int(late.sum()))
    due[(fate >= 0.05) & (fate < 0.06)] += 2000
    twice = np.flatnonzero(rng.random(len(rows)) < 0.02)
    order = np.concatenate([np.arange(len(rows)), twice])
    due = np.concatenate([due, due[twice] + 1000])
    order, due = order[np.argsort(due, kind="stable")], np.sort(due, kind="stable")
    cuts = np.flatnonzero(np.append(True, due[1:] != due[:-1]))
    eager = tuple(
        Delivery(due_ms=int(due[a]), source="gw", sent_at=int(due[a]), samples=rows[order[a:b]])
        for a, b in zip(cuts, np.append(cuts[1:], len(due)), strict=True)
    )
    expected = Expected(
        crossings=crossings, clears=plain.expected.clears, rows_sent=len(order), rows_kept=plain.expected.rows_kept
    )
    return Workload(
        name=name,
        seed=seed,
        points=points,
        seconds=int(due[-1]) // 1000 + 1,
        settings=plain.settings,
        expected=expected,
        _paths=paths,
        _eager=eager,
    )


DELAYED_MS: Final = 20_000


def _kill(name: str, seed: int, points: int, seconds: int) -> Workload:
    """W6 强制终止: at the kill 100 alarms are active and 50 points are within their on-delay of 20 s."""
    rng, paths = np.random.default_rng(seed), Paths(points, seed)
    chosen = rng.choice(points, min(150, points // 5), replace=False)
    delayed = chosen[: len(chosen) // 3]
    kill = seconds * 1000 // 2
    early = _between(rng, len(chosen) - len(delayed), WARM_UP_MS // 2, kill - 5000)
    crossings = _cross(paths, chosen[len(delayed) :], early)
    crossings += _cross(paths, delayed, _between(rng, len(delayed), kill - 10_000, kill - 2000))
    slow = set(delayed.tolist())
    settings = tuple(settings_of(n, on_delay_ms=DELAYED_MS if n in slow else 0) for n in range(points))
    return _made(name, seed, seconds, paths, crossings, settings=settings, kill_at_ms=kill)


def _clocks(name: str, seed: int, points: int, seconds: int) -> Workload:
    """W7 时钟: a third of the points on a right clock, a third on one 15 min slow, a third on one 15 min fast."""
    rng, paths = np.random.default_rng(seed), Paths(points, seed)
    chosen = rng.choice(points, max(3, points // 10), replace=False)
    crossings = _cross(paths, chosen, _between(rng, len(chosen), WARM_UP_MS, seconds * 1000 - 10_000))
    thirds = np.array_split(np.arange(points), 3)
    paths.source_of = dict(zip(("gw", "slow", "fast"), thirds, strict=True))
    paths.skew = {"slow": -900_000, "fast": 900_000}
    return _made(name, seed, seconds, paths, crossings)


def _life(name: str, seed: int, points: int, seconds: int) -> Workload:
    """W8 报警处置: nothing crosses by itself; four clients take their points through `LIFE`, each step after the last is seen."""
    return _made(name, seed, seconds, Paths(points, seed), ())


def _cross(paths: Paths, points: Array, moments: Array) -> tuple[tuple[int, int], ...]:
    pairs = tuple(zip(points.tolist(), moments.tolist(), strict=True))
    for point, at in pairs:
        paths.over(point, at)
    return pairs


def _between(rng: np.random.Generator, count: int, start: int, end: int) -> Array:
    return np.sort(rng.integers(start, max(start + 1, end), count))


def _made(
    name: str,
    seed: int,
    seconds: int,
    paths: Paths,
    crossings: tuple[tuple[int, int], ...],
    *,
    settings: tuple[PointSettings, ...] = (),
    clears: int = 0,
    input_lost: int = 0,
    missing: int = 0,
    kill_at_ms: int | None = None,
) -> Workload:
    rows = paths.points * seconds - missing
    return Workload(
        name=name,
        seed=seed,
        points=paths.points,
        seconds=seconds,
        settings=settings or tuple(settings_of(n) for n in range(paths.points)),
        expected=Expected(crossings=crossings, clears=clears, input_lost=input_lost, rows_sent=rows, rows_kept=rows),
        sources=tuple(paths.source_of),
        kill_at_ms=kill_at_ms,
        _paths=paths,
    )


_MAKE: Final = {
    "W1": (_steady, 10_000, 60),
    "W2": (_storm, 10_000, 40),
    "W3": (_silence, 1_000, 670),
    "W4": (_chatter, 100, 300),
    "W5": (_late_and_twice, 1_000, 240),
    "W6": (_kill, 10_000, 60),
    "W7": (_clocks, 300, 120),
    "W8": (_life, 400, 60),
}
