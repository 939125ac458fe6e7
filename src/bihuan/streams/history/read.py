"""历史查询: exact rows, series with their extremes kept, export. Readers take one version and never lock anybody."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from bihuan.engines.alarms.samples import Samples
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.streams.history.manifest import File, Manifest, Version
from bihuan.streams.history.segments import DAY_MS, HOUR_MS, HOURS, order_of, unique

MOST_BUCKETS: Final = 100_000


MOST_FOOTERS: Final = 64  # of hourly extremes, kept in memory: a file never changes
Footer = tuple[Any, npt.NDArray[Any], npt.NDArray[Any]]  # metadata; lowest and highest point of each row group


class TooMany(Problem):
    code = "history.too_many"


class History:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = Manifest(folder)
        self._db = duckdb.connect(":memory:")
        self._db.execute("SET threads TO 2")
        self._footers: dict[str, Footer] = {}

    def rows(self, *, points: Sequence[int], start: int, end: int, version: Version | None = None) -> Samples:
        """start ≤ at < end, sorted by point and time, one row per (point, at): the last received."""
        files = self._files(version or self.manifest.newest(), "samples", start, end)
        return self._rows(files, points, start, end)

    def _rows(self, files: list[File], points: Sequence[int], start: int, end: int) -> Samples:
        parts = [self._select(x, points, start, end) for x in sorted(files, key=lambda x: x.order)]
        if not parts:
            return Samples(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.uint8))
        columns = (np.concatenate([p[n] for p in parts]) for n in ("point", "at", "value", "quality"))
        found = Samples(*columns)
        if len(files) == 1 and files[0].unique:
            return found
        return unique(found[order_of(found.point, found.at)])[0]

    def _select(self, file: File, points: Sequence[int], start: int, end: int) -> dict[str, npt.NDArray[Any]]:
        query = (
            'SELECT "point", "at", "value", "quality" FROM read_parquet($file) WHERE "at" >= $start AND "at" < $end'
            ' AND "point" BETWEEN $low AND $high AND list_contains($points, "point")'
        )
        if len(points) == 1:
            query = query.replace(
                ' AND "point" BETWEEN $low AND $high AND list_contains($points, "point")', ' AND "point" = $low'
            )
        arguments: dict[str, Any] = {
            "file": str(self.folder / file.name),
            "start": start,
            "end": end,
            "low": min(points),
        }
        if len(points) > 1:
            arguments |= {"high": max(points), "points": [int(x) for x in points]}
        found = self._db.execute(query, arguments).fetchnumpy()
        return {k: np.ma.getdata(v) for k, v in found.items()}

    def series(self, *, point: int, start: int, end: int, width_ms: int) -> pa.Table:
        """降采样: per bucket count, mean, low and high with their times, first and last; good rows only.

        Buckets of whole hours over compacted days come from the hourly extremes, so a year costs no more than a day.
        """
        if width_ms <= 0 or (end - start) / width_ms > MOST_BUCKETS:
            raise TooMany(
                Text("查询的点数过多，请加大间隔或缩短时段。", "Too many buckets: widen them or shorten the span.")
            )
        version = self.manifest.newest()
        samples = self._files(version, "samples", start, end)
        parts: list[dict[str, npt.NDArray[Any]]] = []
        covered: set[int] = set()
        if width_ms % HOUR_MS == 0 and start % HOUR_MS == 0 and end % HOUR_MS == 0:
            # A day says what it is by its newest form: rows since its compaction, else its own extremes, else its month's.
            loose = {x.day for x in samples if not x.unique}
            hours = [x for x in self._files(version, "hours", start, end) if x.day not in loose]
            months = self._files(version, "months", start, end)
            own = loose | {x.day for x in hours}
            if months:
                parts.append(_without(own, self._hours(months, point, start, end)))
            if hours:
                parts.append(self._hours(hours, point, start, end))
            covered = {d for x in (*hours, *months) for d in range(x.day, x.day + x.days)} - loose
        rest = [x for x in samples if x.day not in covered]
        if rest:
            width = HOUR_MS if parts else width_ms
            parts.append(_aggregate(self._rows(rest, [point], start, end), width, start))
        return _fold(parts, start, width_ms)

    def _hours(self, files: list[File], point: int, start: int, end: int) -> dict[str, npt.NDArray[Any]]:
        """Only the row groups in which the point can be: a year is a dozen small reads."""
        parts = [self._groups(x, point) for x in sorted(files, key=lambda x: x.day)]
        table = pa.concat_tables([x for x in parts if x is not None] or [HOURS.empty_table()])
        columns = {n: table.column(n).to_numpy() for n in table.column_names}
        hour = columns["hour"]
        keep = (columns.pop("point") == point) & (hour >= start) & (hour < end)
        columns = {n: v[keep] for n, v in columns.items()}
        columns["begin"] = columns.pop("hour")
        return columns

    def _groups(self, file: File, point: int) -> pa.Table | None:
        known = self._footers.pop(file.name, None) or _footer(self.folder / file.name)
        self._footers[file.name] = known  # the newest stands last
        if len(self._footers) > MOST_FOOTERS:
            del self._footers[next(iter(self._footers))]
        metadata, low, high = known
        wanted = np.flatnonzero((low <= point) & (point <= high)).tolist()
        if not wanted:
            return None
        with pq.ParquetFile(self.folder / file.name, metadata=metadata) as opened:
            return opened.read_row_groups(wanted, use_threads=False)

    def export(self, path: Path, *, points: Sequence[int], start: int, end: int) -> int:
        """导出: CSV or Parquet by the name's ending; exactly the rows, times in milliseconds and ISO for CSV."""
        rows = self.rows(points=points, start=start, end=end)
        if path.suffix == ".parquet":
            pq.write_table(pa.table({n: getattr(rows, n) for n in ("point", "at", "value", "quality")}), path)
            return len(rows)
        moments = np.datetime_as_string(rows.at.astype("datetime64[ms]"), timezone="UTC")
        with path.open("w", newline="", encoding="utf-8-sig") as out:
            table = csv.writer(out)
            table.writerow(["point", "at_ms", "at", "value", "quality"])
            columns = (
                rows.point.tolist(),
                rows.at.tolist(),
                moments.tolist(),
                rows.value.tolist(),
                rows.quality.tolist(),
            )
            table.writerows(zip(*columns, strict=True))
        return len(rows)

    @staticmethod
    def _files(version: Version, kind: str, start: int, end: int) -> list[File]:
        first, last = start // DAY_MS, (end - 1) // DAY_MS
        return [x for x in version.of(kind) if first < x.day + x.days and x.day <= last]


