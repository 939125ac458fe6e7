"""运行: `bihuan up` and its parts, each of which also runs alone."""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connections

from bihuan.core import clock
from bihuan.core.access.start import ensure_administrators, refuse_demo_accounts
from bihuan.core.audit.sealing import seal_pending
from bihuan.core.events.outbox import place_pending
from bihuan.core.jobs.queue import run_worker
from bihuan.core.lawbook import following
from bihuan.kernel.problem import Problem
from bihuan.kernel.pulse import Pulse
from bihuan.kernel.text import Text
from bihuan.loop.watchdog import run_watchdog
from bihuan.site import collecting, plane
from bihuan.site.backup import upgrading
from bihuan.site.commands import upkeep
from bihuan.site.environment import setting
from bihuan.site.operations import alarm_mail, pulses
from bihuan.site.operations.alarms import watching
from bihuan.site.operations.monitor import require_token, serve
from bihuan.site.supervising import Part, Supervisor

log = logging.getLogger("bihuan.up")
CLERK_PAUSE = 2.0


class PortTaken(Problem):
    code = "port_taken"

    def __init__(self, host: str, port: int, names: str) -> None:
        super().__init__(
            Text(
                "{host}:{port} 已被占用。请停掉占用它的程序，或换一个端口（{names}）。",
                "{host}:{port} is taken. Stop whoever uses it, or choose another port ({names}).",
            ).format(host=host, port=port, names=names)
        )


class AlreadyUp(Problem):
    code = "already_up"

    def __init__(self, home: Any) -> None:
        super().__init__(
            Text("{home} 已有一个 bihuan up 在运行。", "A bihuan up is already running on {home}.").format(home=home)
        )


def up(argv: Sequence[str]) -> int:
    """Everything: database looked at, roles in step, files collected, then all processes until told to stop."""
    parser = argparse.ArgumentParser(prog="bihuan up", description=str(Text("启动全部进程", "Start everything")))
    parser.add_argument(
        "--migrate",
        action="store_true",
        help=str(Text("先升级数据库结构（请先备份）", "first bring the database up to date (back it up before)")),
    )
    parser.add_argument(
        "--no-streams",
        action="store_true",
        help=str(Text("不启动监测数据平面", "without the telemetry plane")),
    )
    chosen = parser.parse_args(list(argv))
    host, port, live_port = setting("BIHUAN_BIND"), int(setting("BIHUAN_PORT")), settings.BIHUAN_LIVE_PORT
    with_plane = not chosen.no_streams and plane.is_wanted()
    with _alone():
        for number in filter(None, (port, live_port)):
            _require_free(host, number, "BIHUAN_PORT, BIHUAN_LIVE_PORT")
        for where, number in plane.ports() if with_plane else ():
            _require_free(where, number, "BIHUAN_BUS_PORT, BIHUAN_BUS_MQTT_PORT; bihuan up --no-streams")
        if settings.BIHUAN_MONITOR_PORT:
            require_token(settings.BIHUAN_MONITOR_BIND)
            _require_free(settings.BIHUAN_MONITOR_BIND, settings.BIHUAN_MONITOR_PORT, "BIHUAN_MONITOR_PORT")
        if upgrading.take_back_unfinished(settings.BIHUAN_HOME):
            # The machine was switched off in the middle of an upgrade: whichever release starts finds it undone.
            print(upgrading.TAKEN_BACK, flush=True)  # noqa: T201  # speaks to a terminal
        prepare(migrate=chosen.migrate)
        connections.close_all()
        address = settings.BIHUAN_PUBLIC_URL or f"http://{host}:{port}/"
        everybody = [*parts(), *(plane.parts() if with_plane else ())]
        said = Text(
            "已启动：{address}（Ctrl-C 停止）\n进程：{parts}",
            "Running: {address} (Ctrl-C stops it)\nProcesses: {parts}",
        ).format(address=address, parts=", ".join(p.name for p in everybody))
        pulses.expect([p.name for p in everybody if p.name in pulses.PROCESSES])
        return Supervisor(everybody).run(ready=lambda: print(said, flush=True))  # noqa: T201  # speaks to a terminal


def prepare(*, migrate: bool = False) -> None:
    """What must hold before a page is served."""
    upkeep.require_database(migrate=migrate)
    at = clock.now()
    refuse_demo_accounts()
    ensure_administrators(at=at, say=lambda line: print(line, flush=True))  # noqa: T201  # once, to whoever installs
    collecting.collect_if_changed()


