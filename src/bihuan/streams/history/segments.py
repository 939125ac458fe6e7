"""段文件: one day's rows as Parquet, sorted by point and time, synced to the disk before anybody names it."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from bihuan.engines.alarms.samples import Samples
from bihuan.streams.history.manifest import File, sync_folder

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
ROW_GROUP: Final = 131_072
SMALLEST_GROUP: Final = 8_192  # of hourly extremes, of which one point is read at a time
COMPACT_LEVEL: Final = 3
_SCHEMA: Final = pa.schema(
    [("point", pa.int32()), ("at", pa.int64()), ("value", pa.float64()), ("quality", pa.uint8())]
)
HOURS: Final = pa.schema(
    [
        ("point", pa.int32()),
        ("hour", pa.int64()),
        ("count", pa.int32()),
        ("total", pa.float64()),
        ("low", pa.float64()),
        ("low_at", pa.int64()),
        ("high", pa.float64()),
        ("high_at", pa.int64()),
        ("first", pa.float64()),
        ("last", pa.float64()),
    ]
)


def order_of(point: npt.NDArray[Any], at: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Stable order by point and time in one key: points have 24 bits of it, the span of times 39 (17 years in ms)."""
    if not len(at):
        return np.zeros(0, np.int64)
    base, top = int(at.min()), int(at.max())
    if top - base < 1 << 39 and int(point.min()) >= 0 and int(point.max()) < 1 << 24:
        return np.argsort((point.astype(np.int64) << 39) | (at - base), kind="stable")
    return np.lexsort((at, point))


def unique(s: Samples) -> tuple[Samples, int]:
    """Of rows with the same (point, at) the last received wins. Answers the rows and how many of them disagreed."""
    same = (s.point[1:] == s.point[:-1]) & (s.at[1:] == s.at[:-1])
    if not same.any():
        return s, 0
    differs = (s.value[1:] != s.value[:-1]) & ~(np.isnan(s.value[1:]) & np.isnan(s.value[:-1]))
    conflicts = int((same & (differs | (s.quality[1:] != s.quality[:-1]))).sum())
    return s[np.append(~same, True)], conflicts


def write_samples(
    folder: Path, samples: Samples, *, epoch: str, from_seq: int, to_seq: int, order: int, compact: bool = False
) -> list[File]:
    """One file per day. `samples` are in the order of the log, so a stable sort keeps who came last."""
    sorted_ = samples[order_of(samples.point, samples.at)]
    days = sorted_.at // DAY_MS
    files = []
    for day in np.unique(days).tolist():
        rows = sorted_ if days[0] == day == days[-1] and (days == day).all() else sorted_[days == day]
        out = SegmentWriter(folder, day=int(day), kind="samples", level=COMPACT_LEVEL if compact else 1)
        out.write(table_of(rows))
        origin = {"from_seq": from_seq, "to_seq": to_seq, "epoch": epoch, "order": order}
        files.append(out.finish(**origin, unique=compact))
    return files


