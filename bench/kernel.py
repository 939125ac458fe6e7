"""报警内核: rows judged per second on one core, for the settings of a recorded prototype. `./run bench kernel`.

100 000 points × HH/H/L/LL, deadband, on- and off-delay; a share of the samples is an excursion. Generating the columns is not
timed. "kernel" is the compiled judgement alone, which is what the prototype was; "engine" adds the life of each alarm.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from bihuan.engines.alarms import snapshot
from bihuan.engines.alarms.engine import Engine
from bihuan.engines.alarms.samples import Samples
from bihuan.engines.alarms.settings import Limit, PointSettings
from bihuan.engines.alarms.terms import LimitKind

POINTS = 100_000


def engine() -> bytes:
    made = Engine()
    levels = (("H", 80.0), ("HH", 90.0), ("L", 20.0), ("LL", 10.0))
    limits = tuple(
        Limit(kind=LimitKind(k), value=v, deadband=2.0, on_delay_ms=1000, off_delay_ms=1000) for k, v in levels
    )
    made.configure([PointSettings(point=n, version=1, limits=limits) for n in range(POINTS)], seq=0, at=0)
    return snapshot.save(made)


def batches(size: int, rows: int, share: float, seed: int) -> list[Samples]:
    """Whole sweeps over the points in random order, one second apart; excursions sit anywhere between 0 and
    100.
    """
    rng = np.random.default_rng(seed)
    sweeps = -(-rows // POINTS)
    number = np.concatenate([rng.permutation(POINTS) for _ in range(sweeps)]).astype(np.int32)[:rows]
    at = np.repeat(np.arange(sweeps) * 1000, POINTS)[:rows] + 1_000_000
    value = rng.normal(50, 5, rows).clip(25, 75)
    wild = rng.random(rows) < share
    value[wild] = rng.uniform(0, 100, int(wild.sum()))
    quality = np.zeros(rows, np.uint8)
    return [Samples(number, at, value, quality)[i : i + size] for i in range(0, rows, size)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    fresh = engine()
    print("batch   share  kernel M rows/s        engine M rows/s        transitions")
    for size, share in (
        (2_000, 0.02),
        (20_000, 0.02),
        (100_000, 0.0),
        (100_000, 0.02),
        (500_000, 0.0),
        (500_000, 0.02),
        (500_000, 0.3),
    ):
        said = f"{size:7d} {share:5.0%} "
        for alone in (True, False):
            speeds, told = [], 0
            for run in range(args.repeat + 1):
                work, one = batches(size, args.rows, share, seed=run), snapshot.load(fresh)
                if alone:
                    one._tell = lambda _: None
                one.judge(work[0][:1], seq=0, received_at=0)
                told, began = 0, time.perf_counter()
                for n, part in enumerate(work):
                    told += len(one.judge(part, seq=n, received_at=int(part.at[-1])).transitions)
                speeds.append(args.rows / (time.perf_counter() - began) / 1e6)
            said += f"{np.median(speeds[1:]):6.2f} ({min(speeds[1:]):.2f}-{max(speeds[1:]):.2f})   "
        print(said, told, flush=True)


if __name__ == "__main__":
    main()
