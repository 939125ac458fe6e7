"""历史文件: CSV or Parquet of old values: read with every bad row named, as batches with their original times.

Columns tag, at, value and optionally quality. A time without an offset is Beijing time, as plants write it.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
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
_NEEDED = ("tag", "at", "value")
_EARLIEST, _LATEST = 0, 253_402_300_800_000  # 1970 to 9999, as the intake has it


class UnreadableFile(Problem):
    code = "field.unreadable_file"


@dataclass(frozen=True, slots=True)
class BadRow:
    """坏行: the line of a CSV, or the row of a Parquet file counted from 1, and what is wrong with it."""

    line: int
    why: str


def read(path: Path) -> Iterator[list[Reading]]:
    """Batches; the first bad row ends it."""
    batch: list[Reading] = []
    for line, found in rows(path):
        if isinstance(found, BadRow):
            raise _unreadable(path, line, found.why)
        batch.append(found)
        if len(batch) == ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def rows(path: Path, *, encoding: str | None = None) -> Iterator[tuple[int, Reading | BadRow]]:
    """Every row with its line. Only a file that is no such file at all raises."""
    return _parquet(path) if path.suffix == ".parquet" else _csv(path, encoding or _encoding(path))


def _csv(path: Path, encoding: str) -> Iterator[tuple[int, Reading | BadRow]]:
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        lines = csv.DictReader(text)
        try:
            missing = set(_NEEDED) - set(lines.fieldnames or ())
            if missing:
                raise _unreadable(path, 1, f"columns missing: {', '.join(sorted(missing))}")
            for row in lines:
                yield lines.line_num, _row(lines.line_num, row)
        except csv.Error as why:
            raise _unreadable(path, lines.line_num, str(why)) from why


def _row(line: int, row: dict[str, str]) -> Reading | BadRow:
    try:
        written, value = row["value"].strip(), None
        if "_" in written:
            return BadRow(line, f"no number: {written}")  # Python would read 1_0 as ten
        if written:
            value = float(written)
        quality = int(row.get("quality") or t.GOOD)
        if not row["tag"]:
            return BadRow(line, "no tag")
        return _checked(line, row["tag"], moment(row["at"]), value, quality)
    except (ValueError, TypeError, AttributeError, OverflowError) as why:
        return BadRow(line, str(why))


def _checked(line: int, tag: str, at: int, value: float | None, quality: int) -> Reading | BadRow:
    if not _EARLIEST <= at < _LATEST:
        return BadRow(line, f"an impossible time: {at}")
    if not 0 <= quality <= 255:
        return BadRow(line, f"an impossible quality: {quality}")
    if value is not None and not np.isfinite(value):
        return BadRow(line, f"no number: {value}")
    return Reading(tag, at, value, t.BAD_QUALITY if value is None else quality)


def _encoding(path: Path) -> str:
    """UTF-8, else what Chinese control systems write. The whole file says which, so that no row is half of each.

    A short GBK text can be UTF-8 by accident; its tags are then unknown ones, and whoever imports it names the encoding.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while piece := file.read(1 << 20):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8-sig"


def moment(text: str) -> int:
    text = text.strip()
    if text.lstrip("-").isdigit():
        return int(text)
    found = datetime.fromisoformat(text.replace("/", "-"))
    return round((found if found.tzinfo else found.replace(tzinfo=BEIJING)).timestamp() * 1000)


def shown(at: int) -> str:
    """As plants write it: Beijing time."""
    return datetime.fromtimestamp(at / 1000, BEIJING).isoformat(sep=" ", timespec="seconds")


def _parquet(path: Path) -> Iterator[tuple[int, Reading | BadRow]]:
    line = 0
    try:
        file = pq.ParquetFile(path)
        missing = set(_NEEDED) - set(file.schema_arrow.names)
        if missing:
            raise _unreadable(path, 0, f"columns missing: {', '.join(sorted(missing))}")
        for batch in file.iter_batches(batch_size=ROWS):
            for tag, at, value, quality in _columns(batch):
                line += 1
                if tag is None or at is None or quality is None:
                    yield line, BadRow(line, "a tag, a time or a quality is missing")
                else:
                    yield line, _checked(line, tag, at, value, quality)
    except (pa.ArrowException, KeyError, OSError) as why:
        raise _unreadable(path, line, str(why)) from why


def _columns(batch: pa.RecordBatch) -> Iterator[tuple[str | None, int | None, float | None, int | None]]:
    at, shift = batch.column("at"), 0
    if pa.types.is_timestamp(at.type):
        zone = at.type.tz
        shift = 0 if zone else 8 * 3_600_000
        at = at.cast(pa.timestamp("ms", tz=zone), safe=False)
    moments = (None if x is None else x - shift for x in at.cast(pa.int64()).to_pylist())
    values = batch.column("value").cast(pa.float64()).to_pylist()
    named = "quality" in batch.schema.names
    quality = batch.column("quality").to_pylist() if named else [t.GOOD] * len(values)
    return zip(batch.column("tag").cast(pa.string()).to_pylist(), moments, values, quality, strict=True)


def _unreadable(path: Path, line: int, why: str) -> UnreadableFile:
    return UnreadableFile(
        Text("文件 {p} 第 {n} 行无法读取：{why}", "{p}, line {n}, can't be read: {why}").format(
            p=path.name, n=line, why=why
        )
    )
