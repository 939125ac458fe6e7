"""OPC UA: subscribes to nodes and goes on after a lost session. Reads and browses only."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.uaerrors import UaError

from bihuan.connectors.field.readings import Reading, Sink, as_reading, not_connected
from bihuan.engines.alarms import terms as t
from bihuan.streams.tasks import stopped

_EPOCH = datetime(1970, 1, 1)  # compared with bare UTC times only


class _Changes:
    """What the library calls for every change; `source` time where the server has one."""

    def __init__(self, tags: dict[str, str], sink: Sink, clock: Callable[[], int]) -> None:
        self.tags, self.sink, self.clock = tags, sink, clock

    def datachange_notification(self, node: Any, val: Any, data: Any) -> None:
        tag = self.tags.get(node.nodeid.to_string())
        if tag is not None:
            self.sink([reading_of(tag, data.monitored_item.Value, val, self.clock())])


def reading_of(tag: str, data: Any, value: Any, now: int) -> Reading:
    moment = data.SourceTimestamp or data.ServerTimestamp
    at = round(moment.timestamp() * 1000) if moment and moment.tzinfo else now
    if moment and not moment.tzinfo:
        at = round((moment - _EPOCH).total_seconds() * 1000)  # OPC UA times are UTC; older servers' come bare
    status = data.StatusCode
    if status is None or status.is_good():
        return as_reading(tag, at, value)
    made = as_reading(tag, at, value, good=False)
    uncertain = (status.value >> 30) == 1
    return made._replace(quality=t.UNCERTAIN) if uncertain and made.value is not None else made


class OpcUaSource:
    def __init__(
        self,
        *,
        url: str,
        nodes: dict[str, str],
        period_ms: int = 1000,
        refresh_seconds: float = 30.0,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        """`nodes`: tag → node id. A value that never changes is read again every `refresh_seconds`: it isn't silent."""
        self.url, self.nodes, self.period, self.refresh, self.clock = url, nodes, period_ms, refresh_seconds, clock

    async def run(self, sink: Sink, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with Client(self.url, timeout=4) as plant:
                    await self._listen(plant, sink, stop)
            except (OSError, TimeoutError, UaError, ConnectionError):
                pass
            if not stop.is_set():
                sink(not_connected(list(self.nodes), self.clock()))
                await stopped(stop, seconds=1.0)

    async def _listen(self, plant: Client, sink: Sink, stop: asyncio.Event) -> None:
        by_id = {plant.get_node(x).nodeid.to_string(): tag for tag, x in self.nodes.items()}
        nodes = [plant.get_node(x) for x in self.nodes.values()]
        subscription = await plant.create_subscription(self.period, _Changes(by_id, sink, self.clock))
        await subscription.subscribe_data_change(nodes)
        while not await stopped(stop, seconds=min(1.0, self.refresh)):
            await plant.check_connection()
            if time.monotonic() - self._refreshed > self.refresh:
                await self._read_all(nodes, list(self.nodes), sink)

    _refreshed = 0.0

    async def _read_all(self, nodes: list[Any], tags: list[str], sink: Sink) -> None:
        self._refreshed = time.monotonic()
        now = self.clock()
        out = []
        for node, tag in zip(nodes, tags, strict=True):
            data = await node.read_data_value(raise_on_bad_status=False)
            found = reading_of(tag, data, data.Value.Value if data.Value else None, now)
            out.append(found._replace(at=now))  # still so now: that is what was read
        sink(out)


async def browse(url: str, *, most: int = 10_000) -> list[tuple[str, str, str]]:
    """位号浏览: (node id, path, type) of every variable below Objects, to make a tag map from."""
    out: list[tuple[str, str, str]] = []
    async with Client(url, timeout=4) as plant:
        todo = [(plant.nodes.objects, "")]
        while todo and len(out) < most:
            node, path = todo.pop()
            for child in await node.get_children():
                name = (await child.read_browse_name()).Name
                if child.nodeid.NamespaceIndex == 0:
                    continue  # the server's own description of itself
                kind = await child.read_node_class()
                if kind == ua.NodeClass.Variable:
                    type_ = (await child.read_data_type_as_variant_type()).name
                    out.append((child.nodeid.to_string(), f"{path}/{name}", type_))
                else:
                    todo.append((child, f"{path}/{name}"))
    return out
