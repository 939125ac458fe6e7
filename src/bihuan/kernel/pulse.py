"""脉搏: each process says in a small file that it is alive, what it does, and until when its silence is fine.

A file and no port: it needs no listener in a worker, survives whoever reads it, and shows a process that hangs, since
it is written from the loop that does the work.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

FOLDER: Final = "pulses"
#: A process that says nothing about it may be silent for this long.
SILENCE: Final = 60.0
#: Not more often than this, however quick the loop: the file is for people and probes.
PAUSE: Final = 1.0
#: What a process that died without a word leaves behind is shown for this long, then swept.
REMEMBERED: Final = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """The last word of one process. `within`: the next one comes in so many seconds."""

    name: str
    pid: int
    host: str
    started: float
    at: float
    within: float = SILENCE
    doing: str = ""
    counts: Mapping[str, float] = field(default_factory=dict)

    def is_fresh(self, *, now: float) -> bool:
        # A word from the future is no sign of life: the clock was set back since.
        return abs(now - self.at) <= self.within and not self.is_gone

    @property
    def is_gone(self) -> bool:
        """Its process is no more. Only this machine's processes can be asked."""
        if self.host != socket.gethostname():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return False


class Pulse:
    """What a process holds to say that it is alive."""

    def __init__(
        self,
        home: Path,
        name: str,
        *,
        counts: Callable[[], Mapping[str, float]] = dict,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = home / FOLDER / f"{name}-{socket.gethostname()}-{os.getpid()}.json"
        self.name, self.counts, self.clock = name, counts, clock
        self.started = clock()
        self._said: tuple[str, float, float] = ("", 0.0, 0.0)

    def beat(self, *, doing: str = "", within: float = SILENCE) -> None:
        """Cheap enough for every round. A full disk must not stop the work: then the silence itself is the word."""
        now = self.clock()
        before, allowed, at = self._said
        if doing == before and within == allowed and 0 <= now - at < PAUSE:
            return
        said = Beat(
            name=self.name,
            pid=os.getpid(),
            host=socket.gethostname(),
            started=self.started,
            at=now,
            within=within,
            doing=doing,
            counts=dict(self.counts()),
        )
        draft = self.path.with_suffix(".new")
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.write_text(json.dumps(asdict(said)), encoding="utf-8")
            draft.replace(self.path)
            self._said = (doing, within, now)

    def end(self) -> None:
        """A clean stop leaves nothing: what stays behind is somebody who died."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


def beats(home: Path, *, now: float) -> Iterator[Beat]:
    """The last word of every process of this home. Old words of the dead are swept."""
    for path in sorted((home / FOLDER).glob("*.json")):
        try:
            said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            beat = Beat(**said)
        except (OSError, ValueError, TypeError):
            continue  # just being replaced, or of another release
        if now - beat.at > REMEMBERED and not beat.is_fresh(now=now):
            with suppress(OSError):
                path.unlink(missing_ok=True)
            continue
        yield beat


def health(home: Path, *, now: float) -> dict[str, bool]:
    """By name: whether at least one process of that name is alive."""
    found: dict[str, bool] = {}
    for beat in beats(home, now=now):
        found[beat.name] = found.get(beat.name, False) or beat.is_fresh(now=now)
    return found
