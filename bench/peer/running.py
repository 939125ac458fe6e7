"""One run: a peer is started on an empty folder, sent a workload at its real pace, and what it tells is written down with its time.

Latency counts from the moment the process crossed its limit, so that everybody pays for their own sampling.
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from aiohttp import web

from bench._costs import cost, size_of
from bihuan.streams.bus.server import free_port
from bihuan.streams.workloads import Delivery, Workload

DRAIN_SECONDS = 12.0


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Told:
    kind: str  # raised, cleared, or what else the peer says
    point: int
    limit: str
    at: int  # wall time of arrival, ms
    began: int = 0  # the moment the peer itself gives, ms


class Peer(ABC):
    name = ""
    stores = "nothing"  # what it stores and how durably, said beside every figure
    pulls = False
    takes_late = True

    def __init__(self, folder: Path, workload: Workload) -> None:
        self.folder, self.workload = folder, workload
        self.told: list[Told] = []
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.log = (folder / "peer.log").open("ab")
        self.base = 0
        self.sent = 0
        self.failed = 0

    @abstractmethod
    async def start(self) -> None: ...

    @abstractmethod
    async def send(self, delivery: Delivery) -> None: ...

    async def stored(self) -> int | None:
        return None

    def data(self) -> list[Path]:
        return []

    def configuration(self) -> str:
        return ""

    async def finish(self) -> None:
        """Before counting: whatever is still in memory goes to the disk."""
        await asyncio.sleep(0)

    async def kill(self) -> float:
        """kill -9 and start again; the seconds until it works again."""
        raise NotImplementedError

    def spawn(self, name: str, *command: str, **more: Any) -> None:
        self.children[name] = subprocess.Popen(command, stdout=self.log, stderr=self.log, **more)

    def pids(self) -> list[int]:
        return [x.pid for x in self.children.values()]

    async def stop(self) -> None:
        for child in self.children.values():
            child.terminate()
        for child in self.children.values():
            try:
                await asyncio.to_thread(child.wait, 20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.log.close()


@dataclass(slots=True)
class Outcome:
    peer: str
    workload: str
    points: int
    rows: int
    seconds: float
    latencies: list[float] = field(default_factory=list)  # seconds from crossing to notification
    missed: int = 0
    extra: int = 0
    raised: int = 0
    cleared: int = 0
    input_lost: int = 0
    cpu: float = 0.0  # share of one core while sending
    generator: float = 0.0
    peak: float = 0.0
    stored: int | None = None
    bytes_a_row: float | None = None
    recovery: float | None = None
    delay_error: float | None = None
    first_clear: float | None = None  # seconds after a gateway fell silent
    notes: list[str] = field(default_factory=list)

    def quantile(self, q: float) -> float:
        return float(np.quantile(self.latencies, q)) if self.latencies else float("nan")


async def run(peer: Peer) -> Outcome:
    w = peer.workload
    out = Outcome(peer.name, w.name, w.points, w.expected.rows_sent, w.seconds)
    await peer.start()
    try:
        peer.base = (now_ms() // 1000 + 3) * 1000
        await _until(peer.base - 500)
        before, mine, began = cost(*peer.pids()), resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
        killing = asyncio.create_task(_kill(peer, out)) if w.kill_at_ms is not None else None
        await _send(peer)
        took = time.monotonic() - began
        after, used = cost(*peer.pids()), resource.getrusage(resource.RUSAGE_SELF)
        out.cpu = (after.cpu - before.cpu) / took
        out.generator = (used.ru_utime + used.ru_stime - mine.ru_utime - mine.ru_stime) / took
        out.peak = after.peak
        if killing is not None:
            await killing
            out.cpu = float("nan")
        await asyncio.sleep(DRAIN_SECONDS)
        await peer.finish()
        out.stored = await peer.stored()
        if out.stored and peer.data():
            out.bytes_a_row = sum(size_of(x) for x in peer.data()) / out.stored
        judge(peer, out)
    finally:
        await peer.stop()
    return out


async def _until(at: int) -> None:
    await asyncio.sleep(max(0.0, (at - now_ms()) / 1000))


async def _send(peer: Peer) -> None:
    if peer.pulls:
        await _until(peer.base + peer.workload.seconds * 1000)
        return
    for d in peer.workload.deliveries():
        await _until(peer.base + d.due_ms)
        await peer.send(d)
    await _until(peer.base + peer.workload.seconds * 1000)


async def _kill(peer: Peer, out: Outcome) -> None:
    await _until(peer.base + int(peer.workload.kill_at_ms or 0))
    out.recovery = await peer.kill()


def judge(peer: Peer, out: Outcome) -> None:
    """What was told against what had to come of the workload. The first notification of an alarm counts."""
    w = peer.workload
    crossed = dict(w.expected.crossings)
    delay = {x.point: max((y.on_delay_ms for y in x.limits), default=0) for x in w.settings}
    end = peer.base + w.seconds * 1000  # afterwards everybody's source is silent, which is W3's subject
    first: dict[int, Told] = {}
    count: dict[int, int] = defaultdict(int)
    for x in peer.told:
        if x.kind == "raised":
            out.raised += 1
            count[x.point] += 1
            first.setdefault(x.point, x)
        elif x.kind == "cleared" and x.at < end:
            out.cleared += 1
        elif x.kind == "input_lost":
            out.input_lost += 1
    for point, at in crossed.items():
        told = first.get(point)
        if told is None:
            out.missed += 1
        else:
            out.latencies.append((told.at - peer.base - at - delay[point]) / 1000)
    out.extra = sum(n - (point in crossed) for point, n in count.items())
    if w.name == "W3":
        start = peer.base + 40_000
        clears = [x.at - start for x in peer.told if x.kind == "cleared" and start <= x.at < end]
        out.first_clear = min(clears) / 1000 if clears else None


class Sink:
    """An HTTP listener that writes down when a notification arrived: Alertmanager's API, and plain JSON."""

    def __init__(self, told: list[Told]) -> None:
        self.told = told
        self.port = free_port()
        self.state: dict[tuple[int, str], bool] = {}
        self.metrics: Any = None
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=1 << 26)
        app.router.add_post("/api/v2/alerts", self._alerts)
        app.router.add_post("/plain", self._plain)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _alerts(self, request: web.Request) -> web.Response:
        """Peers of this kind repeat what is firing; a change of state is what counts."""
        at = now_ms()
        for x in await request.json():
            labels = x["labels"]
            key = (int(labels["p"][1:]), labels["alertname"])
            firing = _moment(x.get("endsAt")) > at
            if firing != self.state.get(key, False):
                self.state[key] = firing
                began = _moment(x.get("startsAt"))
                self.told.append(Told("raised" if firing else "cleared", key[0], key[1], at, began))
        return web.json_response({})

    async def _plain(self, request: web.Request) -> web.Response:
        at = now_ms()
        for x in await request.json():
            self.told.append(Told(x["kind"], int(x["p"][1:]), x["limit"], at))
        return web.json_response({})

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(text=self.metrics(), content_type="text/plain")


def _moment(text: str | None) -> int:
    if not text or text.startswith("0001"):
        return 1 << 62
    return int(np.datetime64(text.rstrip("Z")[:23], "ms").astype(np.int64))


def environment(**more: str) -> dict[str, str]:
    return os.environ | more
