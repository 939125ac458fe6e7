"""The fault runs beyond kill -9: a gateway, a full disk, a stream made anew, clocks, troubled samples, fuzz, a cluster.

Each builds its own plane, does its harm, and is counted by `bench.soak.examine` like the others.
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow
import pyarrow.ipc
from nats.js.errors import KeyNotFoundError

from bench import _merging, soak
from bench.soak import PARTITION, POINTS, Before, Outcome, Plane, connected, examine, patiently, prepare
from bihuan.streams import commands, status, wire
from bihuan.streams.bus import client, layout
from bihuan.streams.bus.server import Cluster, Server, ServerSettings, free_port
from bihuan.streams.bus.users import User
from bihuan.streams.folds.fold import Fold
from bihuan.streams.folds.pointers import pointer
from bihuan.streams.folds.worker import Worker
from bihuan.streams.history.manifest import Manifest
from bihuan.streams.history.read import History
from bihuan.streams.history.segments import DAY_MS
from bihuan.streams.history.store import Store
from bihuan.streams.history.worker import Historian, HistorianSettings
from bihuan.streams.intake import arrow as arrow_batch
from bihuan.streams.intake.decode import encode_json
from bihuan.streams.intake.worker import BATCH_HEADER, IntakeWorker
from bihuan.streams.tasks import end

READERS = ("intake", "folds", "history")
HOUR = 3_600_000


async def one(victim: str, seed: int, seconds: float) -> Outcome:
    outcome, began = Outcome(victim, seed), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        await RUNS[victim](Path(folder), random.Random(seed * 7 + 1), seconds, outcome)
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


@asynccontextmanager
async def at_work(plane: Plane, parts=READERS):
    """The plane with everybody at work, asked of the bus and not of a clock."""
    try:
        plane.start("bus")
        url, user = plane.settings.url(), plane.settings.user()
        await patiently(lambda: connected(url, user))
        async with client.connect(url=url, user=user, name="soak") as nc:
            js = client.jetstream(nc, timeout=3)
            await patiently(lambda: js.stream_info("KV_pointers"))
            await patiently(lambda: prepare(js))
            for part in parts:
                plane.start(part)
            await everybody(plane, parts)
            yield nc, js
    finally:
        plane.stop()


async def everybody(plane: Plane, parts=READERS) -> None:
    async def look() -> None:
        found = await status.look(plane.settings)
        if len(parts) == len(READERS) and found.problems():
            raise TimeoutError

    await patiently(look)


def batch(rng: random.Random, value: list[float], now: int) -> list[tuple[str, int, float, int]]:
    value[:] = [min(120.0, max(-20.0, v + rng.gauss(0, 12))) for v in value]
    return [(f"T{n}", now, round(v, 2), 0) for n, v in enumerate(value)]


def millis() -> int:
    return time.time_ns() // 10**6


async def send(js, subject: str, data: bytes, mark: str) -> None:
    await patiently(lambda: js.publish(subject, data, headers={"Nats-Msg-Id": mark}, stream="RAW"))


async def publishing(js, rng: random.Random, outcome: Outcome, stop: asyncio.Event, *, source: str = "gw") -> None:
    value, n = [rng.uniform(0, 100) for _ in range(POINTS)], 0
    mark = rng.getrandbits(64)
    while not stop.is_set():
        now, n = millis(), n + 1
        await send(js, layout.raw("acme", source), encode_json(batch(rng, value, now), sent_at=now), f"{mark}-{n}")
        outcome.acknowledged += POINTS
        await asyncio.sleep(0.02)


# --- gateway: kill -9 between reading, keeping, sending and deleting -------------------------------------------------


async def gateway(home: Path, rng: random.Random, seconds: float, outcome: Outcome) -> None:
    plane = Plane(home, forking=True)
    user = plane.settings.register.issue("acme")
    config = home / "gateway.toml"
    config.write_text(
        f'[gateway]\nenterprise="acme"\nname="gw"\nurl="{plane.settings.url()}"\nuser="{user.name}"\n'
        f'password="{user.password}"\nbatch_seconds=0.05\n'
    )

    def start(what: object) -> subprocess.Popen:
        command = [sys.executable, "-m", "bench._gateway", str(config), str(what)]
        return subprocess.Popen(command, env=plane.env, stdout=plane.log, stderr=plane.log)

    async with at_work(plane) as (_, js):
        child = start(rng.getrandbits(32))
        for _ in range(3):
            await more_than(js, (await js.stream_info("RAW")).state.last_seq)
            await asyncio.sleep(rng.uniform(0.0, 1.0))
            child.kill()
            child.wait()
            outcome.kills += 1
            child = start(rng.getrandbits(32))
        await more_than(js, (await js.stream_info("RAW")).state.last_seq)
        child.terminate()
        child.wait(60)
        last = start("drain")
        while sqlite(home / "buffer.db", "SELECT count(*) FROM batch"):
            await asyncio.sleep(0.1)
        last.terminate()
        last.wait(60)
        # AUTOINCREMENT remembers the highest number ever kept, also of what was deleted since.
        kept = sqlite(home / "buffer.db", "SELECT seq FROM sqlite_sequence WHERE name = 'batch'")
        found: dict[int, int] = {}
        info = await patiently(lambda: js.stream_info("RAW"))
        for seq in range(1, info.state.last_seq + 1):
            msg = await patiently(lambda n=seq: js.get_msg("RAW", seq=n))
            number = int(msg.headers[BATCH_HEADER].rpartition(":")[2])
            found[number] = len(json.loads(msg.data)["values"])
        outcome.acknowledged = sum(found.values()) + POINTS * len(set(range(1, kept + 1)) - set(found))
        await examine(plane, js, outcome)


async def more_than(js, seq: int) -> None:
    """Until the gateway that was started last has been heard."""

    async def look() -> None:
        if (await js.stream_info("RAW")).state.last_seq <= seq:
            raise TimeoutError

    await patiently(look)


def sqlite(path: Path, query: str) -> int:
    with sqlite3.connect(path, timeout=30) as db:
        return int(db.execute(query).fetchone()[0])


# --- disk full -------------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, size: str = "96m"):
    """A disk of its own, so that filling it fills nobody else's. Needs the right to mount."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def may_mount(folder: Path) -> bool:
    try:
        with small_disk(folder / "tried", size="1m"):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


