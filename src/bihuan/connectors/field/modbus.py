"""Modbus TCP: reads holding or input registers on a rhythm. Read functions only; the client object never
leaves here.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pymodbus import ModbusException
from pymodbus.client import AsyncModbusTcpClient

from bihuan.connectors.field.readings import Reading, Sink, not_connected
from bihuan.streams.tasks import stopped

_FORMATS: Final = {"int16": ">h", "uint16": ">H", "int32": ">i", "uint32": ">I", "float32": ">f", "float64": ">d"}
MOST_REGISTERS: Final = 120  # one request carries 125 at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    tag: str
    address: int
    kind: str = "uint16"
    table: Literal["holding", "input"] = "holding"
    swapped: bool = False  # the low word first

    @property
    def words(self) -> int:
        return struct.calcsize(_FORMATS[self.kind]) // 2

    def value(self, words: Sequence[int]) -> float:
        if self.swapped:
            words = words[::-1]
        return float(struct.unpack(_FORMATS[self.kind], struct.pack(f">{len(words)}H", *words))[0])


class ModbusSource:
    def __init__(
        self,
        *,
        host: str,
        port: int = 502,
        unit: int = 1,
        registers: list[Register],
        every_seconds: float = 1.0,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.host, self.port, self.unit, self.clock = host, port, unit, clock
        self.every = every_seconds
        self.blocks = blocks(registers)
        self.tags = [x.tag for x in registers]

    async def run(self, sink: Sink, stop: asyncio.Event) -> None:
        plc = AsyncModbusTcpClient(self.host, port=self.port, timeout=3, retries=0)
        try:
            while not stop.is_set():
                began = time.monotonic()
                if not plc.connected and not await plc.connect():
                    sink(not_connected(self.tags, self.clock()))
                else:
                    sink([r for block in self.blocks for r in await self._read(plc, block)])
                if await stopped(stop, seconds=max(0.0, self.every - (time.monotonic() - began))):
                    return
        finally:
            plc.close()

    async def _read(self, plc: AsyncModbusTcpClient, block: list[Register]) -> list[Reading]:
        first = block[0].address
        count = max(x.address + x.words for x in block) - first
        ask = plc.read_holding_registers if block[0].table == "holding" else plc.read_input_registers
        at = self.clock()
        try:
            answer = await ask(first, count=count, device_id=self.unit)
        except (ModbusException, OSError, TimeoutError):
            return not_connected([x.tag for x in block], at)
        if answer.isError() or len(answer.registers) < count:
            return not_connected([x.tag for x in block], at)
        return [
            Reading(x.tag, at, x.value(answer.registers[x.address - first : x.address - first + x.words]))
            for x in block
        ]


def blocks(registers: list[Register]) -> list[list[Register]]:
    """Neighbours are read together; a gap costs less than a request."""
    out: list[list[Register]] = []
    for x in sorted(registers, key=lambda x: (x.table, x.address)):
        last = out[-1] if out else None
        if last and last[0].table == x.table and x.address + x.words - last[0].address <= MOST_REGISTERS:
            last.append(x)
        else:
            out.append([x])
    return out
