"""归并: files of a day become one, hourly extremes of a month's days become one. Point by point, so that a day of any size
passes through a bounded memory. Nothing here changes a file: what comes out is new, and counts once the manifest names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bihuan.engines.alarms.samples import Samples
from bihuan.streams.history.manifest import File
from bihuan.streams.history.segments import (
    COMPACT_LEVEL,
    DAY_MS,
    ROW_GROUP,
    SMALLEST_GROUP,
    SegmentWriter,
    hours_of,
    order_of,
    origin_of,
    table_of,
    unique,
)

#: Rows held at a time, about 100 bytes each while they are sorted.
CHUNK: Final = 2_000_000
#: A month's row groups are small, because one point is asked for; but a footer of thousands of them is slow to read, too.
GROUPS_A_MONTH: Final = 512


def merge_samples(folder: Path, files: Sequence[File], *, whole: bool, chunk: int = CHUNK) -> tuple[list[File], int]:
    """Rows of one day, of which the last received wins. `whole`: these are all there are, so the hourly extremes are made,
    too. Answers the new files and how many rows disagreed about a moment.
    """
    files = sorted(files, key=lambda x: x.order)
    day, conflicts = files[0].day, 0
    level = COMPACT_LEVEL if whole else 1
    out = SegmentWriter(folder, day=day, kind="samples", level=level)
    hours = SegmentWriter(folder, day=day, kind="hours", level=COMPACT_LEVEL, group=SMALLEST_GROUP) if whole else None
    for table in _by_points(folder, files, chunk):
        rows = Samples(*(table.column(n).to_numpy() for n in ("point", "at", "value", "quality")))
        rows, differed = unique(rows[order_of(rows.point, rows.at)])
        conflicts += differed
        out.write(table_of(rows))
        if hours:
            hours.write(hours_of(rows))
    origin = origin_of(files)
    made = [out.finish(**origin, unique=whole, tier=0 if whole else max(x.tier for x in files) + 1)]
    if hours:
        made.append(hours.finish(**origin, unique=True))
    return made, conflicts


def merge_hours(
    folder: Path, hours: Sequence[File], month: File | None, *, first: int, days: int, chunk: int = CHUNK
) -> File:
    """The month's file made anew: of a day that was compacted again, its new extremes count."""
    files = [*([month] if month else []), *hours]
    total = sum(x.rows for x in files)
    group = min(ROW_GROUP, max(SMALLEST_GROUP, total // GROUPS_A_MONTH))
    out = SegmentWriter(folder, day=first, kind="months", level=COMPACT_LEVEL, group=group)
    again = pa.array([x.day for x in hours], pa.int64())
    for tables in _pieces(folder, files, chunk):
        if month:
            day = pc.divide(tables[0].column("hour"), DAY_MS)
            tables[0] = tables[0].filter(pc.invert(pc.is_in(day, value_set=again)))
        table = pa.concat_tables(tables)
        order = order_of(table.column("point").to_numpy(), table.column("hour").to_numpy())
        out.write(table.take(pa.array(order)))
    return out.finish(**origin_of(files), unique=True, days=days)


def _by_points(folder: Path, files: Sequence[File], chunk: int) -> Iterator[pa.Table]:
    for tables in _pieces(folder, files, chunk):
        yield pa.concat_tables(tables)


def _pieces(folder: Path, files: Sequence[File], chunk: int) -> Iterator[list[pa.Table]]:
    """Of each file the rows of the next points, all of them of a point together. Never nothing at all."""
    paths = [folder / x.name for x in files]
    spans = _spans(paths, chunk) if sum(x.rows for x in files) > chunk else []
    if not spans:
        yield [pq.read_table(x) for x in paths]
    for low, high in spans:
        filters: Any = [("point", ">=", low), ("point", "<=", high)]
        yield [pq.read_table(x, filters=filters) for x in paths]


def _spans(paths: Sequence[Path], chunk: int) -> list[tuple[int, int]]:
    found = [
        np.unique(pq.read_table(x, columns=["point"]).column("point").to_numpy(), return_counts=True) for x in paths
    ]
    points, where = np.unique(np.concatenate([p for p, _ in found]), return_inverse=True)
    counts = np.bincount(where, weights=np.concatenate([n for _, n in found]))
    begins = np.flatnonzero(np.diff(np.cumsum(counts) // chunk, prepend=-1))
    ends = np.append(begins[1:], len(points)) - 1
    return [(int(points[a]), int(points[b])) for a, b in zip(begins, ends, strict=True)]
