"""A gateway as a process of its own for the fault runs: the product's, with a source that makes readings from a seed."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from pathlib import Path

from bihuan.connectors.field.gateway import Gateway, read_config
from bihuan.connectors.field.readings import Reading
from bihuan.streams.processes import stop_on_signals

POINTS = 20


class Walk:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.value = [self.chance.uniform(0, 100) for _ in range(POINTS)]

    async def run(self, sink, stop) -> None:
        last = 0
        while not stop.is_set():
            now = max(time.time_ns() // 10**6, last + 1)
            last = now
            self.value = [min(120.0, max(-20.0, v + self.chance.gauss(0, 12))) for v in self.value]
            sink([Reading(f"T{n}", now, round(v, 2)) for n, v in enumerate(self.value)])
            await asyncio.sleep(0.02)


async def main() -> None:
    sources = [] if sys.argv[2] == "drain" else [Walk(int(sys.argv[2]))]
    await Gateway(read_config(Path(sys.argv[1])), sources).run(stop_on_signals())


if __name__ == "__main__":
    asyncio.run(main())
