"""A historian's store at its busiest, for the fault runs: appends, merges and sweeps without a pause, until it is killed.

Which rows the n-th append holds depends on seed and n only, so that whoever looks afterwards knows what must be there.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from bihuan.engines.alarms.samples import Samples
from bihuan.streams.history.segments import DAY_MS
from bihuan.streams.history.store import Store

POINTS = 4
FIRST, DAYS = 19_723, 91  # 2024-01-01, three months
ROWS = 40


def rows(seed: int, n: int) -> Samples:
    """Two neighbouring days of three months; now and then a moment that another append has said otherwise."""
    rng = np.random.default_rng([seed, n])
    day = FIRST + int(rng.integers(0, DAYS - 1) // 15) * 15
    at = day * DAY_MS + rng.integers(0, 2 * DAY_MS // 600_000, ROWS) * 600_000
    value = rng.normal(50, 20, ROWS).round(1)
    quality = np.where(rng.random(ROWS) < 0.1, 16, 0).astype(np.uint8)
    return Samples(rng.integers(0, POINTS, ROWS).astype(np.int32), at, value, quality)


def main() -> None:
    folder, seed = Path(sys.argv[1]), int(sys.argv[2])
    store = Store(folder)
    while True:
        n = store.version.last_seq + 1
        store.append(rows(seed, n), epoch="e", last_seq=n)
        sys.stdout.write(f"{n}\n")
        sys.stdout.flush()
        if n % 5 == 0:
            store.tidy(today=FIRST + DAYS + n % 2, files_a_tier=3, at_rest_seconds=-1 if n % 10 else 3600)
        if n % 40 == 0:
            store.sweep(grace_seconds=-1)


if __name__ == "__main__":
    main()
