"""Fault runs: real processes, real kills, then every promise counted. `python -m bench.soak --repeat 20 [--only bus]`.

One run: bus, intake, folds and historian as processes; a publisher that waits for every acknowledgement; a
victim killed
with -9 again and again (or stopped beyond its lease); then the log, the alarms and the history are compared with what
was acknowledged and with an undisturbed fold of the same log.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from nats.errors import Error as NatsError
from nats.js.errors import APIError, KeyNotFoundError, NotFoundError

from bench import _forking
from bench._forking import Forked
from bihuan.engines.alarms.settings import Limit, PointSettings
from bihuan.engines.alarms.terms import KIND
from bihuan.streams import wire
from bihuan.streams.bus import client, layout
from bihuan.streams.bus.server import free_port
from bihuan.streams.folds.fold import Fold
from bihuan.streams.folds.steps import Step
from bihuan.streams.history.manifest import Manifest
from bihuan.streams.history.read import History
from bihuan.streams.intake.decode import encode_json
from bihuan.streams.intake.tags import Tag, TagMap
from bihuan.streams.settings import from_environment

POINTS = 20
PATIENCE = 600.0  # a busy machine is no fault; only what never comes is
PARTITION = 5
VICTIMS = ("folds", "intake", "history", "bus", "sleep")
FAULTS = ("gateway", "disk", "recreate", "clock", "trouble", "fuzz", "cluster", "merging")  # bench/_faults.py


@dataclass(slots=True)
class Outcome:
    victim: str
    seed: int
    kills: int = 0
    acknowledged: int = 0
    in_log: int = 0
    in_history: int = 0
    transitions: int = 0
    lost: int = 0
    lost_in_history: int = 0
    alarms_lost: int = 0
    told_twice: int = 0
    same_as_undisturbed: bool = False
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        bad = (self.lost, self.lost_in_history, self.alarms_lost, self.told_twice)
        return self.same_as_undisturbed and not any(bad) and self.transitions > 0 and self.kills > 0


class Plane:
    """The processes of one installation under a folder of its own."""

    def __init__(self, home: Path, *, forking: bool = False, **more: str) -> None:
        self.forking = forking  # fault runs start a dozen processes each; measurements start them as users do
        self.env = os.environ | {
            "BIHUAN_HOME": str(home),
            "BIHUAN_BUS_PORT": str(free_port()),
            "BIHUAN_BUS_MQTT_PORT": "0",
            "BIHUAN_BUS_MAX_STORE": "64GB",
            "BIHUAN_HISTORY_SEGMENT_SECONDS": "2",
            "PYTHONPATH": os.pathsep.join(["src", *sys.path]),
            **more,
        }
        self.settings = from_environment(self.env)
        self.log = (home / "soak.log").open("ab")
        self.parts: dict[str, subprocess.Popen | Forked] = {}

    def start(self, part: str) -> None:
        words = ["bus", "up"] if part == "bus" else ["stream", part]
        if self.forking:
            self.parts[part] = _forking.start(words, env=self.env, log=Path(self.log.name))
            return
        command = [sys.executable, "-m", "bihuan.streams.commands", *words]
        self.parts[part] = subprocess.Popen(command, env=self.env, stdout=self.log, stderr=self.log)

    def kill(self, part: str) -> None:
        """The bus's supervisor lives; its nats-server is killed, as it would be by an out-of-memory killer."""
        process = self.parts[part]
        if part == "bus":
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            for child in children:
                os.kill(int(child), signal.SIGKILL)
            return
        process.kill()
        process.wait()
        self.start(part)

    def stop(self) -> None:
        for process in reversed(self.parts.values()):
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in reversed(self.parts.values()):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.log.close()


async def patiently(work):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            return await work()
        except (NatsError, APIError, TimeoutError):
            await asyncio.sleep(0.1)
    raise TimeoutError


