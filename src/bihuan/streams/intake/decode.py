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


def _arrow(data: bytes, rows: dict[str, int], known: Words) -> Columns:
    from bihuan.streams.intake import arrow  # late: where nobody sends Arrow, nobody carries it

    return arrow.decode(data, rows, known)


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
    check_times(at)
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
    check_times(at)
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


def check_times(at: npt.NDArray[Any]) -> None:
    if len(at) and (int(at.min()) < _EARLIEST or int(at.max()) >= _LATEST):
        raise Broken("an impossible time")


def encode_json(rows: list[tuple[str, int, float, int]], *, sent_at: int) -> bytes:
    """What a gateway sends: original times, and when it sent them."""
    return json.dumps({"sent_at": sent_at, "values": rows}, ensure_ascii=False, separators=(",", ":")).encode()
