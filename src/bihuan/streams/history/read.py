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

from bihuan.engines.alarms.engine import Samples
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.streams.history.manifest import File, Manifest, Version
from bihuan.streams.history.segments import DAY_MS, HOUR_MS, order_of, unique

MOST_BUCKETS: Final = 100_000


class TooMany(Problem):
    code = "history.too_many"


class History:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = Manifest(folder)
        self._db = duckdb.connect(":memory:")
        self._db.execute("SET threads TO 2; SET enable_object_cache = true")

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
        hours: list[File] = []
        if width_ms % HOUR_MS == 0 and start % HOUR_MS == 0 and end % HOUR_MS == 0:
            loose = {x.day for x in samples if not x.unique}
            hours = [x for x in self._files(version, "hours", start, end) if x.day not in loose]
        covered = {x.day for x in hours}
        rest = [x for x in samples if x.day not in covered]
        parts = (
            [_aggregate(self._rows(rest, [point], start, end), HOUR_MS if hours else width_ms, start)] if rest else []
        )
        if hours:
            parts.append(self._hours(hours, point, start, end))
        return _fold(parts, start, width_ms)

    def _hours(self, files: list[File], point: int, start: int, end: int) -> dict[str, npt.NDArray[Any]]:
        found = self._db.execute(
            'SELECT * EXCLUDE ("point") FROM read_parquet($files)'
            ' WHERE "point" = $point AND "hour" >= $start AND "hour" < $end ORDER BY "hour"',
            {"files": [str(self.folder / x.name) for x in files], "point": point, "start": start, "end": end},
        ).fetchnumpy()
        columns = {k: np.ma.getdata(v) for k, v in found.items()}
        columns["begin"] = columns.pop("hour")
        return columns

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
        return [x for x in version.of(kind) if first <= x.day <= last]


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