def _footer(path: Path) -> Footer:
    metadata = pq.read_metadata(path)
    column = metadata.schema.names.index("point")
    found = [metadata.row_group(n).column(column).statistics for n in range(metadata.num_row_groups)]
    bounds = [(x.min, x.max) if x is not None and x.has_min_max else (1, 0) for x in found]
    low, high = np.array(bounds, np.int64).reshape(-1, 2).T
    return metadata, low, high


def _without(days: set[int], c: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    if not days:
        return c
    keep = ~np.isin(c["begin"] // DAY_MS, list(days))
    return {k: v[keep] for k, v in c.items()}


def _aggregate(rows: Samples, width: int, start: int) -> dict[str, npt.NDArray[Any]]:
    good = rows[(rows.quality < 16) & np.isfinite(rows.value)]
    one = good.value
    columns = {
        "begin": good.at - (good.at - start) % width,
        "count": np.ones(len(one), np.int64),
        "total": one,
        "low": one,
        "low_at": good.at,
        "high": one,
        "high_at": good.at,
        "first": one,
        "last": one,
    }
    return _merge(columns)


def _merge(c: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """Rows with the same `begin`, in the order of time, become one."""
    begin = c["begin"]
    if not len(begin):
        return c
    starts = np.flatnonzero(np.append(True, begin[1:] != begin[:-1]))
    ends = np.append(starts[1:], len(begin)) - 1
    group = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(begin))))
    low, high = np.minimum.reduceat(c["low"], starts), np.maximum.reduceat(c["high"], starts)

    def at_first(hit: npt.NDArray[Any], at: npt.NDArray[Any]) -> npt.NDArray[Any]:
        out = np.zeros(len(starts), np.int64)
        where = np.flatnonzero(hit)[::-1]
        out[group[where]] = at[where]
        return out

    return {
        "begin": begin[starts],
        "count": np.add.reduceat(c["count"].astype(np.int64), starts),
        "total": np.add.reduceat(c["total"], starts),
        "low": low,
        "low_at": at_first(c["low"] == low[group], c["low_at"]),
        "high": high,
        "high_at": at_first(c["high"] == high[group], c["high_at"]),
        "first": c["first"][starts],
        "last": c["last"][ends],
    }


def _fold(parts: list[dict[str, npt.NDArray[Any]]], start: int, width: int) -> pa.Table:
    names = ("begin", "count", "total", "low", "low_at", "high", "high_at", "first", "last")
    if not parts:
        return pa.table({n: [] for n in (*names, "mean")})
    joined = {n: np.concatenate([p[n] for p in parts]) for n in names}
    order = np.argsort(joined["begin"], kind="stable")
    joined = {n: v[order] for n, v in joined.items()}
    joined["begin"] = joined["begin"] - (joined["begin"] - start) % width
    merged = _merge(joined)
    return pa.table(merged | {"mean": merged["total"] / np.maximum(merged["count"], 1)})