async def prepare(js) -> None:
    levels = (("H", 80.0), ("HH", 95.0), ("L", 20.0))
    limits = tuple(Limit(kind=KIND[k], value=v, deadband=1.0) for k, v in levels)
    points = [PointSettings(point=n, version=1, limits=limits, lost_after_ms=600_000) for n in range(POINTS)]
    await js.publish(
        layout.telemetry(PARTITION, layout.SETTINGS), wire.pack_settings(points, at=time.time_ns() // 10**6)
    )
    tags = tuple(Tag(tag=f"T{n}", point=n) for n in range(POINTS))
    made = TagMap(enterprise="acme", partition=PARTITION, version=1, tags=tags)
    await (await js.key_value(layout.POINTERS)).put("tags.acme", wire.pack_json(made.to_json()))


async def publish(js, seed: int, outcome: Outcome, done: asyncio.Event) -> None:
    rng, n = random.Random(seed), 0
    value = [rng.uniform(0, 100) for _ in range(POINTS)]
    while not done.is_set():
        n += 1
        now = time.time_ns() // 10**6
        value = [min(120.0, max(-20.0, v + rng.gauss(0, 12))) for v in value]
        data = encode_json([(f"T{i}", now, round(v, 2), 0) for i, v in enumerate(value)], sent_at=now)
        await patiently(
            lambda d=data, k=n: js.publish(layout.raw("acme", "gw"), d, headers={"Nats-Msg-Id": f"{seed}-{k}"})
        )
        outcome.acknowledged += POINTS
        if n % 60 == 0:
            moved = Limit(kind=KIND["H"], value=80.0 + n % 7, deadband=1.0)
            change = PointSettings(point=n % POINTS, version=n, limits=(moved,), lost_after_ms=600_000)
            await patiently(
                lambda c=change, at=now: js.publish(
                    layout.telemetry(PARTITION, layout.SETTINGS), wire.pack_settings([c], at=at)
                )
            )
        await asyncio.sleep(0.01)


async def strike(plane: Plane, js, victim: str, seed: int, seconds: float, outcome: Outcome) -> None:
    rng, until = random.Random(seed * 7 + 1), time.monotonic() + seconds
    while time.monotonic() < until or outcome.kills == 0:
        await asyncio.sleep(rng.uniform(1.0, 3.0))
        outcome.kills += 1
        if victim != "sleep":
            plane.kill(victim)
            continue
        # A second process waits for the lease; the owner sleeps through it and wakes up believing it still has it.
        plane.parts["folds-2"] = plane.parts.pop("folds")
        plane.start("folds")
        before = await taken(js)
        sleeper = plane.parts["folds-2"]
        sleeper.send_signal(signal.SIGSTOP)
        while await owner(js) in (before, ""):
            await asyncio.sleep(0.1)
        await asyncio.sleep(rng.uniform(0.0, 3.0))
        sleeper.send_signal(signal.SIGCONT)
        await asyncio.sleep(rng.uniform(1.0, 3.0))
        return


async def owner(js) -> str:
    """Who has the partition's lease; nobody: empty."""

    async def look() -> str:
        try:
            return ((await (await js.key_value(layout.LEASES)).get(f"fold.{PARTITION}")).value or b"").decode()
        except KeyNotFoundError:
            return ""

    return await patiently(look)


async def taken(js) -> str:
    while not (who := await owner(js)):
        await asyncio.sleep(0.1)
    return who


@dataclass(frozen=True, slots=True)
class Before:
    epoch: str
    rows: list[tuple[int, str, bytes]]

    def samples(self) -> list[tuple[int, str, bytes]]:
        return [r for r in self.rows if not r[1].rsplit(".", 1)[-1].startswith("_")]


async def examine(plane: Plane, js, outcome: Outcome, *, before: Before | None = None) -> None:
    """Waits until everything has caught up with the log, then counts. `before`: the log of an epoch that has ended."""
    info = await patiently(lambda: js.stream_info("TELEMETRY"))
    epoch = info.config.metadata["epoch"]
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        rows = await patiently(lambda: log_rows(js))
        told = await patiently(lambda: told_until(js))
        manifest = Manifest(plane.settings.history).newest()
        fold = Fold(epoch=before.epoch if before else epoch)
        expected = [x for e in (before.rows if before else ()) for x in fold.apply(seq=e[0], subject=e[1], data=e[2])]
        if before:
            fold.begin_epoch(epoch)
        expected += [x for seq, subject, data in rows for x in fold.apply(seq=seq, subject=subject, data=data)]
        samples = [r for r in rows if not r[1].rsplit(".", 1)[-1].startswith("_")]
        kept = [wire.unpack(r[2]).samples for r in (*(before.samples() if before else ()), *samples)]
        outcome.in_log = sum(len(x) for x in kept)
        unique = {pair for x in kept for pair in zip(x.point.tolist(), x.at.tolist(), strict=True)}
        stored = manifest.epoch == epoch and manifest.last_seq >= max((r[0] for r in samples), default=0)
        reached = outcome.in_log >= outcome.acknowledged and stored
        if reached and len(told) >= len(expected):
            break
        await asyncio.sleep(1)
    outcome.transitions = len(told)
    names = [x["id"] for x in told]
    outcome.told_twice = len(names) - len(set(names))
    outcome.alarms_lost = len({x["id"] for x in expected} - set(names))
    outcome.same_as_undisturbed = told[: len(expected)] == expected
    outcome.lost = outcome.acknowledged - outcome.in_log
    found = History(plane.settings.history).rows(points=list(range(POINTS)), start=0, end=2 * 10**12)
    outcome.in_history = len(found)
    outcome.lost_in_history = len(unique) - outcome.in_history


async def log_rows(js) -> list[tuple[int, str, bytes]]:
    out, seq = [], 0
    while True:
        try:
            msg = await js.get_msg("TELEMETRY", seq=seq + 1, subject=f"TELEMETRY.{PARTITION}.>", next=True, direct=True)
        except NotFoundError:
            return out
        seq = msg.seq
        out.append((seq, msg.subject, msg.data))


async def told_until(js) -> list[dict]:
    out, seq = [], 0
    while True:
        try:
            msg = await js.get_msg("ALARMS", seq=seq + 1, subject=layout.alarms(PARTITION), next=True, direct=True)
        except NotFoundError:
            return out
        seq = msg.seq
        out += Step.unpack(msg.data).transitions


async def one(victim: str, seed: int, seconds: float) -> Outcome:
    if victim in FAULTS:
        # late: those runs are built from this module
        from bench import _faults

        return await _faults.one(victim, seed, seconds)
    outcome, began = Outcome(victim, seed), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        plane = Plane(Path(folder), forking=True)
        try:
            plane.start("bus")
            url, user = plane.settings.url(), plane.settings.user()
            await patiently(lambda: connected(url, user))
            async with client.connect(url=url, user=user, name="soak") as nc:
                js = client.jetstream(nc, timeout=5)
                await patiently(lambda: js.stream_info(f"KV_{layout.POINTERS}"))
                await patiently(lambda: prepare(js))
                for part in ("intake", "folds", "history"):
                    plane.start(part)
                await taken(js)
                done = asyncio.Event()
                publishing = asyncio.create_task(publish(js, seed, outcome, done))
                await strike(plane, js, victim, seed, seconds, outcome)
                done.set()
                await publishing
                await examine(plane, js, outcome)
        finally:
            plane.stop()
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


async def connected(url, user) -> None:
    try:
        async with client.connect(url=url, user=user, name="probe", patient=False):
            return
    except OSError as why:
        raise TimeoutError from why


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--only", choices=(*VICTIMS, *FAULTS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=8.0)
    args = parser.parse_args(argv)
    bad = 0
    for victim in (args.only,) if args.only else (*VICTIMS, *FAULTS):
        for seed in range(args.seed, args.seed + args.repeat):
            outcome = asyncio.run(one(victim, seed, args.seconds))
            bad += not outcome.good
            print(json.dumps(asdict(outcome) | {"good": outcome.good}), flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
