from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import numpy as np
import pytest

from bihuan.engines.alarms.samples import Samples
from bihuan.engines.alarms.settings import Limit, PointSettings
from bihuan.engines.alarms.terms import KIND
from bihuan.streams import wire
from bihuan.streams.bus import client, layout
from bihuan.streams.bus.server import Server, ServerSettings, free_port
from bihuan.streams.bus.users import Register


class Bus:
    """A real server of our own for one test: small limits, loopback, its own folder."""

    def __init__(self, home, *, mqtt: bool = False) -> None:
        self.register = Register(home / "users.json")
        self.ours = self.register.ours()
        self.enterprises = {code: self.register.issue(code) for code in ("acme", "next-door")}
        self.server = Server(
            ServerSettings(
                home=home / "bus",
                users=self.register.users(),
                port=free_port(),
                mqtt_port=free_port() if mqtt else 0,
                max_store="1GB",
            )
        )
        self.server.start()

    @asynccontextmanager
    async def connected(self, user=None, *, prepare=True):
        async with client.connect(url=self.server.url, user=user or self.ours, name="test", patient=True) as nc:
            js = client.jetstream(nc, timeout=5)
            if prepare:
                # Longer than any pause of a busy machine: only a test about an end of a lease lets one end.
                await layout.ensure(js, share=0.002, lease_seconds=600.0)
            yield nc, js


@pytest.fixture
def bus(tmp_path):
    made = Bus(tmp_path)
    yield made
    made.server.kill()


@pytest.fixture
def mqtt_bus(tmp_path):
    made = Bus(tmp_path, mqtt=True)
    yield made
    made.server.kill()


@pytest.fixture
def run():
    """Runs a coroutine with a limit, so that a hang is a failure and not a night."""
    return lambda coroutine, seconds=240: asyncio.run(asyncio.wait_for(coroutine, seconds))


class Log:
    """A day written by a seed: settings, samples with trouble in them, ticks, commands; the same for the same seed."""

    def __init__(self, seed: int = 1, *, points: int = 20, entries: int = 200) -> None:
        rng = np.random.default_rng(seed)
        self.now = START
        kinds = (("H", 80.0), ("HH", 90.0), ("L", 20.0), ("LL", 10.0))
        limits = tuple(
            Limit(kind=KIND[k], value=v, deadband=1.0, on_delay_ms=d)
            for (k, v), d in zip(kinds, (0, 2000, 0, 0), strict=True)
        )
        limits += (Limit(kind=KIND["LOST"], on_delay_ms=20_000),)
        everyone = [PointSettings(point=n, version=1, group="g", limits=limits) for n in range(points)]
        self.entries = [(layout.SETTINGS, wire.pack_settings(everyone, at=self.now))]
        self.rows = 0
        for n in range(entries):
            self.now += 1000
            what = rng.random()
            if what < 0.6:
                self.entries.append(("acme", self._batch(rng, points)))
            elif what < 0.9:
                self.entries.append((layout.CLOCK, wire.pack_tick(at=self.now)))
            elif what < 0.95:
                moved = (Limit(kind=KIND["H"], value=float(rng.integers(60, 85))), *limits[1:])
                one = PointSettings(
                    point=int(rng.integers(points)), version=n + 2, group="g", limits=moved, audit=f"a{n}"
                )
                self.entries.append((layout.SETTINGS, wire.pack_settings([one], at=self.now)))
            else:
                command = {
                    "do": "acknowledge",
                    "point": int(rng.integers(points)),
                    "limit": "H",
                    "occurrence": 1,
                    "by": "li",
                }
                self.entries.append((layout.COMMANDS, wire.pack_json(command | {"at": self.now})))

    def _batch(self, rng, points):
        rows = int(rng.integers(1, 40))
        self.rows += rows
        at = self.now - rng.integers(0, 1000, rows)
        at[rng.random(rows) < 0.05] -= 300_000
        return wire.pack(
            Samples(
                rng.integers(0, points + 1, rows).astype(np.int32),
                np.sort(at),
                rng.normal(50, 25, rows),
                np.where(rng.random(rows) < 0.02, 16, 0).astype(np.uint8),
            ),
            received_at=self.now,
        )


START = 1_700_000_000_000


@pytest.fixture
def log():
    return Log