def table_of(rows: Samples) -> pa.Table:
    columns = [rows.point, rows.at, rows.value, rows.quality]
    types = ("i4", "i8", "f8", "u1")
    arrays = [pa.array(np.ascontiguousarray(c, d)) for c, d in zip(columns, types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=_SCHEMA)


def origin_of(files: Sequence[File]) -> dict[str, Any]:
    """What a file merged from others says of where its rows come from."""
    newest = max(files, key=lambda x: x.order)
    first = min(x.from_seq for x in files)
    return {"from_seq": first, "to_seq": newest.to_seq, "epoch": newest.epoch, "order": newest.order}


def write_hours(folder: Path, rows: Samples, source: File) -> File:
    out = SegmentWriter(folder, day=source.day, kind="hours", level=COMPACT_LEVEL, group=SMALLEST_GROUP)
    out.write(hours_of(rows))
    return out.finish(**origin_of([source]), unique=True)


def hours_of(rows: Samples) -> pa.Table:
    """时均: extremes with their times, first, last, sum and count of every point and hour, from good rows only."""
    good = rows[(rows.quality < 16) & np.isfinite(rows.value)]
    if not len(good):
        return HOURS.empty_table()
    hour = good.at // HOUR_MS
    begins = np.flatnonzero(np.append(True, (good.point[1:] != good.point[:-1]) | (hour[1:] != hour[:-1])))
    ends = np.append(begins[1:], len(good))
    low, high = np.minimum.reduceat(good.value, begins), np.maximum.reduceat(good.value, begins)
    group = np.repeat(np.arange(len(begins)), ends - begins)
    columns = {
        "point": good.point[begins],
        "hour": hour[begins] * HOUR_MS,
        "count": (ends - begins).astype(np.int32),
        "total": np.add.reduceat(good.value, begins),
        "low": low,
        "low_at": _first(good, good.value == low[group], group, len(begins)),
        "high": high,
        "high_at": _first(good, good.value == high[group], group, len(begins)),
        "first": good.value[begins],
        "last": good.value[ends - 1],
    }
    return pa.table(columns, schema=HOURS)


def _first(rows: Samples, hit: npt.NDArray[Any], group: npt.NDArray[Any], groups: int) -> npt.NDArray[Any]:
    out = np.zeros(groups, np.int64)
    where = np.flatnonzero(hit)[::-1]
    out[group[where]] = rows.at[where]
    return out


class SegmentWriter:
    """One file, written piece by piece in the order of points; finished, it is on the disk and has its digest."""

    def __init__(self, folder: Path, *, day: int, kind: str, level: int, group: int = ROW_GROUP) -> None:
        self.kind, self.day, self.level, self.group = kind, day, level, group
        self.into = folder / kind
        self.into.mkdir(parents=True, exist_ok=True)
        self.name = f"{kind}/{day}-{secrets.token_hex(6)}.parquet"
        self.path = folder / self.name
        self.rows = 0
        self._out: pq.ParquetWriter | None = None

    def write(self, table: pa.Table) -> None:
        if self._out is None:
            self._out = _encoder(table, self.path, level=self.level, dictionaries=_dictionaries(table, self.level))
        self._out.write_table(table, row_group_size=self.group)
        self.rows += table.num_rows

    def finish(self, **origin: Any) -> File:
        assert self._out is not None
        self._out.close()
        digest = hashlib.blake2b(digest_size=16)
        with self.path.open("rb+") as file:
            while block := file.read(1 << 20):
                digest.update(block)
            os.fsync(file.fileno())
        sync_folder(self.into)
        facts: dict[str, Any] = {"name": self.name, "day": self.day, "kind": self.kind, "rows": self.rows}
        return File(**facts, size=self.path.stat().st_size, digest=digest.hexdigest(), **origin)


def _dictionaries(table: pa.Table, level: int) -> tuple[str, ...]:
    """Values of transmitters repeat and are smaller by dictionary, noise is smaller without: a stretch of the day tells."""
    few = tuple(n for n in ("point", "quality") if n in table.column_names)
    if level < COMPACT_LEVEL or "value" not in table.column_names:
        return few
    stretch = table.slice(max(0, (table.num_rows - ROW_GROUP) // 2), ROW_GROUP)
    sizes = {}
    for names in (few, (*few, "value")):
        sink = pa.BufferOutputStream()
        with _encoder(stretch, sink, level=level, dictionaries=names) as out:
            out.write_table(stretch, row_group_size=ROW_GROUP)
        sizes[names] = sink.getvalue().size
    return min(sizes, key=lambda names: sizes[names])


def _encoder(table: pa.Table, into: Any, *, level: int, dictionaries: tuple[str, ...]) -> pq.ParquetWriter:
    plain = {n: "PLAIN" for n in table.column_names if n not in dictionaries}
    times = {n: "DELTA_BINARY_PACKED" for n in ("at", "hour", "low_at", "high_at", "count") if n in plain}
    return pq.ParquetWriter(
        into,
        table.schema,
        compression="zstd",
        compression_level=level,
        use_dictionary=list(dictionaries),
        column_encoding=plain | times,
        write_statistics=["point", "at" if "at" in table.column_names else "hour"],
        version="2.6",
    )


def digest_of(path: Path) -> str:
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_samples(folder: Path, files: Sequence[File]) -> Samples:
    """Whole files in the order in which their rows were received."""
    tables = [pq.read_table(folder / x.name) for x in sorted(files, key=lambda x: x.order)]
    table = pa.concat_tables(tables)
    return Samples(*(table.column(n).to_numpy() for n in ("point", "at", "value", "quality")))
