"""看护, with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bihuan.site import supervising
from bihuan.site.supervising import Part, Supervisor

#: The package as this test found it, for processes of our own.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(supervising.__file__).parents[2])}
LONG = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)",
]


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it never happened"
        time.sleep(0.01)


def ended(part: Part) -> bool:
    return part.process is not None and part.process.poll() is not None


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_part_that_died_is_started_again_after_a_growing_pause() -> None:
    clock = Clock()
    part = Part("short", [sys.executable, "-c", "raise SystemExit(3)"])
    supervisor = Supervisor([part], clock=clock)
    supervisor.look_after()
    pauses = []
    for _ in range(8):
        until(lambda: ended(part))
        supervisor.look_after()
        assert part.process is None
        pauses.append(part.pause)
        clock.now += part.pause
        supervisor.look_after()
        assert part.process is not None

    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]
    until(lambda: ended(part))
    supervisor.stop_all()


def test_a_part_that_lived_long_is_back_at_once() -> None:
    clock = Clock()
    part = Part("long", LONG, pause=30)
    supervisor = Supervisor([part], clock=clock)
    supervisor.look_after()
    assert part.process is not None
    clock.now += supervising.RECOVERED
    part.process.kill()
    until(lambda: ended(part))
    supervisor.look_after()

    assert part.pause == supervising.FIRST_PAUSE


def test_stopping_ends_every_part() -> None:
    parts = [Part("a", LONG), Part("b", LONG)]
    supervisor = Supervisor(parts)
    supervisor.look_after()

    assert supervisor.stop_all() == 0
    assert all(ended(p) for p in parts)


def test_whoever_others_speak_to_is_stopped_after_them(tmp_path: Path) -> None:
    said = tmp_path / "said"
    code = (
        "import os, signal, sys, time\n"
        "def end(*_):\n"
        "    time.sleep(float(sys.argv[3]))\n"
        "    os.write(os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT), sys.argv[2].encode())\n"
        "    raise SystemExit\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "open(sys.argv[1] + sys.argv[2], 'w').close()\n"
        "time.sleep(600)\n"
    )
    parts = [
        Part("bus", [sys.executable, "-c", code, str(said), "b", "0"], stops_last=True),
        Part("reader", [sys.executable, "-c", code, str(said), "r", "0.3"]),
    ]
    supervisor = Supervisor(parts)
    supervisor.look_after()
    until(lambda: all((tmp_path / f"said{x}").exists() for x in "br"), seconds=60)

    assert supervisor.stop_all() == 0
    assert said.read_text() == "rb"


def test_a_part_that_will_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "GRACE", 0.3)
    part = Part("stubborn", STUBBORN)
    supervisor = Supervisor([part])
    supervisor.look_after()
    assert part.process is not None
    pid = part.process.pid
    until(lambda: _ignores(pid))

    assert supervisor.stop_all() == 1
    assert part.process.returncode == -signal.SIGKILL


def _status(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/status") as file:
            return file.read()
    except OSError:
        return ""


def _ignores(pid: int) -> bool:
    line = next((x for x in _status(pid).splitlines() if x.startswith("SigIgn:")), "SigIgn: 0")
    return bool(int(line.split()[1], 16) & 1 << (signal.SIGTERM - 1))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's word for it is Linux's own")
def test_parts_die_with_a_supervisor_that_was_killed() -> None:
    code = (
        "import sys, time; from bihuan.site.supervising import Part, Supervisor;"
        "part = Part('a', [sys.executable, '-c', 'import time; time.sleep(600)']);"
        "Supervisor([part]).look_after(); print(part.process.pid, flush=True); time.sleep(600)"
    )
    mother = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
    assert mother.stdout is not None
    child = int(mother.stdout.readline())
    mother.kill()
    mother.wait()
    mother.stdout.close()

    until(lambda: not is_alive(child) or "State:\tZ" in _status(child))