async def disk(home: Path, rng: random.Random, seconds: float, outcome: Outcome) -> None:
    with small_disk(home / "disk") as small:
        plane = Plane(small, forking=True)
        async with at_work(plane) as (_, js):
            stop = asyncio.Event()
            task = asyncio.create_task(publishing(js, rng, outcome, stop))
            for _ in range(2):
                await asyncio.sleep(rng.uniform(1.0, 2.5))
                fill(small / "ballast")
                outcome.kills += 1
                await asyncio.sleep(rng.uniform(1.0, 3.0))
                (small / "ballast").unlink()
                before = outcome.acknowledged
                while outcome.acknowledged < before + 10 * POINTS:  # it has come back by itself
                    assert not task.done(), task.exception()
                    await asyncio.sleep(0.1)
            stop.set()
            await task
            await examine(plane, js, outcome)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as ballast:
        piece = b"x" * (1 << 20)
        while piece:
            try:
                if ballast.write(piece) < len(piece):
                    piece = piece[: len(piece) // 2]
            except OSError:
                piece = piece[: len(piece) // 2]


# --- the log made anew under intake and historian ------------------------------------------------------------------------


async def recreate(home: Path, rng: random.Random, seconds: float, outcome: Outcome) -> None:
    plane = Plane(home, forking=True)
    async with at_work(plane) as (_, js):
        stop = asyncio.Event()
        task = asyncio.create_task(publishing(js, rng, outcome, stop))
        await asyncio.sleep(rng.uniform(2.0, 4.0))
        stop.set()
        await task
        await taken(js)
        before = await put_away(plane, js)
        await js.delete_stream("TELEMETRY")
        await patiently(lambda: commands.ensure(plane.settings))
        change = next(r for r in before.rows if r[1].endswith(layout.SETTINGS))
        await patiently(lambda: js.publish(change[1], change[2]))
        if rng.random() < 0.5:
            plane.kill("bus")
        plane.start("folds")
        outcome.kills += 1
        await patiently(lambda: js.stream_info("TELEMETRY"))
        stop = asyncio.Event()
        task = asyncio.create_task(publishing(js, rng, outcome, stop))
        await asyncio.sleep(seconds / 2)
        stop.set()
        await task
        await examine(plane, js, outcome, before=before)


async def put_away(plane: Plane, js) -> Before:
    """What an operator does before the log goes: lets the fold judge it, ends it in order, looks that its state was kept.

    A fold that waits for its lease at that moment keeps nothing; then it is started and ended again.
    """
    while True:
        await judged(js)
        folds = plane.parts["folds"]
        folds.terminate()  # no tick falls between what is copied here and the end of the old log
        await asyncio.to_thread(folds.wait)
        before = Before(await layout.epoch_of(js, "TELEMETRY"), await soak.log_rows(js))
        top = max(r[0] for r in before.samples())
        kept = await patiently(lambda: pointer(js, PARTITION))
        if kept and kept.epoch == before.epoch and kept.seq >= top:
            break
        plane.start("folds")
        await everybody(plane)
    while Manifest(plane.settings.history).newest().last_seq < top:
        await asyncio.sleep(0.1)
    return before


async def judged(js) -> None:
    """Until the fold has told whatever the log gives: what it had not read would be gone with the stream."""

    async def look() -> None:
        fold = Fold(epoch=await layout.epoch_of(js, "TELEMETRY"))
        given = [
            x for seq, subject, data in await soak.log_rows(js) for x in fold.apply(seq=seq, subject=subject, data=data)
        ]
        if len(await soak.told_until(js)) < len(given):
            raise TimeoutError

    await patiently(look)


async def taken(js) -> None:
    """Until the intake has noted that it took everything in."""

    async def look() -> None:
        last = (await js.stream_info("RAW")).state.last_seq
        try:
            known = json.loads((await (await js.key_value(layout.POINTERS)).get("intake")).value)
        except KeyNotFoundError:
            raise TimeoutError from None
        if known["seq"] < last:
            raise TimeoutError

    await patiently(look)


# --- clocks ----------------------------------------------------------------------------------------------------------


class ShiftedIntake(IntakeWorker):
    """The intake on a machine whose clock jumps: receipt is what the bus's clock says."""

    shift = 0

    async def take(self, entries) -> None:
        await super().take([replace(e, stored_at_ns=e.stored_at_ns + self.shift * 10**6) for e in entries])


async def clock(home: Path, rng: random.Random, seconds: float, outcome: Outcome) -> None:
    """The workers run in this process, because only here can their clock be set. Alarms must be those of right clocks."""
    plane, oracle, sent = Plane(home, forking=True), Fold(epoch="o"), []
    async with at_work(plane, parts=()) as (nc, _):
        js, stop = client.jetstream(nc, timeout=60), asyncio.Event()  # a busy machine is no fault
        intake = ShiftedIntake(client=nc, js=js, owner="soak")
        worker = Worker(client=nc, js=js, partition=PARTITION, owner="soak", clock=lambda: millis() + intake.shift)
        quick = HistorianSettings(seconds_a_segment=2.0)
        historian = Historian(client=nc, js=js, folder=plane.settings.history, settings=quick)
        tasks = [asyncio.create_task(x.run(stop)) for x in (intake, worker, historian)]
        value, device, until, turn = [50.0] * POINTS, 0, time.monotonic() + seconds, 0
        try:
            while time.monotonic() < until or outcome.kills < 4:
                turn += 1
                if turn % 40 == 0:
                    await taken(js)  # a server's clock jumps between two messages, not within what is on its way
                    outcome.kills += 1
                    if rng.random() < 0.5:
                        device = rng.choice([0, HOUR // 4, -HOUR // 4, 48 * HOUR, -48 * HOUR])
                    else:
                        intake.shift = rng.choice([0, HOUR, -HOUR, 24 * HOUR, -24 * HOUR])
                now = millis() + device
                rows = batch(rng, value, now)
                await send(js, layout.raw("acme", "gw"), encode_json(rows, sent_at=now), f"{id(rng)}-{turn}")
                outcome.acknowledged += POINTS
                sent.append([v for _, _, v, _ in rows])
                await asyncio.sleep(0.02)
            await examine(plane, js, outcome)
        finally:
            stop.set()
            await asyncio.wait(tasks, timeout=30)
            await end(*tasks)
        limits = [e for e in await soak.log_rows(js) if e[1].endswith(layout.SETTINGS)]
        steady = [oracle.apply(seq=0, subject=limits[0][1], data=limits[0][2])]
        for n, values in enumerate(sent, 1):
            data = wire.pack(samples(values, n * 1000), received_at=n * 1000)
            steady.append(oracle.apply(seq=n, subject=layout.telemetry(PARTITION, "acme"), data=data))
        told = await soak.told_until(js)
        outcome.same_as_undisturbed &= story(told) == story([x for part in steady for x in part])


def samples(values: list[float], at: int):
    import numpy as np

    from bihuan.engines.alarms.samples import Samples

    n = len(values)
    return Samples(np.arange(n, dtype=np.int32), np.full(n, at, np.int64), np.array(values), np.zeros(n, np.uint8))


def story(told: list[dict]) -> list[tuple]:
    """What happened to which alarm at which value, without the clock."""
    kinds = ("raised", "cleared")
    return [
        (x["point"], x["limit"], x["kind"], x["value"])
        for x in told
        if x["kind"] in kinds and not x.get("retrospective")
    ]


# --- troubled samples, with kills in between -------------------------------------------------------------------------


async def trouble(home: Path, rng: random.Random, seconds: float, outcome: Outcome) -> None:
    """Duplicates, a week late, out of order, in the future; a part of the plane killed now and then."""
    plane = Plane(home, forking=True)
    async with at_work(plane) as (_, js):
        until, n, value = time.monotonic() + seconds, 0, [50.0] * POINTS
        mark, old, strike_at = rng.getrandbits(64), [], time.monotonic() + rng.uniform(1, 3)
        while time.monotonic() < until or outcome.kills < 2:
            now, n = millis(), n + 1
            rows = batch(rng, value, now)
            what = rng.random()
            if what < 0.15 and old:
                rows = rng.choice(old)  # delivered before, word for word, as another message
            elif what < 0.30:
                rows = [(t, at - rng.randrange(7 * 24 * HOUR), v, q) for t, at, v, q in rows]
            elif what < 0.45:
                rows = [(t, at - rng.randrange(2000), v, q) for t, at, v, q in rng.sample(rows, len(rows))]
            elif what < 0.55:
                rows = [(t, at + rng.choice([90_000, HOUR, 400 * 24 * HOUR]), v, q) for t, at, v, q in rows]
            elif what < 0.60:
                rows = [(t, at, v, rng.choice([16, 19])) for t, at, v, q in rows]
            old.append(rows)
            await send(js, layout.raw("acme", "gw"), encode_json(rows, sent_at=now), f"{mark}-{n}")
            outcome.acknowledged += len(rows)
            if time.monotonic() > strike_at:
                plane.kill(rng.choice(["intake", "folds", "history", "bus"]))
                outcome.kills += 1
                strike_at = time.monotonic() + rng.uniform(2, 4)
            await asyncio.sleep(0.02)
        await examine(plane, js, outcome)


# --- bytes nobody meant ----------------------------------------------------------------------------------------------


def nonsense(rng: random.Random) -> bytes:
    now = millis()
    good = encode_json([("T1", now, 1.0, 0), ("T2", now, 2.0, 0)], sent_at=now)
    arrow = arrow_batch.encode(["T1"], [0] * 50, [now] * 50, [1.0] * 50, [0] * 50, sent_at=now)
    forms = (
        lambda: rng.randbytes(rng.randrange(400)),
        lambda: good[: rng.randrange(len(good))],
        lambda: arrow[: rng.randrange(8, len(arrow) - 16)],
        lambda: (
            arrow[:8] + bytes(b ^ (rng.random() < 0.05) * rng.randrange(1, 256) for b in arrow[8:120]) + arrow[120:200]
        ),
        lambda: b'{"values":' + b"[" * rng.randrange(50_000),
        lambda: json.dumps({"sent_at": "yesterday", "values": [["T1", 1, 2]]}).encode(),
        lambda: json.dumps({"values": [["T1", 10**30, 2]]}).encode(),
        lambda: json.dumps({"values": [[{"T1": 1}, now, 2]]}).encode(),
        lambda: json.dumps({"values": {"T1": 1}}).encode(),
        lambda: json.dumps(rng.choice([None, 1, "x", [], {}, {"values": None}])).encode(),
        lambda: b"\xff\xff\xff\xff" + rng.randbytes(200),
    )
    return rng.choice(forms)()


def says_nothing(data: bytes) -> bool:
    """A stream cut just behind its heading is a whole one without rows: nothing to complain of. One in some thousand is."""
    try:
        return pyarrow.ipc.open_stream(data).read_all().num_rows == 0
    except (pyarrow.ArrowException, OSError, ValueError):
        return False


async def fuzz(home: Path, rng: random.Random, seconds: float, outcome: Outcome) -> None:
    """Good batches among nonsense: the good ones are all kept, the rest lies in DEAD, and nobody fell."""
    plane = Plane(home, forking=True)
    async with at_work(plane) as (_, js):
        pids = {part: plane.parts[part].pid for part in READERS}
        stop = asyncio.Event()
        task = asyncio.create_task(publishing(js, rng, outcome, stop))
        mark, until = rng.getrandbits(64), time.monotonic() + seconds
        while time.monotonic() < until:
            code, data = rng.choice(["acme", "acme", "acme", "stranger"]), nonsense(rng)
            if says_nothing(data):
                continue
            outcome.kills += 1
            await send(js, layout.raw(code, "fuzz"), data, f"{mark}-{outcome.kills}")
            await asyncio.sleep(0.005)
        stop.set()
        await task
        await examine(plane, js, outcome)
        dead = (await js.stream_info("DEAD")).state.messages
        fallen = [
            part for part in READERS if plane.parts[part].poll() is not None or plane.parts[part].pid != pids[part]
        ]
        outcome.same_as_undisturbed &= not fallen and dead >= outcome.kills and b"Traceback" not in soak_log(plane)


def soak_log(plane: Plane) -> bytes:
    return Path(plane.log.name).read_bytes()


# --- three nodes -----------------------------------------------------------------------------------------------------


async def cluster(home: Path, rng: random.Random, seconds: float, outcome: Outcome) -> None:
    """A node and a fold killed while publishing. Every stream has three copies."""
    user, ports, routes = (
        User(name="bihuan", password="p" * 24),
        [free_port() for _ in range(3)],
        [free_port() for _ in range(3)],
    )
    addresses = tuple(f"nats://127.0.0.1:{p}" for p in routes)
    nodes = [
        Server(
            ServerSettings(
                home=home / f"n{n}", users=(user,), port=ports[n], name=f"n{n}", max_store="64GB",
                cluster=Cluster(port=routes[n], routes=addresses),
            )
        )
        for n in range(3)
    ]  # fmt: skip
    url = ",".join(f"nats://127.0.0.1:{p}" for p in ports)
    more = {"BIHUAN_BUS_URL": url, "BIHUAN_BUS_PASSWORD": user.password, "BIHUAN_BUS_REPLICAS": "3"}
    plane = Plane(home, forking=True, **more)
    try:
        for node in nodes:
            node.start()
        async with client.connect(url=url, user=user, name="soak") as nc:
            js = client.jetstream(nc, timeout=3)
            await patiently(lambda: commands.ensure(plane.settings))
            await patiently(lambda: prepare(js))
            plane.start("intake"), plane.start("folds"), plane.start("history")
            plane.parts["folds-1"] = plane.parts.pop("folds")
            plane.start("folds")
            await everybody(plane)
            stop = asyncio.Event()
            task = asyncio.create_task(publishing(js, rng, outcome, stop))
            for _ in range(2):
                await asyncio.sleep(rng.uniform(1.0, 2.0))
                node = rng.choice(nodes)
                node.kill()
                name = rng.choice(["folds", "folds-1"])
                plane.parts[name].kill()
                plane.parts[name].wait()
                await asyncio.sleep(rng.uniform(0.5, 2.0))
                node.start(wait_seconds=60)
                kept = plane.parts.get("folds")
                plane.start("folds")  # another process in the place of the killed one
                if name == "folds-1":
                    plane.parts["folds-1"], plane.parts["folds"] = plane.parts["folds"], kept
                outcome.kills += 2
                before = outcome.acknowledged
                while outcome.acknowledged < before + 20 * POINTS:
                    assert not task.done(), task.exception()
                    await asyncio.sleep(0.1)
                await whole(js)
            stop.set()
            await task
            await examine(plane, js, outcome)
    finally:
        plane.stop()
        for node in nodes:
            node.kill()


async def whole(js) -> None:
    """Until every copy of every stream has caught up: a second node may only be lost then."""

    async def look() -> None:
        for stream in layout.STREAMS:
            info = await js.stream_info(stream.name)
            if not info.cluster or not info.cluster.leader or not all(x.current for x in info.cluster.replicas or []):
                raise TimeoutError

    await patiently(look)


# --- compaction ------------------------------------------------------------------------------------------------------


async def merging(home: Path, rng: random.Random, seconds: float, outcome: Outcome) -> None:
    """kill -9 while files are appended, merged by the day and by the month, and swept."""
    seed, said, until = rng.getrandbits(32), 0, time.monotonic() + seconds
    env = Plane(home).env
    while time.monotonic() < until or outcome.kills < 3:
        command = [sys.executable, "-m", "bench._merging", str(home / "history"), str(seed)]
        child = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
        assert child.stdout
        first = int(child.stdout.readline())
        assert first > said
        await asyncio.sleep(rng.uniform(0.2, 1.5))
        child.kill()
        words = [x for x in child.stdout.read().split("\n") if x]
        child.wait()
        child.stdout.close()
        said = int(words[-1]) if words else first
        outcome.kills += 1
    store = Store(home / "history")
    outcome.acknowledged, outcome.in_log = said * _merging.ROWS, store.version.last_seq * _merging.ROWS
    outcome.lost = max(0, outcome.acknowledged - outcome.in_log)
    same = agrees(store, seed, outcome)
    store.sweep(grace_seconds=-1)
    store.tidy(today=_merging.FIRST + _merging.DAYS, files_a_tier=3, at_rest_seconds=-1)
    outcome.same_as_undisturbed = same and agrees(store, seed, outcome) and store.verify() == []


def agrees(store: Store, seed: int, outcome: Outcome) -> bool:
    """Rows and hourly extremes are those of all appends, of which the last received wins."""
    there = {}
    for n in range(1, store.version.last_seq + 1):
        s = _merging.rows(seed, n)
        columns = (s.point.tolist(), s.at.tolist(), s.value.tolist(), s.quality.tolist())
        there |= {(p, at): (v, q) for p, at, v, q in zip(*columns, strict=True)}
    history = History(store.folder)
    start, end = _merging.FIRST * DAY_MS, (_merging.FIRST + _merging.DAYS + 1) * DAY_MS
    s = history.rows(points=range(_merging.POINTS), start=start, end=end)
    columns = (s.point.tolist(), s.at.tolist(), s.value.tolist(), s.quality.tolist())
    found = {(p, at): (v, q) for p, at, v, q in zip(*columns, strict=True)}
    outcome.in_history, outcome.lost_in_history = len(s), len(there.keys() - found.keys())
    outcome.transitions, same = 0, found == there and len(s) == len(there)
    for point in range(_merging.POINTS):
        wanted: dict[int, float] = {}
        for (p, at), (v, q) in there.items():
            if p == point and q < 16:
                hour = at - at % HOUR
                wanted[hour] = max(wanted.get(hour, v), v)
        table = history.series(point=point, start=start, end=end, width_ms=HOUR)
        same &= wanted == dict(zip(table["begin"].to_pylist(), table["high"].to_pylist(), strict=True))
        outcome.transitions += len(wanted)
    return same


RUNS = {
    "gateway": gateway, "disk": disk, "recreate": recreate, "clock": clock, "trouble": trouble, "fuzz": fuzz, "cluster": cluster,
    "merging": merging,
}  # fmt: skip
