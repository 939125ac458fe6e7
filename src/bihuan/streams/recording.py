"""录制与回放: a partition's log as a file, folded again anywhere. What a replay tells twice must be the same bytes."""

from __future__ import annotations

import gzip
import hashlib
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.streams import wire
from bihuan.streams.bus.reader import Entry
from bihuan.streams.folds.fold import Fold

_FRAME: Final = struct.Struct("<QQHI")
_MARK: Final = b"BHREC1\n"


class NotARecording(Problem):
    code = "streams.not_a_recording"


def write(path: Path, epoch: str, entries: Iterable[Entry]) -> int:
    """gzip without a name or a time in its head, so that the same log gives the same file."""
    count = 0
    with path.open("wb") as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=3, mtime=0) as out:
        out.write(_MARK + wire.pack_json({"epoch": epoch}) + b"\n")
        for e in entries:
            subject = e.subject.encode()
            out.write(_FRAME.pack(e.seq, e.stored_at_ns, len(subject), len(e.data)) + subject + e.data)
            count += 1
    return count


def read(path: Path) -> tuple[str, Iterator[Entry]]:
    file = gzip.open(path)  # noqa: SIM115  # closed by the iterator when it ends
    try:
        if file.readline() != _MARK:
            raise ValueError
        epoch = str(wire.unpack_json(file.readline())["epoch"])
    except (OSError, ValueError, KeyError, EOFError) as why:
        file.close()
        raise NotARecording(
            Text("{p} 不是闭环的录制文件。", "{p} is no recording of ours.").format(p=path.name)
        ) from why
    return epoch, _entries(file)


def _entries(file: gzip.GzipFile) -> Iterator[Entry]:
    with file:
        while head := file.read(_FRAME.size):
            seq, stored, subject, data = _FRAME.unpack(head)
            yield Entry(seq, file.read(subject).decode(), file.read(data), stored, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    transitions: list[dict[str, Any]]
    digest: str
    counts: dict[str, int]


def replay(path: Path, *, reload_every: int = 0) -> Replay:
    """`reload_every`: goes through a snapshot so often, as a fold does that is killed and restored."""
    epoch, entries = read(path)
    fold, told = Fold(epoch=epoch), []
    for n, e in enumerate(entries, 1):
        if reload_every and n % reload_every == 0:
            fold = Fold.load(fold.save())
        told += fold.apply(seq=e.seq, subject=e.subject, data=e.data)
    text = b"\n".join(wire.pack_json({"t": x}) for x in told)
    return Replay(transitions=told, digest=hashlib.sha256(text).hexdigest(), counts=dict(fold.counts))
