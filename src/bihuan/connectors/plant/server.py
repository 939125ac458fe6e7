"""装置 OPC UA 服务: the model behind a real OPC UA server, as a control system would show it. Loopback unless told otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from asyncua import ua
from asyncua.server.server import Server

from bihuan.connectors.plant.model import POINTS, Instruments

NAMESPACE: Final = "urn:bihuan:plant"


def node_ids(namespace: int = 2) -> dict[str, str]:
    """Tag → node id, the same on every start, so that a gateway's configuration stays right."""
    return {x.tag: f"ns={namespace};s={x.tag}" for x in POINTS}


class PlantServer:
    def __init__(self, instruments: Instruments, *, host: str = "127.0.0.1", port: int = 4840) -> None:
        self.instruments = instruments
        self.url = f"opc.tcp://{host}:{port}/bihuan/plant"
        self._server = Server()
        self._nodes: dict[str, Any] = {}

    async def start(self) -> None:
        server = self._server
        await server.init()
        server.set_endpoint(self.url)
        server.set_server_name("Bihuan plant model")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        space = await server.register_namespace(NAMESPACE)
        ids, folders = node_ids(space), {}
        first = self.instruments.read()
        for point in POINTS:
            folder, _, name = point.path.partition("/")
            if folder not in folders:
                folders[folder] = await server.nodes.objects.add_object(space, folder)
            node = await folders[folder].add_variable(ua.NodeId.from_string(ids[point.tag]), name, first[point.tag])
            self._nodes[point.tag] = node
        await server.start()

    async def advance(self, seconds: float) -> Mapping[str, float]:
        """Lets the plant run and shows what its instruments read then."""
        self.instruments.plant.advance(seconds)
        shown = self.instruments.read()
        for tag, value in shown.items():
            await self._nodes[tag].write_value(value)
        return shown

    async def run(self, stop: asyncio.Event, *, speed: float = 1.0, every: float = 1.0) -> None:
        """`speed` plant seconds a second."""
        while not stop.is_set():
            await self.advance(speed * every)
            try:
                await asyncio.wait_for(stop.wait(), every)
            except TimeoutError:
                continue

    async def stop(self) -> None:
        await self._server.stop()
