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

from bihuan.engines.alarms.engine import Samples
from bihuan.streams.history.manifest import File, sync_folder

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
ROW_GROUP: Final = 131_072
COMPACT_LEVEL: Final = 3
_SCHEMA: Final = pa.schema(
    [("point", pa.int32()), ("at", pa.int64()), ("value", pa.float64()), ("quality", pa.uint8())]
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
        columns = [rows.point, rows.at, rows.value, rows.quality]
        types = ("i4", "i8", "f8", "u1")
        arrays = [pa.array(np.ascontiguousarray(c, d)) for c, d in zip(columns, types, strict=True)]
        table = pa.Table.from_arrays(arrays, schema=_SCHEMA)
        name, size, digest = _write(folder, table, day=int(day), kind="samples", level=COMPACT_LEVEL if compact else 1)
        files.append(
            File(
                name=name,
                day=int(day),
                rows=len(rows),
                size=size,
                digest=digest,
                from_seq=from_seq,
                to_seq=to_seq,
                epoch=epoch,
                order=order,
                unique=compact,
            )
        )
    return files


def write_hours(folder: Path, rows: Samples, source: File) -> File | None:
    """时均: extremes with their times, first, last, sum and count of every point and hour, from good rows only."""
    good = rows[(rows.quality < 16) & np.isfinite(rows.value)]
    if not len(good):
        return None
    hour = good.at // HOUR_MS
    begins = np.flatnonzero(np.append(True, (good.point[1:] != good.point[:-1]) | (hour[1:] != hour[:-1])))
    ends = np.append(begins[1:], len(good))
    low, high = np.minimum.reduceat(good.value, begins), np.maximum.reduceat(good.value, begins)
    group = np.repeat(np.arange(len(begins)), ends - begins)
    table = pa.table(
        {
            "point": pa.array(good.point[begins], pa.int32()),
            "hour": pa.array(hour[begins] * HOUR_MS),
            "count": pa.array((ends - begins).astype(np.int32)),
            "total": pa.array(np.add.reduceat(good.value, begins)),
            "low": pa.array(low),
            "low_at": pa.array(_first(good, good.value == low[group], group, len(begins))),
            "high": pa.array(high),
            "high_at": pa.array(_first(good, good.value == high[group], group, len(begins))),
            "first": pa.array(good.value[begins]),
            "last": pa.array(good.value[ends - 1]),
        }
    )
    name, size, digest = _write(folder, table, day=source.day, kind="hours", level=COMPACT_LEVEL)
    return File(
        name=name,
        day=source.day,
        rows=table.num_rows,
        size=size,
        digest=digest,
        from_seq=source.from_seq,
        to_seq=source.to_seq,
        epoch=source.epoch,
        order=source.order,
        unique=True,
        kind="hours",
    )


def _first(rows: Samples, hit: npt.NDArray[Any], group: npt.NDArray[Any], groups: int) -> npt.NDArray[Any]:
    out = np.zeros(groups, np.int64)
    where = np.flatnonzero(hit)[::-1]
    out[group[where]] = rows.at[where]
    return out


def _write(folder: Path, table: pa.Table, *, day: int, kind: str, level: int) -> tuple[str, int, str]:
    into = folder / kind
    into.mkdir(parents=True, exist_ok=True)
    name = f"{kind}/{day}-{secrets.token_hex(6)}.parquet"
    path = folder / name
    _encode(table, path, kind=kind, level=level, dictionaries=_dictionaries(table, level))
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb+") as file:
        while block := file.read(1 << 20):
            digest.update(block)
        os.fsync(file.fileno())
    sync_folder(into)
    return name, path.stat().st_size, digest.hexdigest()


def _dictionaries(table: pa.Table, level: int) -> tuple[str, ...]:
    """Values of transmitters repeat and are smaller by dictionary, noise is smaller without: a stretch of the day tells."""
    few = tuple(n for n in ("point", "quality") if n in table.column_names)
    if level < COMPACT_LEVEL or "value" not in table.column_names:
        return few
    stretch = table.slice(max(0, (table.num_rows - ROW_GROUP) // 2), ROW_GROUP)
    sizes = {}
    for names in (few, (*few, "value")):
        sink = pa.BufferOutputStream()
        _encode(stretch, sink, kind="samples", level=level, dictionaries=names)
        sizes[names] = sink.getvalue().size
    return min(sizes, key=lambda names: sizes[names])


def _encode(table: pa.Table, into: Any, *, kind: str, level: int, dictionaries: tuple[str, ...]) -> None:
    plain = {n: "PLAIN" for n in table.column_names if n not in dictionaries}
    times = {n: "DELTA_BINARY_PACKED" for n in ("at", "hour", "low_at", "high_at", "count") if n in plain}
    pq.write_table(
        table,
        into,
        compression="zstd",
        compression_level=level,
        use_dictionary=list(dictionaries),
        column_encoding=plain | times,
        row_group_size=ROW_GROUP,
        write_statistics=["point", "at"] if kind == "samples" else ["point", "hour"],
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
