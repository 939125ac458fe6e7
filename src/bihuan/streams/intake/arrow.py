"""Arrow 批: an IPC stream with columns tag (string or dictionary), at (ms or timestamp), value, optional quality."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bihuan.engines.alarms.terms import BAD_QUALITY
from bihuan.streams.intake.decode import MOST_ROWS, MOST_WORDS, Broken, Columns, Words, check_times


def decode(data: bytes, rows: dict[str, int], known: Words) -> Columns:
    """`known` remembers dictionaries already looked up in `rows`: a source sends the same one with every batch."""
    try:
        return _columns(data, rows, known)
    except pa.ArrowException as why:
        raise Broken(f"unreadable: {type(why).__name__}") from why


def _columns(data: bytes, rows: dict[str, int], known: Words) -> Columns:
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
    check_times(moments)
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


def encode(tags: list[str], index: Any, at: Any, value: Any, quality: Any, *, sent_at: int) -> bytes:
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
