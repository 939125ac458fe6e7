"""生产形态的总线: three nats-servers as docs/howto/production.md configures them (on loopback, so without TLS), the plane
as its commands and settings start it; one server is killed with -9 and comes back.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from nats.errors import Error as NatsError

from bihuan.engines.alarms.engine import Samples
from bihuan.site import main
from bihuan.streams import wire
from bihuan.streams.bus import client, layout
from bihuan.streams.bus.server import free_port
from bihuan.streams.bus.users import User
from bihuan.streams.history.store import Store

pytestmark = [pytest.mark.soak, pytest.mark.nats]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "production.md"
PASSWORD = "three-nodes-on-loopback"
START = 1_790_000_000_000
MESSAGES = 400


class Bus:
    """The three servers of the page."""

    def __init__(self, program: Path, folder: Path) -> None:
        (sample,) = re.findall(r"```\n(# /etc/nats/bihuan.conf.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        self.program, self.folder = program, folder
        self.ports = {name: free_port() for name in "abc"}
        routes = {name: free_port() for name in "abc"}
        self.servers: dict[str, subprocess.Popen[bytes]] = {}
        for name in "abc":
            others = ", ".join(f"nats://127.0.0.1:{port}" for other, port in routes.items() if other != name)
            said = re.sub(r"(?m)^tls .*\n", "", sample)
            said = said.replace("server_name: a", f"server_name: {name}").replace("/var/lib/nats", str(folder / name))
            said = said.replace("10.0.0.1:4222", f"127.0.0.1:{self.ports[name]}")
            said = said.replace("10.0.0.1:6222", f"127.0.0.1:{routes[name]}")
            said = re.sub(r"routes: \[.*?\]", f"routes: [{others}]", said)
            assert "10.0.0" not in said
            (folder / f"{name}.conf").write_text(said)
            self.start(name)

    @property
    def url(self) -> str:
        return ",".join(f"nats://127.0.0.1:{port}" for port in self.ports.values())

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.servers[name] = subprocess.Popen(
                [self.program, "-c", self.folder / f"{name}.conf"],
                env={**os.environ, "BIHUAN_BUS_PASSWORD": PASSWORD}, stdout=log, stderr=log,
            )  # fmt: skip

    def kill(self, name: str) -> None:
        self.servers[name].send_signal(signal.SIGKILL)
        self.servers[name].wait()


@pytest.fixture
def bus(nats_server_path: Path, tmp_path: Path) -> Iterator[Bus]:
    made = Bus(nats_server_path, tmp_path)
    yield made
    for name in "abc":
        made.kill(name)


@pytest.fixture
def bihuan(bus: Bus, tmp_path: Path) -> dict[str, str]:
    """The environment of every process of ours."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BIHUAN_", "DJANGO_", "DATABASE_"))}
    ours = {"BIHUAN_HOME": str(tmp_path / "home"), "PYTHONPATH": str(Path(main.__file__).parents[2])}
    ours |= {"BIHUAN_BUS_URL": bus.url, "BIHUAN_BUS_USER": "bihuan", "BIHUAN_BUS_PASSWORD": PASSWORD}
    ours |= {"BIHUAN_BUS_REPLICAS": "3", "BIHUAN_LANGUAGE": "en", "BIHUAN_HISTORY_SEGMENT_SECONDS": "1"}
    return kept | ours


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bihuan.site.main", *arguments],
        env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def until_it_ends_well(environment: dict[str, str], *arguments: str) -> str:
    limit = time.monotonic() + 300
    while True:
        done = run(environment, *arguments)
        if done.returncode == 0:
            return done.stdout
        assert time.monotonic() < limit, done.stdout + done.stderr
        time.sleep(0.5)


def test_one_of_three_servers_is_killed_and_comes_back(bus: Bus, bihuan: dict[str, str], tmp_path: Path) -> None:
    until_it_ends_well(bihuan, "migrate")
    until_it_ends_well(bihuan, "bus", "up")
    parts = []
    try:
        for part in ("intake", "folds", "history"):
            with (tmp_path / f"{part}.log").open("ab") as log:
                command = [sys.executable, "-m", "bihuan.site.main", "stream", part]
                parts.append(subprocess.Popen(command, env=bihuan, stdout=log, stderr=log))
        until_it_ends_well(bihuan, "stream", "status")
        acknowledged, longest, replicas = asyncio.run(publish(bus))
        assert set(replicas.values()) == {3}, replicas
        limit = time.monotonic() + 300
        while (mine := asked(bihuan)) != {"bus": "ok", "bus_copies": "ok", "telemetry": "ok"}:
            assert time.monotonic() < limit, mine  # on a busy machine what follows the log may be behind at first
            time.sleep(1)
        store = Store(tmp_path / "home" / "history")
        limit = time.monotonic() + 300
        while store.version.last_seq < acknowledged:
            assert time.monotonic() < limit, (store.version.last_seq, acknowledged)
            time.sleep(0.2)
    finally:
        for process in parts:
            process.terminate()
        for process in parts:
            process.wait(timeout=120)
    assert store.verify() == []
    print(json.dumps({"drill": "one server of three killed", "acknowledged": acknowledged, "lost": 0, "longest_gap_s": round(longest, 2), "copies": replicas}))  # fmt: skip


def asked(environment: dict[str, str]) -> dict[str, str]:
    """What the doctor says of the bus and of what hangs on it."""
    found = json.loads(run(environment, "doctor", "--json").stdout)
    return {f["code"]: f["state"] for f in found if f["code"] in ("bus", "bus_copies", "telemetry")}


async def publish(bus: Bus) -> tuple[int, float, dict[str, int]]:
    """Each message waits for its acknowledgement; a third of the way in one server dies, at two thirds it comes back."""
    user = User(name="bihuan", password=PASSWORD)
    longest, last = 0.0, time.monotonic()
    async with client.connect(url=bus.url, user=user, name="drill", patient=True) as nc:
        js = client.jetstream(nc, timeout=3)
        for number in range(MESSAGES):
            if number == MESSAGES // 3:
                bus.kill("a")
            if number == 2 * MESSAGES // 3:
                bus.start("a")
            at = START + 1000 * number
            rows = Samples(np.array([1], np.int32), np.array([at]), np.array([50.0]), np.zeros(1, np.uint8))
            limit = time.monotonic() + 120
            while True:
                try:
                    await js.publish(layout.telemetry(0, "acme"), wire.pack(rows, received_at=at))
                    break
                except (NatsError, TimeoutError):
                    assert time.monotonic() < limit
                    await asyncio.sleep(0.05)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
        limit = time.monotonic() + 120
        while True:
            try:
                infos = [await js.stream_info(stream.name) for stream in layout.STREAMS]
            except (NatsError, TimeoutError):
                infos = []  # who leads a stream is being settled yet
            whole = [i for i in infos if i.cluster and all(r.current for r in i.cluster.replicas or [])]
            if infos and len(whole) == len(infos):
                break
            assert time.monotonic() < limit
            await asyncio.sleep(0.2)
        held = await js.stream_info("TELEMETRY")
        assert held.state.messages >= MESSAGES
        return MESSAGES, longest, {i.config.name or "": i.config.num_replicas or 0 for i in infos}
