"""报文格式: what stands in the telemetry log. Samples as bare columns (21 bytes a row), everything else as JSON."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bihuan.engines.alarms.samples import Samples
from bihuan.engines.alarms.settings import PointSettings
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

_HEAD: Final = struct.Struct("<4sIqq")  # mark, rows, received at, source
_MARK: Final = b"BH1\0"
_ROW: Final = 21
COMPRESS_FROM: Final = 64 * 1024
MOST_ROWS: Final = 200_000


class UnreadableEntry(Problem):
    code = "streams.unreadable_entry"


@dataclass(frozen=True, slots=True)
class Batch:
    """样本批: judged in the order of its rows; `received_at` is the intake's clock in milliseconds."""

    samples: Samples
    received_at: int
    source: int = 0  # the intake's own mark: how far the raw log is covered


def pack(samples: Samples, *, received_at: int, source: int = 0) -> bytes:
    columns = (
        np.ascontiguousarray(samples.at, "<i8"),
        np.ascontiguousarray(samples.value, "<f8"),
        np.ascontiguousarray(samples.point, "<i4"),
        np.ascontiguousarray(samples.quality, "u1"),
    )
    return b"".join([_HEAD.pack(_MARK, len(samples), received_at, source), *(x.tobytes() for x in columns)])


def unpack(data: bytes) -> Batch:
    """The columns look into `data`; nothing is copied."""
    if len(data) < _HEAD.size:
        raise _unreadable("it is too short")
    mark, rows, received_at, source = _HEAD.unpack_from(data)
    if mark != _MARK or rows > MOST_ROWS or len(data) != _HEAD.size + rows * _ROW:
        raise _unreadable("its mark or length is wrong")
    at = _HEAD.size
    return Batch(
        Samples(
            np.frombuffer(data, "<i4", rows, at + 16 * rows),
            np.frombuffer(data, "<i8", rows, at),
            np.frombuffer(data, "<f8", rows, at + 8 * rows),
            np.frombuffer(data, "u1", rows, at + 20 * rows),
        ),
        received_at,
        source,
    )


def pack_json(content: Mapping[str, Any]) -> bytes:
    """Compressed when large; `unpack_json` sees which by the first byte."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()
    return zlib.compress(text, 1) if len(text) > COMPRESS_FROM else text


def unpack_json(data: bytes) -> dict[str, Any]:
    try:
        content = json.loads(zlib.decompress(data) if data[:1] == b"\x78" else data)
    except (ValueError, zlib.error) as why:
        raise _unreadable("it is no JSON") from why
    if not isinstance(content, dict):
        raise _unreadable("it is no JSON object")
    return content


def pack_settings(changes: Iterable[PointSettings], *, at: int, patterns: Mapping[str, Any] | None = None) -> bytes:
    """设定变更: limits enter the log like samples do, so that a replay knows which were in force when."""
    content: dict[str, Any] = {"at": at, "changes": [x.to_json() for x in changes]}
    return pack_json(content | ({"patterns": dict(patterns)} if patterns else {}))


def pack_tick(*, at: int) -> bytes:
    return pack_json({"at": at})


def _unreadable(why: str) -> UnreadableEntry:
    return UnreadableEntry(Text("日志条目无法读取：{why}", "The log entry can't be read: {why}").format(why=why))
