"""在场: whether the holder of a lease still runs, as the kernel of this machine knows it.

A process locks a file named like itself for as long as it lives; the lock goes with it, however it ends. Whoever waits
for its lease under the same home sees the open lock and need not wait until the lease runs out. A stopped process keeps
its lock, and of another machine's process nothing is known: for both the lease's time decides, as ever.
"""

from __future__ import annotations

import fcntl
import secrets
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

FOLDER: Final = "owners"
#: Files of the dead are swept after this long; no lease lives as long.
REMEMBERED: Final = 24 * 3600.0


class Presence:
    """This process under a home. `name()` is for the next lease it takes, each with a name of its own."""

    def __init__(self, home: Path) -> None:
        self.folder = home / FOLDER
        self._word = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        self._names = 0
        self._file: IO[str] | None = None
        with suppress(OSError):  # a full disk must not stop the work: then a lease takes its time to run out
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._sweep()
            self._file = (self.folder / self._word).open("w")
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def name(self) -> str:
        self._names += 1
        return f"{self._word}-{self._names}"

    def has_ended(self, owner: str) -> bool:
        """Only ever True of a process of this machine that locked its file here and runs no more."""
        word = owner.rpartition("-")[0]
        if not word.startswith(f"{socket.gethostname()}-") or "/" in word:
            return False
        try:
            return not _is_locked(self.folder / word)
        except OSError:
            return False  # nobody has left a file here

    def end(self) -> None:
        """A clean end gave its leases back before."""
        if self._file is not None:
            (self.folder / self._word).unlink(missing_ok=True)
            self._file.close()

    def _sweep(self) -> None:
        for path in self.folder.iterdir():
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > REMEMBERED and not _is_locked(path):
                    path.unlink(missing_ok=True)


def _is_locked(path: Path) -> bool:
    """Asked with a shared lock, so that two who ask at once don't take each other for the owner."""
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
