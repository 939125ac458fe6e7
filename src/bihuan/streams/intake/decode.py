"""解码: JSON and Arrow batches into columns of tags. What can't be read is said with a reason, never guessed.

JSON: {"sent_at": …, "values": [[tag, at, value], [tag, at, value, quality], …]} or
      {"sent_at": …, "at": …, "values": {tag: value, …}} or values as objects with tag, at, value, quality.
Arrow: an IPC stream with columns tag (string or dictionary), at (ms or timestamp), value, optional quality.
Times are milliseconds since 1970 or ISO 8601 with an offset.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bihuan.engines.alarms.terms import BAD_QUALITY

MOST_ROWS: Final = 100_000
ARROW_MARK: Final = b"\xff\xff\xff\xff"
_EARLIEST, _LATEST = 0, 253_402_300_800_000  # 1970 to 9999: what fits no calendar is broken, not early


Words = dict[tuple[bytes, ...], npt.NDArray[Any]]
MOST_WORDS: Final = 64


class Broken(ValueError):
    """A batch that can't be read at all; the text is the dead letter's reason."""


@dataclass(frozen=True, slots=True)
class Columns:
    """`row` is the line of the tag map or -1; `unknown` names the tags that have none."""

    row: npt.NDArray[Any]
    at: npt.NDArray[Any]
    value: npt.NDArray[Any]
    quality: npt.NDArray[Any]
    sent_at: int | None
    unknown: dict[str, int]
    unreadable: int  # values that are no numbers


def decode(data: bytes, rows: dict[str, int], words: Words | None = None) -> Columns:
    """`words` remembers Arrow dictionaries already looked up in `rows`: a source sends the same one with every batch."""
    try:
        return _arrow(data, rows, {} if words is None else words) if data[:4] == ARROW_MARK else _json(data, rows)
    except Broken:
        raise
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError, AttributeError, OSError) as why:
        raise Broken(f"unreadable: {type(why).__name__}") from why
    except pa.ArrowException as why:
        raise Broken(f"unreadable: {type(why).__name__}") from why


def _json(data: bytes, rows: dict[str, int]) -> Columns:
    content = json.loads(data)
    if not isinstance(content, dict) or "values" not in content:
        raise Broken("no values")
    values, common = content["values"], content.get("at")
    sent = content.get("sent_at")
    if isinstance(values, list) and len(values) <= MOST_ROWS:
        even = _even(values, rows, sent)
        if even is not None:
            return even
    if isinstance(values, dict):
        if common is None:
            raise Broken("no time")
        triples: list[Any] = [(k, common, v) for k, v in values.items()]
    else:
        triples = [
            x if isinstance(x, list) else (x["tag"], x.get("at", common), x["value"], x.get("quality", 0))
            for x in values
        ]
    if len(triples) > MOST_ROWS:
        raise Broken("too many rows")
    n = len(triples)
    row, at = np.empty(n, np.int64), np.empty(n, np.int64)
    value, quality = np.empty(n), np.zeros(n, np.uint8)
    unknown: dict[str, int] = {}
    unreadable = 0
    get = rows.get
    for i, x in enumerate(triples):
        r = get(x[0], -1)
        row[i] = r
        if r < 0:
            unknown[str(x[0])] = unknown.get(str(x[0]), 0) + 1
        t, v = x[1], x[2]
        at[i] = t if type(t) is int else _moment(t)
        if type(v) is float or type(v) is int or type(v) is bool:
            value[i] = v
        else:
            value[i], quality[i] = np.nan, BAD_QUALITY
            unreadable += v is not None
            continue
        if len(x) > 3:
            quality[i] = min(255, max(0, int(x[3])))
    _check_times(at)
    return Columns(row, at, value, quality, None if sent is None else _moment(sent), unknown, unreadable)


def _even(values: list[Any], rows: dict[str, int], sent: Any) -> Columns | None:
    """The usual batch by whole columns: known tags, whole milliseconds, numbers. Anything else goes row by row."""
    widths = set(map(len, values)) if set(map(type, values)) == {list} else set()
    if widths not in ({3}, {4}):
        return None
    tags, times, numbers = [x[0] for x in values], [x[1] for x in values], [x[2] for x in values]
    grades = [x[3] for x in values] if widths == {4} else []
    if set(map(type, times)) != {int} or not set(map(type, numbers)) <= {float, int} or set(map(type, tags)) != {str}:
        return None
    if grades and (set(map(type, grades)) != {int} or min(grades) < 0 or max(grades) > 255):
        return None
    found = list(map(rows.get, tags))
    if None in found:
        return None
    at, value = np.array(times), np.array(numbers, float)
    if at.dtype != np.int64:
        return None
    _check_times(at)
    quality = np.array(grades, np.uint8) if grades else np.zeros(len(values), np.uint8)
    return Columns(np.array(found, np.int64), at, value, quality, None if sent is None else _moment(sent), {}, 0)


def _moment(value: Any) -> int:
    if isinstance(value, bool):
        raise Broken("no time")
    if isinstance(value, int | float):
        return int(value)
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise Broken("a time without an offset")
    return round(moment.timestamp() * 1000)


def _arrow(data: bytes, rows: dict[str, int], known: Words) -> Columns:
    table = pa.ipc.open_stream(pa.py_buffer(data)).read_all()
    if table.num_rows > MOST_ROWS:
        raise Broken("too many rows")
    table.validate(full=True)  # offsets of a forged batch would read elsewhere
    names = table.column("tag").combine_chunks()
    if not pa.types.is_dictionary(names.type):
        names = pc.dictionary_encode(names.cast(pa.string()))
    if isinstance(names, pa.ChunkedArray):
        names = names.combine_chunks()
    words = names.dictionary.cast(pa.string())
    lookup = _rows_of(words, rows, known)
    index = names.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
    row = lookup[index]
    unknown: dict[str, int] = {}
    if (row < 0).any():
        missing = np.bincount(index[row < 0], minlength=len(words) + 1)
        unknown = {str(w): int(n) for w, n in zip([*words.to_pylist(), "(null)"], missing, strict=True) if n}
    at = table.column("at")
    if pa.types.is_timestamp(at.type):
        if at.type.tz is None:
            raise Broken("a time without an offset")
        at = at.cast(pa.timestamp("ms", tz=at.type.tz)).cast(pa.int64())
    if at.null_count:
        raise Broken("no time")
    value = pc.fill_null(table.column("value").cast(pa.float64()), float("nan")).to_numpy()
    quality = (
        pc.fill_null(table.column("quality").cast(pa.uint8()), BAD_QUALITY).to_numpy()
        if "quality" in table.column_names
        else np.zeros(table.num_rows, np.uint8)
    )
    moments = at.cast(pa.int64()).to_numpy()
    _check_times(moments)
    sent = (table.schema.metadata or {}).get(b"sent_at")
    return Columns(row, moments, value, quality.copy(), int(sent) if sent else None, unknown, 0)


def _rows_of(words: Any, rows: dict[str, int], known: Words) -> npt.NDArray[Any]:
    """The line of the tag map for every word, and -1 behind the last for a missing tag."""
    buffers = words.buffers()
    key = (str(words.offset).encode(), *(b"" if x is None else x.to_pybytes() for x in buffers))
    lookup = known.get(key)
    if lookup is None:
        lookup = np.array([rows.get(x, -1) for x in words.to_pylist()] + [-1], np.int64)
        if len(known) >= MOST_WORDS:
            known.clear()
        known[key] = lookup
    return lookup


def _check_times(at: npt.NDArray[Any]) -> None:
    if len(at) and (int(at.min()) < _EARLIEST or int(at.max()) >= _LATEST):
        raise Broken("an impossible time")


def encode_json(rows: list[tuple[str, int, float, int]], *, sent_at: int) -> bytes:
    """What a gateway sends: original times, and when it sent them."""
    return json.dumps({"sent_at": sent_at, "values": rows}, ensure_ascii=False, separators=(",", ":")).encode()


def encode_arrow(tags: list[str], index: Any, at: Any, value: Any, quality: Any, *, sent_at: int) -> bytes:
    columns = {
        "tag": pa.DictionaryArray.from_arrays(pa.array(index, pa.int32()), pa.array(tags)),
        "at": pa.array(at, pa.int64()),
        "value": pa.array(value, pa.float64()),
        "quality": pa.array(quality, pa.uint8()),
    }
    table = pa.table(columns).replace_schema_metadata({"sent_at": str(sent_at)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as out:
        out.write_table(table)
    return bytes(sink.getvalue())
