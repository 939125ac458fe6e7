"""清单: which files are the history, and up to which sequence of the log. Files not named here are garbage.

A version is a small file that says what was added and removed; now and then one carries the whole state. A commit makes
the next version's file exclusively (compare-and-set): of two writers one is refused, and a reader sees a whole version.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from bihuan.kernel.formats import require_known
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

SCHEMA: Final = 2  # since 2 a file may cover a month (`days`) and may be a merged part of a day (`tier`)
#: 段格式: what the columns of a segment mean.
SEGMENT: Final = 1
STATE_EVERY: Final = 50
KEEP_STATES: Final = 3


class SomebodyElseCommitted(Problem):
    code = "history.somebody_else_committed"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """段: rows of one day, sorted by point and time. `unique`: the whole day, where (point, at) occurs once."""

    name: str
    day: int  # days since 1970, UTC
    rows: int
    size: int
    digest: str
    from_seq: int
    to_seq: int
    epoch: str
    order: int  # rises with every commit: of two rows for one (point, at) the one of the later file wins
    unique: bool = False
    kind: str = "samples"  # or "hours": the day's hourly extremes; or "months": those of a month's days
    days: int = 1  # covered from `day` on
    tier: int = 0  # how often merged with others of its day while the day goes on
    format: int = SEGMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    number: int = 0
    epoch: str = ""
    last_seq: int = 0
    conflicts: int = 0
    files: tuple[File, ...] = field(default=())

    def of(self, kind: str) -> list[File]:
        return [x for x in self.files if x.kind == kind]


class Manifest:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "manifest"
        self._read: tuple[tuple[int, int, int], Version] | None = None  # the version read last, and by which file

    def newest(self) -> Version:
        """Whoever asks again and again, as a page does, reads only what was committed since."""
        numbers = sorted((int(p.stem) for p in self.folder.glob("*.json")), reverse=True)
        if not numbers:
            return Version()
        known = self._read[1] if self._read else None
        if known and numbers[0] == known.number and self._mark(known.number) == self._read[0]:  # type: ignore[index]
            return known
        version = self._assemble(numbers)
        self._read = (self._mark(version.number), version)
        return version

    def _mark(self, number: int) -> tuple[int, int, int]:
        """Another file of the same number is another version: a folder may be restored under a reader."""
        facts = self._path(number).stat()
        return number, facts.st_ino, facts.st_mtime_ns

    def _assemble(self, numbers: list[int]) -> Version:
        deltas: list[dict[str, Any]] = []
        state = Version()
        for number in numbers:
            content = json.loads(self._path(number).read_text(encoding="utf-8"))
            require_known(Text("历史库清单", "the history's manifest"), found=content.get("schema"), known=SCHEMA)
            if "state" in content:
                state = _version(content, [_file(x) for x in content["state"]])
                break
            deltas.append(content)
        files = {x.name: x for x in state.files}
        for content in reversed(deltas):
            for name in content["remove"]:
                files.pop(name, None)
            files |= {x["name"]: _file(x) for x in content["add"]}
        return _version(deltas[0], files.values()) if deltas else state

    def commit(
        self,
        base: Version,
        *,
        add: Iterable[File] = (),
        remove: Iterable[str] = (),
        epoch: str | None = None,
        last_seq: int | None = None,
        conflicts: int = 0,
    ) -> Version:
        gone, new = set(remove), list(add)
        after = replace(
            base,
            number=base.number + 1,
            epoch=base.epoch if epoch is None else epoch,
            last_seq=base.last_seq if last_seq is None else last_seq,
            conflicts=base.conflicts + conflicts,
            files=(*(x for x in base.files if x.name not in gone), *new),
        )
        content: dict[str, Any] = {"schema": SCHEMA, "number": after.number, "epoch": after.epoch}
        content |= {"last_seq": after.last_seq, "conflicts": after.conflicts}
        if after.number % STATE_EVERY == 1:
            content["state"] = [asdict(x) for x in after.files]
        else:
            content |= {"add": [asdict(x) for x in new], "remove": sorted(gone)}
        self._write(after.number, content)
        return after

    def _write(self, number: int, content: dict[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f"{number}.{os.getpid()}.{id(content)}.draft"
        with draft.open("w", encoding="utf-8") as out:
            json.dump(content, out, separators=(",", ":"))
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(draft, self._path(number))  # fails if the version is there: the compare-and-set
        except FileExistsError as why:
            raise SomebodyElseCommitted(
                Text("历史库已由另一个进程提交。", "Another process has committed to the history.")
            ) from why
        finally:
            draft.unlink()
        sync_folder(self.folder)

    def forget_old(self) -> None:
        """Versions before the last few whole states serve nobody any more."""
        numbers = sorted(int(p.stem) for p in self.folder.glob("*.json"))
        states = [n for n in numbers if n % STATE_EVERY == 1]
        if len(states) > KEEP_STATES:
            for number in (n for n in numbers if n < states[-KEEP_STATES]):
                self._path(number).unlink(missing_ok=True)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:012d}.json"


def _version(content: dict[str, Any], files: Iterable[File]) -> Version:
    head = {k: content[k] for k in ("number", "epoch", "last_seq", "conflicts")}
    return Version(**head, files=tuple(files))


def _file(content: dict[str, Any]) -> File:
    require_known(Text("历史段文件", "a segment of the history"), found=content.get("format", 1), known=SEGMENT)
    return File(**content)


def sync_folder(folder: Path) -> None:
    """A new name is durable only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
