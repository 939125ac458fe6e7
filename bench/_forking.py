"""Processes of the plane for the fault runs, forked from one that has imported everything: a start costs milliseconds.

They are processes like any other, with their own connections, locks and signals; only the import is spared, which would
be most of what a fault run costs. Run as a program this is the one they are forked from.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from bihuan.streams import commands

_PARENT: list[subprocess.Popen[str]] = []
_ONE_AT_A_TIME = threading.Lock()


class Forked:
    """What `subprocess.Popen` is to a child, for a grandchild; the kernel says when it has ended."""

    def __init__(self, pid: int) -> None:
        self.pid, self.ended = pid, False
        try:
            self._descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            self.ended = True

    def poll(self) -> int | None:
        if not self.ended and select.select([self._descriptor], [], [], 0)[0]:
            self._end()
        return 0 if self.ended else None

    def wait(self, timeout: float | None = None) -> int:
        if not self.ended:
            if not select.select([self._descriptor], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("forked", timeout or 0.0)
            self._end()
        return 0

    def _end(self) -> None:
        self.ended = True
        os.close(self._descriptor)

    def send_signal(self, number: int) -> None:
        if not self.ended:
            signal.pidfd_send_signal(self._descriptor, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def start(words: list[str], *, env: dict[str, str], log: Path) -> Forked:
    """`python -m bihuan.streams.commands WORDS`, without the import."""
    with _ONE_AT_A_TIME:
        if not _PARENT or _PARENT[0].poll() is not None:
            _PARENT[:] = [
                subprocess.Popen(
                    [sys.executable, "-m", "bench._forking"],
                    env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                )
            ]  # fmt: skip
        parent = _PARENT[0]
        assert parent.stdin
        assert parent.stdout
        parent.stdin.write(json.dumps({"words": words, "env": env, "log": str(log)}) + "\n")
        parent.stdin.flush()
        return Forked(int(parent.stdout.readline()))


def main() -> None:
    """A line of JSON asks for a process, its number answers; the end of the input ends this one and nobody else."""
    # late: only here, so that whoever forks carries everything
    from bihuan.engines.alarms import kernel  # noqa: F401
    from bihuan.streams.folds import worker  # noqa: F401
    from bihuan.streams.history import worker as historian  # noqa: F401
    from bihuan.streams.intake import worker as intake  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them
    for line in iter(sys.stdin.readline, ""):
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(asked["words"], asked["env"], asked["log"])
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def _become(words: list[str], env: dict[str, str], log: str) -> NoReturn:
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (out, 1), (out, 2)):
            os.dup2(source, target)
        os.environ.clear()
        os.environ.update(env)
        time.tzset()
        which = {"bus": commands.bus_command, "stream": commands.stream_command}
        status = which[words[0]](words[1:])
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(OSError):  # a full disk is one of the faults
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
