"""田纳西-伊斯曼: what plain limits find in the 21 fault series of a chemical plant, how late, and what they cry for nothing.

Limits are the mean ± so many standard deviations of the normal training series; a fault begins after row 160, one row is
three minutes. The series stand beside the checkout (`../shared/data/tep`) and are for tests and this measurement only.
Plain limits are a floor: what an early-fault detector finds is to be compared with it.
"""

from __future__ import annotations

import argparse
import gzip
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bihuan.engines.alarms.samples import Samples
from bihuan.engines.alarms.settings import Limit, PointSettings
from bihuan.engines.alarms.terms import KIND
from bihuan.streams import wire
from bihuan.streams.bus import layout
from bihuan.streams.folds.fold import Fold

ROOT = Path(__file__).resolve().parent.parent
ROW_MS = 180_000
FAULT_AFTER = 160
START = 1_700_000_000_000
FAULTS = range(1, 22)


def series(folder: Path, name: str) -> np.ndarray:
    """Rows of 52 columns; the normal training file stands on its side."""
    with gzip.open(folder / f"{name}.dat.gz", "rt") as text:
        found = np.loadtxt(text)
    return found.T if found.shape[0] == 52 else found


def limits_of(normal: np.ndarray, deviations: float, *, rows_held: int = 0) -> list[PointSettings]:
    mean, spread = normal.mean(0), normal.std(0)
    out = []
    for n in range(normal.shape[1]):
        band = deviations * float(spread[n])
        more = {"deadband": 0.1 * band, "on_delay_ms": rows_held * ROW_MS}
        pair = (
            Limit(kind=KIND["H"], value=float(mean[n]) + band, **more),
            Limit(kind=KIND["L"], value=float(mean[n]) - band, **more),
        )
        out.append(PointSettings(point=n, version=1, limits=pair, lost_after_ms=10 * ROW_MS))
    return out


def entries(points: list[PointSettings], rows: np.ndarray, *, values_a_batch: int = 52) -> Iterator[tuple[str, bytes]]:
    """A row of the series is what a plant sends at one moment, in one message or in several."""
    yield layout.telemetry(0, layout.SETTINGS), wire.pack_settings(points, at=START)
    width = rows.shape[1]
    for n, row in enumerate(rows):
        now = START + n * ROW_MS
        for first in range(0, width, values_a_batch):
            part = row[first : first + values_a_batch]
            number = np.arange(first, first + len(part), dtype=np.int32)
            at, quality = np.full(len(part), now, np.int64), np.zeros(len(part), np.uint8)
            yield layout.telemetry(0, "tep"), wire.pack(Samples(number, at, part, quality), received_at=now)


def told(points: list[PointSettings], rows: np.ndarray, *, values_a_batch: int = 52) -> list[dict]:
    fold = Fold(epoch="tep")
    log = enumerate(entries(points, rows, values_a_batch=values_a_batch), 1)
    return [x for n, (subject, data) in log for x in fold.apply(seq=n, subject=subject, data=data)]


def raised_rows(transitions: list[dict]) -> list[int]:
    return [(x["sample_at"] - START) // ROW_MS for x in transitions if x["kind"] == "raised"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deviations", type=float, default=4.5)
    parser.add_argument("--rows-held", type=int, default=1)
    args = parser.parse_args()
    folder = Path(os.environ.get("BIHUAN_SHARED") or ROOT.parent / "shared") / "data" / "tep"
    if not folder.is_dir():
        raise SystemExit(f"SKIPPED: the series are not in {folder}")
    points = limits_of(series(folder, "d00"), args.deviations, rows_held=args.rows_held)
    print(f"limits at mean ± {args.deviations} standard deviations, held for {args.rows_held} rows of 3 minutes")
    quiet = raised_rows(told(points, series(folder, "d00_te")))
    print(f"normal series: {len(quiet)} alarms in {960 * 3 / 60:.0f} h")
    print("fault  before  after  first alarm, minutes after the fault")
    found, began, rows = 0, time.perf_counter(), 0
    for fault in FAULTS:
        data = series(folder, f"d{fault:02}_te")
        rows += data.size
        where = raised_rows(told(points, data))
        after = [x for x in where if x >= FAULT_AFTER]
        found += bool(after)
        first = f"{(min(after) - FAULT_AFTER + 1) * 3}" if after else "never"
        print(f"{fault:5} {len(where) - len(after):7} {len(after):6}  {first}")
    spent = time.perf_counter() - began
    print(f"{found} of {len(FAULTS)} faults were alarmed; {rows} values, reading and judging took {spent:.1f} s")


if __name__ == "__main__":
    main()
