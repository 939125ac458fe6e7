"""W8: four clients take alarms through create → acknowledge → shelve → unshelve → clear; every step waits for its answer.

Ours: samples enter on RAW, commands in the partition's log, and a step is done when its transition is on the bus, synced twice
on the way. Alerta: its HTTP API on gunicorn with two workers and PostgreSQL with its usual durability (fsync on).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np

from bench._costs import cost
from bench.peer.others import find
from bench.peer.ours import Bihuan
from bench.peer.running import now_ms
from bihuan.streams import wire
from bihuan.streams.bus import layout
from bihuan.streams.bus.server import free_port
from bihuan.streams.folds.steps import Step
from bihuan.streams.generating import ENTERPRISE, PARTITION, encode_json, tag
from bihuan.streams.workloads import GAS_OVER, LIFE, OVER, workload

CLIENTS = 4


class OurClient:
    def __init__(self, peer: Bihuan, points: list[int]) -> None:
        self.peer, self.points = peer, points
        self.waiting: dict[tuple[int, str], asyncio.Future[None]] = {}

    def heard(self, point: int, kind: str) -> None:
        future = self.waiting.pop((point, kind), None)
        if future is not None and not future.done():
            future.set_result(None)

    async def step(self, point: int, what: str) -> None:
        kind = {"raise": "raised", "acknowledge": "acknowledged", "shelve": "shelved", "unshelve": "unshelved"}
        done = asyncio.get_running_loop().create_future()
        self.waiting[(point, kind.get(what, "cleared"))] = done
        at = now_ms()
        if what in ("raise", "clear"):
            over = GAS_OVER if point % 5 == 4 else OVER
            rows = [(tag(point), at, over if what == "raise" else 0.0 if point % 5 == 4 else 50.0, 0)]
            await self.peer.js.publish(layout.raw(ENTERPRISE, "gw"), encode_json(rows, sent_at=at))
        else:
            command: dict[str, Any] = {
                "do": what,
                "point": point,
                "limit": "H",
                "by": "li",
                "at": at,
                "occurrence": 10**9,
            }
            command |= {"reason": "bench", "role": "shift_lead", "until": at + 3_600_000}
            await self.peer.js.publish(layout.telemetry(PARTITION, layout.COMMANDS), wire.pack_json(command))
        await asyncio.wait_for(done, 30)


class AlertaClient:
    def __init__(self, http: aiohttp.ClientSession, url: str, points: list[int]) -> None:
        self.http, self.url, self.points = http, url, points
        self.ids: dict[int, str] = {}

    async def step(self, point: int, what: str) -> None:
        if what in ("raise", "clear"):
            body = {"resource": tag(point), "event": "H", "environment": "Production", "service": ["plant"]}
            body |= {"severity": "High" if what == "raise" else "OK", "value": "85"}
            async with self.http.post(f"{self.url}/alert", json=body) as answer:
                said = await answer.json()
                assert answer.status == 201, said
                self.ids[point] = said["id"]
            return
        action = {"acknowledge": "ack"}.get(what, what)
        body = {"action": action, "text": "bench", "timeout": 3600}
        async with self.http.put(f"{self.url}/alert/{self.ids[point]}/action", json=body) as answer:
            assert answer.status == 200, await answer.text()


async def drive(clients: list[Any], seconds: float) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {x: [] for x in LIFE}
    until = time.monotonic() + seconds

    async def one(client: Any) -> None:
        while time.monotonic() < until:
            for point in client.points:
                for what in LIFE:
                    began = time.monotonic()
                    await client.step(point, what)
                    took[what].append(time.monotonic() - began)
                if time.monotonic() > until:
                    return

    await asyncio.gather(*(one(x) for x in clients))
    return took


def report(name: str, took: dict[str, list[float]], seconds: float, cpu: float) -> None:
    everything = np.concatenate([np.array(x) for x in took.values()]) * 1000
    rate, (p50, p95) = len(everything) / seconds, np.quantile(everything, [0.5, 0.95])
    print(f"| {name} | all | {rate:.0f} | {p50:.1f} | {p95:.1f} | {cpu / seconds:.0%} |")
    for what, times in took.items():
        part = np.array(times) * 1000
        print(f"| {name} | {what} | {len(part)} times | {np.median(part):.1f} | {np.quantile(part, 0.95):.1f} | |")


async def ours(seconds: float, points: int) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-life-") as folder:
        peer = Bihuan(Path(folder), workload("W8", points=points))
        await peer.start()
        try:
            shares = np.array_split(np.arange(points), CLIENTS)
            clients = [OurClient(peer, share.tolist()) for share in shares]
            owner = {point: c for c in clients for point in c.points}

            async def heard(msg: Any) -> None:
                for x in Step.unpack(msg.data).transitions:
                    if x["point"] in owner:
                        owner[x["point"]].heard(x["point"], x["kind"])

            await peer.nc.subscribe(layout.alarms(PARTITION), cb=heard)
            await asyncio.sleep(3)
            before, began = cost(*peer.pids()).cpu, time.monotonic()
            took = await drive(clients, seconds)
            report("Bihuan", took, time.monotonic() - began, cost(*peer.pids()).cpu - before)
        finally:
            await peer.stop()


async def alerta(seconds: float, points: int) -> None:
    gunicorn, binaries = os.environ.get("BIHUAN_BENCH_ALERTA", ""), postgres()
    if not gunicorn or not binaries:
        print("Alerta: left out; BIHUAN_BENCH_ALERTA names the gunicorn of its environment, and PostgreSQL is needed")
        return
    with tempfile.TemporaryDirectory(prefix="bench-alerta-", dir="/tmp") as name:
        folder, port = Path(name), free_port()
        base, person = start_postgres(folder, binaries)
        log = (folder / "alerta.log").open("ab")
        conf = folder / "alertad.conf"
        conf.write_text(
            f"DATABASE_URL = 'postgresql:///postgres?host={folder}&user=bihuan'\n"
            "AUTH_REQUIRED = False\nALARM_MODEL = 'ISA_18_2'\nSECRET_KEY = 'bench'\nALERT_TIMEOUT = 0\n"
        )
        env = os.environ | {"ALERTA_SVR_CONF_FILE": str(conf)}
        children = [base]
        try:
            # Two workers race for making the schema and both die; one makes it first.
            for workers in (1, 2):
                command = [gunicorn, "-w", str(workers), "-b", f"127.0.0.1:{port}", "alerta:create_app()"]
                child = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=folder)
                children.append(child)
                async with aiohttp.ClientSession() as http:
                    await answers(http, f"http://127.0.0.1:{port}/alerts")
                if workers == 1:
                    children.remove(child)
                    child.terminate()
                    child.wait()
            async with aiohttp.ClientSession() as http:
                url = f"http://127.0.0.1:{port}"
                clients = [AlertaClient(http, url, x.tolist()) for x in np.array_split(np.arange(points), CLIENTS)]
                pids = [x.pid for x in children]
                before, began = cost(*pids).cpu, time.monotonic()
                took = await drive(clients, seconds)
                report("Alerta", took, time.monotonic() - began, cost(*pids).cpu - before)
        except Exception:
            sys.stdout.write((folder / "alerta.log").read_text()[-3000:])
            raise
        finally:
            for child in reversed(children):
                child.terminate()
                child.wait()
            log.close()
            if person:
                shutil.chown(folder, os.getuid())


async def answers(http: aiohttp.ClientSession, url: str) -> None:
    for _ in range(600):
        try:
            async with http.get(url) as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.05)
    raise TimeoutError(url)


def postgres() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(x) for x in [find("initdb")] if x]
    return found[-1].parent if found else None


def start_postgres(folder: Path, binaries: Path) -> tuple[subprocess.Popen[bytes], str]:
    """With its own defaults, fsync included; only the socket is moved."""
    person = "postgres" if os.geteuid() == 0 else ""
    if person:
        shutil.chown(folder, person)
    run_as: dict[str, Any] = {"user": person} if person else {}
    made = [str(binaries / "initdb"), "-D", str(folder / "pg"), "-U", "bihuan", "-A", "trust", "-E", "UTF8"]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd=folder, **run_as)
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"]
    command = [str(binaries / "postgres"), "-D", str(folder / "pg"), *options]
    with (folder / "pg.log").open("ab") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **run_as)
    for _ in range(300):
        ready = subprocess.run([str(binaries / "pg_isready"), "-q", "-h", str(folder)], check=False)
        if ready.returncode == 0:
            return child, person
        time.sleep(0.1)
    raise TimeoutError("postgres")


async def compare(*, seconds: float, points: int) -> None:
    print("| who | step | changes/s | p50 ms | p95 ms | CPU of a core |")
    await ours(seconds, points)
    await alerta(seconds, points)
