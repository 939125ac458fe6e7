"""`bihuan up` on an empty home, with all its processes."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from bihuan.site import main, supervising
from bihuan.streams.settings import from_environment
from bihuan.streams.status import look

#: The package as this test found it; nothing of the settings of whoever runs the tests.
ENVIRONMENT = {
    **{k: v for k, v in os.environ.items() if not k.startswith(("BIHUAN_", "DJANGO_", "DATABASE_"))},
    "PYTHONPATH": str(Path(main.__file__).parents[2]),
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], bool], said: Callable[[], str], seconds: float = 120) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, said()
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def plane_works(environment: dict[str, str]) -> bool:
    try:
        return not asyncio.run(look(from_environment(environment))).problems()
    except (OSError, NatsError, APIError):
        return False


def descendants(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found, todo = [], [pid]
    while todo:
        mother = todo.pop()
        children = [child for child, parent in pairs if parent == mother]
        found += children
        todo += children
    return found


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="counts processes as Linux lists them")
def test_up_makes_everything_serves_heals_and_stops_cleanly(tmp_path: Path) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    port, live_port, monitor_port = free_port(), free_port(), free_port()
    environment = ENVIRONMENT | {
        "BIHUAN_HOME": str(home), "BIHUAN_PORT": str(port), "BIHUAN_LIVE_PORT": str(live_port), "BIHUAN_WEB_PROCESSES": "1",
        "BIHUAN_BUS_PORT": str(free_port()), "BIHUAN_BUS_MQTT_PORT": "0",
        "BIHUAN_MONITOR_PORT": str(monitor_port),
    }  # fmt: skip
    command = [sys.executable, "-m", "bihuan.site.main"]
    with log.open("w") as file:
        up = subprocess.Popen([*command, "up"], env=environment, stdout=file, stderr=subprocess.STDOUT)
    site = f"http://127.0.0.1:{port}"
    try:
        until(lambda: up.poll() is not None or answers(f"{site}/account/login/"), log.read_text)
        until(lambda: up.poll() is not None or answers(f"http://127.0.0.1:{live_port}/healthz"), log.read_text)
        assert up.poll() is None, log.read_text()

        monitor = f"http://127.0.0.1:{monitor_port}"
        until(lambda: up.poll() is not None or answers(f"{monitor}/readyz"), log.read_text)
        found = httpx.get(f"{monitor}/healthz").json()["checks"]
        names = ("web", "live", "worker", "clerk", "watchdog", "monitor", "intake", "folds", "history")
        assert found == dict.fromkeys(names, True)
        assert answers(f"{site}/readyz")
        until(lambda: "bihuan_requests_total{" in httpx.get(f"{monitor}/metrics").text, log.read_text)
        assert 'bihuan_up{process="worker"} 1' in httpx.get(f"{monitor}/metrics").text

        page = httpx.get(f"{site}/account/login/").text
        style = re.search(r'href="(/static/pages/bihuan\.[0-9a-f]{12}\.css)"', page)
        assert style, page[:500]
        sheet = httpx.get(f"{site}{style[1]}", headers={"Accept-Encoding": "gzip"})
        assert sheet.headers["content-encoding"] == "gzip"
        assert "immutable" in sheet.headers["cache-control"]

        until(lambda: up.poll() is not None or plane_works(environment), log.read_text)
        assert up.poll() is None, log.read_text()

        twice = subprocess.run(
            [*command, "up"], env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert twice.returncode == 1
        assert str(home) in twice.stderr

        doctor = subprocess.run([*command, "doctor"], env=environment, capture_output=True, text=True, check=False)
        assert doctor.returncode == 0, doctor.stdout

        killed = int(re.findall(r"worker started, process (\d+)", log.read_text())[0])
        os.kill(killed, signal.SIGKILL)
        until(lambda: len(re.findall(r"worker started, process", log.read_text())) == 2, log.read_text)

        children = descendants(up.pid)
        assert len(children) >= 4
        up.send_signal(signal.SIGTERM)
        assert up.wait(timeout=2 * supervising.GRACE + 120) == 0, log.read_text()
        left = [pid for pid in children if Path(f"/proc/{pid}").exists()]
        assert not left
        verified = subprocess.run(
            [*command, "audit", "verify"], env=environment, capture_output=True, text=True, check=False
        )
        assert verified.returncode == 0, verified.stdout
    finally:
        if up.poll() is None:
            up.kill()
            up.wait()


def test_a_taken_port_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "bihuan.site.main", "up"],
            env=ENVIRONMENT | {"BIHUAN_HOME": str(tmp_path / "home"), "BIHUAN_PORT": str(port), "BIHUAN_LANGUAGE": "en"},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    assert done.returncode == 1
    assert f"127.0.0.1:{port} is taken" in done.stderr
    assert not (tmp_path / "home" / "bihuan.sqlite3").exists()
