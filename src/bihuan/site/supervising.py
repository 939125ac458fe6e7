"""看护: starts the parts of an installation as processes, starts again what died, stops all of them cleanly.

No Django here: the supervisor holds no connection and no state worth losing.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

log = logging.getLogger("bihuan.up")

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
#: Whoever lived this long has recovered: its next pause is short again.
RECOVERED = 60.0
GRACE = 15.0
_DEATH_SIGNAL = 1


@dataclass(slots=True)
class Part:
    """One process of the installation."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    #: Whoever others speak to while they end is stopped after them.
    stops_last: bool = False
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    start_at: float = 0.0
    starts: int = 0


def _die_with_the_supervisor() -> None:
    """In the child, before it becomes the part: a supervisor killed outright takes its parts along (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_DEATH_SIGNAL, signal.SIGTERM)


class Supervisor:
    def __init__(self, parts: Sequence[Part], *, clock: Callable[[], float] = time.monotonic) -> None:
        self.parts = list(parts)
        self.clock = clock
        self.is_stopping = False

    def run(self, *, ready: Callable[[], None] | None = None) -> int:
        """Until a signal says stop. Answers 0 after a clean stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_stop)
        self.look_after()
        if ready is not None:
            ready()
        while not self.is_stopping:
            time.sleep(0.2)
            self.look_after()
        return self.stop_all()

    def _told_to_stop(self, *_: object) -> None:
        self.is_stopping = True

    def look_after(self) -> None:
        for part in self.parts:
            if part.process is not None and part.process.poll() is not None:
                self._note_death(part)
            if part.process is None and self.clock() >= part.start_at and not self.is_stopping:
                self._start(part)

    def _start(self, part: Part) -> None:
        part.process = subprocess.Popen(  # noqa: S603  # our own parts
            part.command,
            env={**os.environ, **part.environment},
            stdin=subprocess.DEVNULL,
            # A group of its own: Ctrl-C reaches the supervisor alone, which then stops the parts in order.
            start_new_session=True,
            preexec_fn=_die_with_the_supervisor,  # the supervisor has one thread
        )
        part.started, part.starts = self.clock(), part.starts + 1
        log.info("%s started, process %d", part.name, part.process.pid)

    def _note_death(self, part: Part) -> None:
        assert part.process is not None
        lived = self.clock() - part.started
        part.pause = FIRST_PAUSE if lived >= RECOVERED else min(part.pause * 2, LONGEST_PAUSE)
        part.start_at = self.clock() + part.pause
        log.error(
            "%s ended with status %d after %.0f s; again in %.0f s",
            part.name,
            part.process.returncode,
            lived,
            part.pause,
        )
        part.process = None

    def stop_all(self) -> int:
        status = 0
        for last in (False, True):
            status |= self._stop([p for p in self.parts if p.stops_last is last])
        log.info("stopped")
        return status

    def _stop(self, parts: Sequence[Part]) -> int:
        running = [p for p in parts if p.process is not None and p.process.poll() is None]
        for part in running:
            assert part.process is not None
            part.process.terminate()
        until = self.clock() + GRACE
        status = 0
        for part in running:
            assert part.process is not None
            try:
                part.process.wait(timeout=max(0.1, until - self.clock()))
            except subprocess.TimeoutExpired:
                log.error("%s did not stop within %.0f s and was killed", part.name, GRACE)
                os.killpg(part.process.pid, signal.SIGKILL)
                part.process.wait()
                status = 1
        return status
