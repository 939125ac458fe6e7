from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

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
                await layout.ensure(js, share=0.002)
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
    return lambda coroutine, seconds=60: asyncio.run(asyncio.wait_for(coroutine, seconds))