def parts() -> list[Part]:
    own = [sys.executable, "-m", "bihuan.site.main"]
    return [
        Part("web", web_command()),
        *([Part("live", live_command())] if settings.BIHUAN_LIVE_PORT else []),
        Part("worker", [*own, "worker"]),
        Part("clerk", [*own, "clerk"]),
        Part("watchdog", [*own, "watchdog"]),
        *([Part("monitor", [*own, "monitor"])] if settings.BIHUAN_MONITOR_PORT else []),
    ]


def web_command() -> list[str]:
    return [
        *_granian("wsgi", "bihuan.site.wsgi:application", int(setting("BIHUAN_PORT"))),
        "--workers",
        setting("BIHUAN_WEB_PROCESSES"),
        "--blocking-threads",
        setting("BIHUAN_WEB_THREADS"),
    ]


def live_command() -> list[str]:
    return [*_granian("asgi", "bihuan.site.live:application", settings.BIHUAN_LIVE_PORT), "--workers", "1"]


def _granian(interface: str, target: str, port: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        interface,
        "--host",
        setting("BIHUAN_BIND"),
        "--port",
        str(port),
        "--no-ws",
        "--respawn-failed-workers",
        "--workers-kill-timeout",
        "8",
        "--log-level",
        "warning",
        target,
    ]


def web(argv: Sequence[str]) -> int:
    """Only the pages, in this process."""
    argparse.ArgumentParser(prog="bihuan web").parse_args(list(argv))
    collecting.collect_if_changed()
    return _become(web_command())


def live(argv: Sequence[str]) -> int:
    """Only the live events, in this process."""
    argparse.ArgumentParser(prog="bihuan live").parse_args(list(argv))
    return _become(live_command())


def _become(command: list[str]) -> int:
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606  # our own interpreter, our own arguments


def worker(argv: Sequence[str]) -> int:
    """Only a worker: periodic jobs, then whatever waits."""
    argparse.ArgumentParser(prog="bihuan worker").parse_args(list(argv))
    pulse = pulses.of("worker")
    following.watch()
    run_worker(stop=until_told(), pulse=pulse)
    pulse.end()
    return 0


def clerk(argv: Sequence[str]) -> int:
    """Only the clerk: seals the audit and places events, every two seconds, for ever."""
    argparse.ArgumentParser(prog="bihuan clerk").parse_args(list(argv))
    stop, pulse = until_told(), pulses.of("clerk")
    while not stop():
        pulse.beat()
        clerk_round(pulse)
        nap(CLERK_PAUSE, stop)
    pulse.end()
    return 0


def watchdog(argv: Sequence[str]) -> int:
    """Only the watchdog: asks what stands still, and says that it is alive."""
    argparse.ArgumentParser(prog="bihuan watchdog").parse_args(list(argv))
    pulse = pulses.of("watchdog")
    run_watchdog(stop=until_told(), beside=watching(), alive=pulse.beat, tell=alarm_mail.tell)
    pulse.end()
    return 0


def monitor(argv: Sequence[str]) -> int:
    """Only the monitor: health checks and metrics on a port of its own."""
    argparse.ArgumentParser(prog="bihuan monitor").parse_args(list(argv))
    serve(stop=until_told())
    return 0


def clerk_round(pulse: Pulse | None = None) -> None:
    """Until nothing waits. One half failing must not keep the other from its work."""
    for name, work in (("sealing", lambda: seal_pending(at=clock.now())), ("placing", place_pending)):
        try:
            while work():
                if pulse is not None:
                    pulse.beat()
        except Exception:  # the database may be away for a while
            log.exception("%s pauses", name)
            connections.close_all()


def until_told() -> Callable[[], bool]:
    told = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.append(True))
    return lambda: bool(told)


def nap(seconds: float, stop: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not stop() and time.monotonic() < until:
        time.sleep(0.1)


@contextmanager
def _alone() -> Iterator[None]:
    """One `up` a home. The lock is the process's own and goes with it."""
    settings.BIHUAN_HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.BIHUAN_HOME / "up.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyUp(settings.BIHUAN_HOME) from None
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _require_free(host: str, port: int, names: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise PortTaken(host, port, names) from None
