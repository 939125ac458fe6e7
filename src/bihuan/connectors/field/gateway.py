"""网关: `bihuan gateway config.toml`: reads, keeps on disk, sends with original times, deletes on our acknowledgement.

The acknowledgement is JetStream's: the message is on our disk. An MQTT PUBACK isn't one, so the gateway speaks NATS.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError

from bihuan.connectors.field.buffer import Buffer, BufferFull
from bihuan.connectors.field.readings import Reading, Source
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.streams.bus import client, layout
from bihuan.streams.bus.users import User
from bihuan.streams.intake.worker import BATCH_HEADER
from bihuan.streams.processes import stop_on_signals
from bihuan.streams.tasks import end, stopped


class BadGatewayConfig(Problem):
    code = "gateway.bad_config"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    enterprise: str
    name: str
    url: str
    user: str
    password: str
    buffer: Path
    buffer_bytes: int = 4 << 30
    batch_seconds: float = 1.0
    heartbeat_seconds: float = 30.0
    sources: tuple[dict[str, Any], ...] = ()


@dataclass(slots=True)
class Told:
    """What the heartbeat says of the gateway itself."""

    read: int = 0
    sent: int = 0
    refused: int = 0
    problems: dict[str, str] = field(default_factory=dict)


def read_config(path: Path) -> GatewaySettings:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        head = content["gateway"]
        made = GatewaySettings(
            enterprise=layout.token(head["enterprise"]),
            name=layout.token(head["name"]),
            url=head["url"],
            user=head["user"],
            password=head.get("password") or (path.parent / head["password_file"]).read_text(encoding="utf-8").strip(),
            buffer=path.parent / head.get("buffer", "buffer.db"),
            buffer_bytes=int(head.get("buffer_bytes", 4 << 30)),
            batch_seconds=float(head.get("batch_seconds", 1.0)),
            heartbeat_seconds=float(head.get("heartbeat_seconds", 30.0)),
            sources=tuple(content.get("source", ())),
        )
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as why:
        raise BadGatewayConfig(
            Text("网关配置 {p} 有误：{why}", "The gateway's configuration {p} is wrong: {why}").format(p=path, why=why)
        ) from why
    return made


class Gateway:
    def __init__(
        self,
        settings: GatewaySettings,
        sources: Sequence[Source],
        *,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.settings, self.sources, self.clock = settings, sources, clock
        self.buffer = Buffer(settings.buffer, most_bytes=settings.buffer_bytes)
        self.told = Told()
        self._readings: list[Reading] = []

    async def run(self, stop: asyncio.Event) -> None:
        reading = [asyncio.create_task(self._read(x, stop)) for x in self.sources]
        keeping = asyncio.create_task(self._keep(stop))
        try:
            await self._speak(stop)
        finally:
            await end(*reading, keeping)
            self._store()
            self.buffer.close()

    async def _read(self, source: Source, stop: asyncio.Event) -> None:
        """A source that fails is started again; the others go on."""
        name = type(source).__name__
        while not stop.is_set():
            try:
                await source.run(self._take, stop)
            except Exception as why:  # whatever a device's library throws must not end the gateway
                self.told.problems[name] = f"{type(why).__name__}: {why}"
            else:
                return
            await stopped(stop, seconds=2.0)

    def _take(self, readings: list[Reading]) -> None:
        self.told.read += len(readings)
        self._readings += readings

    async def _keep(self, stop: asyncio.Event) -> None:
        while not await stopped(stop, seconds=self.settings.batch_seconds):
            self._store()

    def _store(self) -> None:
        batch, self._readings = self._readings, []
        for i in range(0, len(batch), 5000):
            part = batch[i : i + 5000]
            try:
                self.buffer.keep(part, at=part[0].at)
            except BufferFull as why:
                self.told.refused += len(part)
                self.told.problems["buffer"] = why.text.en

    async def _speak(self, stop: asyncio.Event) -> None:
        s = self.settings
        user = User(name=s.user, password=s.password, enterprise=s.enterprise)
        while not stop.is_set():
            try:
                async with client.connect(url=s.url, user=user, name=f"gateway {s.name}") as nc:
                    js = client.jetstream(nc, timeout=5)
                    beat = asyncio.create_task(self._beat(nc, stop))
                    try:
                        await self._send(js, stop)
                    finally:
                        await end(beat)
            except (NatsError, APIError, OSError) as why:
                self.told.problems["link"] = f"{type(why).__name__}: {why}"
                await stopped(stop, seconds=1.0)

    async def _send(self, js: JetStreamContext, stop: asyncio.Event) -> None:
        """Oldest first and one after another, so that a week of backlog arrives in the order it was read."""
        subject = layout.raw(self.settings.enterprise, self.settings.name)
        while not stop.is_set():
            kept = self.buffer.oldest()
            for x in kept:
                body = f'{{"sent_at":{self.clock()},"values":{x.values}}}'.encode()
                mark = f"{self.buffer.name}:{x.number}"
                try:
                    await js.publish(subject, body, headers={BATCH_HEADER: mark, "Nats-Msg-Id": mark}, stream="RAW")
                except (NatsError, APIError) as why:
                    self.told.problems["link"] = f"{type(why).__name__}: {why}"
                    await stopped(stop, seconds=0.5)
                    break
                self.told.problems.pop("link", None)
                self.buffer.acknowledged(x.number)
                self.told.sent += 1
            if not kept and await stopped(stop, seconds=0.1):
                return

    async def _beat(self, nc: Any, stop: asyncio.Event) -> None:
        subject = f"HEARTBEAT.{self.settings.enterprise}.{self.settings.name}"
        while True:
            waiting, oldest = self.buffer.waiting()
            told: dict[str, Any] = {
                "sent_at": self.clock(),
                "waiting": waiting,
                "oldest": oldest,
                "read": self.told.read,
            }
            told |= {"sent": self.told.sent, "refused": self.told.refused, "problems": self.told.problems}
            await nc.publish(subject, json.dumps(told).encode())
            if await stopped(stop, seconds=self.settings.heartbeat_seconds):
                return


def gateway_command(argv: Sequence[str]) -> int:
    """bihuan gateway config.toml"""
    # late: the device libraries load only where a gateway runs
    from bihuan.connectors.field.sources import make_sources

    parser = argparse.ArgumentParser(prog="bihuan gateway", description="现场网关 the plant gateway")
    parser.add_argument("config", type=Path)
    args = parser.parse_args(argv)
    try:
        settings = read_config(args.config)
        gateway = Gateway(settings, make_sources(settings.sources))
    except Problem as why:
        sys.stderr.write(f"{why.text}\n")
        return 2

    async def main() -> None:
        await gateway.run(stop_on_signals())

    asyncio.run(main())
    return 0


if __name__ == "__main__":
    sys.exit(gateway_command(sys.argv[1:]))
