"""历史导入: CSV or Parquet of old values, as batches with their original times. They arrive late and are
judged as such.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bihuan.connectors.field.readings import Reading
from bihuan.engines.alarms import terms as t
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

ROWS = 5000
BEIJING = timezone(timedelta(hours=8))


class UnreadableFile(Problem):
    code = "field.unreadable_file"


def read(path: Path) -> Iterator[list[Reading]]:
    """Columns tag, at, value and optionally quality. A time without an offset is Beijing time, as plants write it."""
    return _parquet(path) if path.suffix == ".parquet" else _csv(path)


def _csv(path: Path) -> Iterator[list[Reading]]:
    batch: list[Reading] = []
    with path.open(encoding="utf-8-sig", newline="") as text:
        rows = csv.DictReader(text)
        missing = {"tag", "at", "value"} - set(rows.fieldnames or ())
        if missing:
            raise _unreadable(path, 1, f"columns missing: {', '.join(sorted(missing))}")
        for line, row in enumerate(rows, 2):
            try:
                quality = int(row.get("quality") or t.GOOD)
                value = float(row["value"]) if row["value"].strip() else None
                batch.append(Reading(row["tag"], moment(row["at"]), value, t.BAD_QUALITY if value is None else quality))
            except (ValueError, TypeError, AttributeError) as why:
                raise _unreadable(path, line, str(why)) from why
            if len(batch) == ROWS:
                yield batch
                batch = []
    if batch:
        yield batch


def moment(text: str) -> int:
    text = text.strip()
    if text.lstrip("-").isdigit():
        return int(text)
    found = datetime.fromisoformat(text.replace("/", "-"))
    return round((found if found.tzinfo else found.replace(tzinfo=BEIJING)).timestamp() * 1000)


def _parquet(path: Path) -> Iterator[list[Reading]]:
    try:
        file = pq.ParquetFile(path)
        for batch in file.iter_batches(batch_size=ROWS):
            at = batch.column("at")
            if pa.types.is_timestamp(at.type):
                zone = at.type.tz
                at = at.cast(pa.timestamp("ms", tz=zone)).cast(pa.int64())
                moments = np.array(at) - (0 if zone else 8 * 3_600_000)
            else:
                moments = np.array(at.cast(pa.int64()))
            values = batch.column("value").cast(pa.float64()).to_pylist()
            named = "quality" in batch.schema.names
            quality = batch.column("quality").to_pylist() if named else [t.GOOD] * len(values)
            rows = zip(
                batch.column("tag").cast(pa.string()).to_pylist(), moments.tolist(), values, quality, strict=True
            )
            yield [Reading(tag, a, v, t.BAD_QUALITY if v is None else q) for tag, a, v, q in rows]
    except (pa.ArrowException, KeyError, OSError) as why:
        raise _unreadable(path, 0, str(why)) from why


def _unreadable(path: Path, line: int, why: str) -> UnreadableFile:
    return UnreadableFile(
        Text("文件 {p} 第 {n} 行无法读取：{why}", "{p}, line {n}, can't be read: {why}").format(
            p=path.name, n=line, why=why
        )
    )
