"""A day of a plant, for measuring stores: 10 000 points, of which 100 report every 10 s and the others every 18 minutes.

Values are AR(1) at the resolution of transmitters: a twentieth doubles of full noise, two twentieths digital, the rest by
fours 16-bit and 12-bit converters, one and two decimals. Every other point's times jitter by up to ± 200 ms; 0.3 % of the rows are of bad quality.
"""

from __future__ import annotations

import math

import numpy as np

from bihuan.engines.alarms.samples import Samples

DAY_MS = 86_400_000
STEPS = {3: 100 / 65535, 4: 100 / 4095, 5: 0.1, 6: 0.01}
INNOVATION, HOLD, JITTER, BAD, FLIP = 0.1, 0.98, 200, 0.003, 0.02


def kinds(points: int) -> np.ndarray:
    """0: doubles, 1 and 2: digital, 3 to 6: the four resolutions."""
    turn = np.arange(points) % 20
    return np.where(turn < 3, turn, 3 + turn % 4)


def day(number: int, *, points: int = 10_000, fast: int = 100, seed: int = 1) -> Samples:
    rng = np.random.default_rng((seed, number))
    parts = []
    for which, count in ((np.arange(fast), 8640), (np.arange(fast, points), 80)):
        kind, n = kinds(points)[which], len(which)
        value = np.empty((n, count))
        level, on = rng.normal(0, INNOVATION / math.sqrt(1 - HOLD**2), n), rng.random(n) < 0.5
        for k in range(count):
            level = HOLD * level + rng.normal(0, INNOVATION, n)
            on ^= rng.random(n) < FLIP
            value[:, k] = np.where((kind == 1) | (kind == 2), on, 50 + 5 * level)
        for k, step in STEPS.items():
            mine = kind == k
            scaled = np.round(value[mine] / step)
            value[mine] = np.round(scaled * step, 2) if k in (5, 6) else scaled * step
        period = DAY_MS // count
        at = number * DAY_MS + np.arange(count) * period + period // 2 + np.zeros((n, 1), np.int64)
        jitter = rng.integers(-JITTER, JITTER + 1, at.shape)
        at = at + np.where(which[:, None] % 2 == 1, jitter, 0)
        quality = np.where(rng.random(at.shape) < BAD, 16, 0).astype(np.uint8)
        parts.append((np.repeat(which, count).astype(np.int32), at.ravel(), value.ravel(), quality.ravel()))
    columns = (np.concatenate(x) for x in zip(*parts, strict=True))
    rows = Samples(*columns)
    return rows[np.argsort(rows.at, kind="stable")]


def entropy(points: int = 10_000, fast: int = 100) -> float:
    """Bytes a row below which nobody gets on average: what is random in a row, given the row before it."""
    gauss = 0.5 * math.log2(2 * math.pi * math.e) + math.log2(5 * INNOVATION)
    bits = {0: gauss + 47, 1: binary(FLIP), 2: binary(FLIP)}  # a double between 32 and 64 has a step of 2^-47
    bits |= {k: max(0.0, gauss - math.log2(step)) for k, step in STEPS.items()}
    weight = np.where(np.arange(points) < fast, 8640, 80)
    value = sum(weight[kinds(points) == k].sum() * b for k, b in bits.items()) / weight.sum()
    times = (weight * (np.arange(points) % 2)).sum() / weight.sum() * math.log2(2 * JITTER + 1)
    return float(value + times + binary(BAD)) / 8


def binary(p: float) -> float:
    return -p * math.log2(p) - (1 - p) * math.log2(1 - p)
