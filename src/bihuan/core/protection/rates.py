"""限流的账本: how often somebody asked lately, shared by all processes of a machine in one small mapped file.

No request writes to the database for it. Each slot holds whose it is and the moment up to which that one has used its
share (the generic cell rate algorithm): a burst of a whole minute's requests is allowed at once, then one each interval.
Two who fall on one slot push each other out, which lets both through: the table is large enough that this is rare, and
the limit is against floods, not a lock.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import struct
import threading
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

SLOTS = 1 << 16
_SLOT = struct.Struct("<Qd")
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`wait` seconds until the next one is let through; 0 for a request that is."""

    wait: float

    @property
    def is_over(self) -> bool:
        return self.wait > 0


class Ledger:
    """The file. Lost or broken it is made anew: nobody is refused for that."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        size = SLOTS * _SLOT.size
        if os.fstat(self._descriptor).st_size != size:
            os.ftruncate(self._descriptor, size)
        self._map = mmap.mmap(self._descriptor, size)

    def ask(self, who: str, *, per_minute: int, at: float) -> Verdict:
        digest = hashlib.blake2b(who.encode(), digest_size=16).digest()
        name = int.from_bytes(digest[:8], "little") or 1
        place = int.from_bytes(digest[8:], "little") % SLOTS * _SLOT.size
        interval = 60 / per_minute
        with _lock:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX, _SLOT.size, place)
            try:
                owner, used_until = _SLOT.unpack_from(self._map, place)
                # Of a clock that was set back, and of another one's slot, nothing is remembered.
                used_until = max(used_until, at) if owner == name and used_until <= at + 120 else at
                wait = used_until + interval - (at + 60)
                if wait > 1e-9:
                    return Verdict(wait)
                _SLOT.pack_into(self._map, place, name, used_until + interval)
            finally:
                fcntl.lockf(self._descriptor, fcntl.LOCK_UN, _SLOT.size, place)
        return Verdict(0)


_ledgers: dict[tuple[Path, int], Ledger] = {}


def ledger() -> Ledger:
    """One of each process: a lock of files is not inherited by a child."""
    key = (Path(settings.BIHUAN_HOME) / "run" / "rates", os.getpid())
    if key not in _ledgers:
        _ledgers[key] = Ledger(key[0])
    return _ledgers[key]
