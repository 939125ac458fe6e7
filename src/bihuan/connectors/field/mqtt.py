"""MQTT: client of a customer's broker, 3.1.1 or 5. It subscribes; it has no publish."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import aiomqtt
from aiomqtt import ProtocolVersion

from bihuan.connectors.field.readings import Reading, Sink, as_reading
from bihuan.connectors.field.sparkplug import Sparkplug
from bihuan.streams.tasks import end, stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`value`: the payload is a number, or JSON in which `field` (dots go inwards) is one; the tag is the
    topic, or what
    `tag` says. `batch`: our own JSON with values. `sparkplug`: Sparkplug B.
    """

    filter: str
    form: Literal["value", "batch", "sparkplug"] = "value"
    tag: str = ""
    field: str = ""
    at_field: str = ""


class MqttSource:
    def __init__(
        self,
        *,
        host: str,
        port: int = 1883,
        topics: list[Topic],
        user: str | None = None,
        password: str | None = None,
        version: Literal["3.1.1", "5"] = "5",
        identifier: str | None = None,
        tls: bool = False,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.topics, self.clock = topics, clock
        self.sparkplug = Sparkplug()
        self.unreadable = 0
        self.connected = False
        self._options: dict[str, Any] = {
            "hostname": host,
            "port": port,
            "username": user,
            "password": password,
            "identifier": identifier,
            "protocol": ProtocolVersion.V5 if version == "5" else ProtocolVersion.V311,
            "tls_params": aiomqtt.TLSParameters() if tls else None,
        }

    async def run(self, sink: Sink, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with aiomqtt.Client(**self._options) as broker:
                    for x in self.topics:
                        await broker.subscribe(x.filter, qos=1)
                    self.connected = True
                    listening = asyncio.create_task(self._listen(broker, sink))
                    stopping = asyncio.create_task(stop.wait())
                    await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
                    failed = listening.done() and listening.exception()
                    await end(listening, stopping)
                    if failed:
                        raise failed
            except aiomqtt.MqttError:
                self.connected = False
                sink(self.sparkplug.everybody_lost(at=self.clock()))
                await stopped(stop, seconds=1.0)

    async def _listen(self, broker: aiomqtt.Client, sink: Sink) -> None:
        async for message in broker.messages:
            data = message.payload if isinstance(message.payload, bytes) else str(message.payload or "").encode()
            readings = self.take(str(message.topic), data)
            if readings:
                sink(readings)

    def take(self, topic: str, data: bytes) -> list[Reading]:
        """What the message says; what can't be read is counted and never guessed."""
        rule = next((x for x in self.topics if aiomqtt.Topic(topic).matches(x.filter)), None)
        if rule is None:
            return []
        now = self.clock()
        try:
            if rule.form == "sparkplug":
                return self.sparkplug.take(topic, data, now=now)
            if rule.form == "batch":
                rows = json.loads(data)["values"]
                return [as_reading(str(r[0]), int(r[1]), r[2]) for r in rows]
            content = json.loads(data)
            at = int(_inside(content, rule.at_field)) if rule.at_field else now
            return [as_reading(rule.tag or topic, at, _inside(content, rule.field) if rule.field else content)]
        except (ValueError, KeyError, IndexError, TypeError):
            self.unreadable += 1
            return []


def _inside(content: Any, path: str) -> Any:
    for name in path.split("."):
        content = content[name]
    return content
