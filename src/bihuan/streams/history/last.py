"""最新值: the last value of every point, in memory, never by a scan."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from bihuan.engines.alarms.samples import Samples
from bihuan.engines.alarms.tables import NEVER
from bihuan.streams.history.manifest import sync_folder

COLUMNS = ("point", "at", "value", "quality")


class LastValues:
    def __init__(self, *, capacity: int = 1024) -> None:
        self.at: npt.NDArray[Any] = np.full(capacity, NEVER, np.int64)
        self.value: npt.NDArray[Any] = np.full(capacity, np.nan)
        self.quality: npt.NDArray[Any] = np.zeros(capacity, np.uint8)

    def take(self, s: Samples) -> None:
        """A row older than what is known changes nothing. Rows are in the order of their times, so the last
        one stays.
        """
        if not len(s):
            return
        top = int(s.point.max())
        if top >= len(self.at):
            more = max(top + 1, 2 * len(self.at)) - len(self.at)
            self.at = np.append(self.at, np.full(more, NEVER, np.int64))
            self.value = np.append(self.value, np.full(more, np.nan))
            self.quality = np.append(self.quality, np.zeros(more, np.uint8))
        np.maximum.at(self.at, s.point, s.at)
        newest = s[s.at == self.at[s.point]]
        self.value[newest.point] = newest.value
        self.quality[newest.point] = newest.quality

    def of(self, points: npt.NDArray[Any] | None = None) -> Samples:
        """Those asked for, or all; points never heard of are left out."""
        if points is None:
            points = np.flatnonzero(self.at != NEVER).astype(np.int32)
        else:
            points = points[(points >= 0) & (points < len(self.at))]
            points = points[self.at[points] != NEVER]
        return Samples(points.astype(np.int32), self.at[points], self.value[points], self.quality[points])


def save(path: Path, values: Samples) -> None:
    """A point that has been silent for weeks keeps its last value over a restart. Replaces the file in one step."""
    draft = path.with_suffix(".draft")
    pq.write_table(pa.table({n: getattr(values, n) for n in COLUMNS}), draft, compression="zstd")
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def load(path: Path) -> Samples | None:
    """Nothing when there is no such file or it can't be read: the history itself still holds the rows."""
    try:
        table = pq.read_table(path, columns=list(COLUMNS))
    except (OSError, pa.ArrowInvalid):
        return None
    return Samples(*(table.column(n).to_numpy() for n in COLUMNS))
