"""证据库: `$BIHUAN_HOME/evidence/aa/bb/<digest>`. Written whole or not at all, never overwritten, verified on reading."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings

from bihuan.core.evidence import limits
from bihuan.core.evidence.problems import AlteredFile, DiskFull, EmptyFile, TooLarge


def root() -> Path:
    return Path(settings.BIHUAN_HOME) / "evidence"


def path_of(digest: str) -> Path:
    return root() / digest[:2] / digest[2:4] / digest


def thumbnail_path(digest: str) -> Path:
    return root() / "thumbnails" / digest[:2] / digest[2:4] / f"{digest}.webp"


def arriving_path(name: str) -> Path:
    folder = root() / "arriving"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{name}.part"


class Arriving:
    """A file on its way in: written piece by piece, hashed as it comes, counted against its limit."""

    def __init__(self, *, limit: int, expected: int | None = None) -> None:
        if expected is not None and expected > limit:
            raise TooLarge(limit=limit)
        require_space(expected or 0)
        self.path = arriving_path(uuid4().hex)
        self.size = 0
        self._limit = limit
        self._hash = hashlib.sha256()
        self._file: BinaryIO = self.path.open("xb")

    def write(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > self._limit:
            raise TooLarge(limit=self._limit)
        self._hash.update(piece)
        self._file.write(piece)

    def finish(self) -> str:
        """All of it has come: it is on the disk when this returns. Answers the digest."""
        if not self.size:
            raise EmptyFile
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return self._hash.hexdigest()

    def discard(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


def require_space(size: int) -> None:
    root().mkdir(parents=True, exist_ok=True, mode=0o700)
    if shutil.disk_usage(root()).free < size + limits.SPARE_BYTES:
        raise DiskFull


def keep(arrived: Path, digest: str) -> Path:
    """Give a file that was hashed and checked its place. If the place is taken, the same file is there already.

    The arrived name stays until the caller has noted the file, so that a crash in between starts from all the bytes.
    """
    target = path_of(digest)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        os.link(arrived, target)
    except FileExistsError:
        require_unaltered(digest)
    else:
        target.chmod(0o400)
        sync_folder(target.parent)
    return target


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_unaltered(digest: str) -> Path:
    """The path of a stored file whose bytes still have this digest, or `AlteredFile`."""
    path = path_of(digest)
    try:
        state = path.stat()
    except FileNotFoundError:
        raise AlteredFile from None
    # Whoever writes into the file moves its change time, which no program can set back.
    if _digest_in_state(path, (state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)) != digest:
        raise AlteredFile
    return path


@lru_cache(maxsize=4_096)
def _digest_in_state(path: Path, state: tuple[int, ...]) -> str:
    return digest_of(path)


@contextmanager
def opened(digest: str) -> Iterator[BinaryIO]:
    """The verified file, for engines that read it."""
    with require_unaltered(digest).open("rb") as file:
        yield file


def stored_digests() -> Iterator[str]:
    """Every digest on the disk, for the nightly look."""
    for first in sorted(root().glob("[0-9a-f][0-9a-f]")):
        for second in sorted(first.iterdir()):
            yield from sorted(p.name for p in second.iterdir())


#: How long a file that nothing names any more waits before it goes.
ASIDE_SECONDS = 7 * 86_400


def _aside_path(digest: str) -> Path:
    return root() / "aside" / digest


def set_aside(digest: str) -> None:
    """Out of the way of everybody, and not yet gone. Its small picture is only drawn from it."""
    target = _aside_path(digest)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        path_of(digest).rename(target)
    except FileNotFoundError:
        return
    os.utime(target, (time.time(), time.time()))
    thumbnail_path(digest).unlink(missing_ok=True)


def put_back(digest: str) -> None:
    source, target = _aside_path(digest), path_of(digest)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if target.exists():
        source.unlink()
    else:
        source.rename(target)


def aside() -> list[tuple[str, Path]]:
    folder = root() / "aside"
    return [(p.name, p) for p in sorted(folder.iterdir())] if folder.is_dir() else []
