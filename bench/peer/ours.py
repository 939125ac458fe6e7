"""Bihuan: bus, intake, fold and historian as processes; JSON batches on RAW as a gateway sends them, alarms read off the bus."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

from bench.peer.running import Peer, Told, now_ms
from bench.soak import Plane, connected, patiently
from bihuan.streams import wire
from bihuan.streams.bus import client, layout
from bihuan.streams.folds.steps import Step
from bihuan.streams.generating import ENTERPRISE, PARTITION, as_arrow, as_json, tag, tag_map
from bihuan.streams.history.manifest import Manifest
from bihuan.streams.history.read import History
from bihuan.streams.intake.worker import BATCH_HEADER
from bihuan.streams.workloads import Delivery, Workload

ROWS_A_MESSAGE = 5_000


class Bihuan(Peer):
    name = "Bihuan"
    stores = "every value, on the bus with fsync before answering, and in Parquet with fsync"
    arrow = False

    def __init__(self, folder: Path, workload: Workload) -> None:
        super().__init__(folder, workload)
        self.plane = Plane(folder)
        self.plane.env["BIHUAN_HISTORY_SEGMENT_SECONDS"] = "10"
        self.children = self.plane.parts
        self.open = AsyncExitStack()
        self.number = 0
        self.ticked = 0
        self.tags = [tag(n) for n in range(workload.points)]

    async def start(self) -> None:
        self.plane.start("bus")
        url, user = self.plane.settings.url(), self.plane.settings.user()
        await patiently(lambda: connected(url, user))
        self.nc = await self.open.enter_async_context(client.connect(url=url, user=user, name="bench"))
        self.js = client.jetstream(self.nc, timeout=5)
        await patiently(lambda: self.js.stream_info("DEAD"))
        await patiently(lambda: self.js.key_value(layout.POINTERS))
        settings = self.workload.settings
        for n in range(0, len(settings), 2000):
            data = wire.pack_settings(settings[n : n + 2000], at=now_ms())
            await patiently(lambda d=data: self.js.publish(layout.telemetry(PARTITION, layout.SETTINGS), d))
        bucket = await self.js.key_value(layout.POINTERS)
        await bucket.put(f"tags.{ENTERPRISE}", wire.pack_json(tag_map(self.workload).to_json()))
        await self.nc.subscribe(layout.alarms(PARTITION), cb=self._alarm)
        await self.nc.subscribe(layout.telemetry(PARTITION, layout.CLOCK), cb=self._tick)
        for part in ("intake", "folds", "history"):
            self.plane.start(part)
        await self._ready(0)

    async def _ready(self, since: int) -> None:
        """The fold's clock ticks: it has its lease and has restored its state."""
        for _ in range(3000):
            if self.ticked > since:
                return
            await asyncio.sleep(0.02)
        raise TimeoutError

    async def _tick(self, _) -> None:
        self.ticked = now_ms()

    async def _alarm(self, msg) -> None:
        at = now_ms()
        for x in Step.unpack(msg.data).transitions:
            if not x.get("retrospective"):
                self.told.append(Told(x["kind"], x["point"], x["limit"], at, x.get("sample_at") or 0))

    async def send(self, d: Delivery) -> None:
        for n in range(0, len(d.samples), ROWS_A_MESSAGE):
            part = Delivery(
                due_ms=d.due_ms, source=d.source, sent_at=d.sent_at, samples=d.samples[n : n + ROWS_A_MESSAGE]
            )
            data = as_arrow(part, self.tags, base=self.base) if self.arrow else as_json(part, base=self.base)
            self.number += 1
            header = {BATCH_HEADER: f"bench-{d.source}:{self.number}"}
            await patiently(lambda x=data, h=header: self.js.publish(layout.raw(ENTERPRISE, d.source), x, headers=h))
            self.sent += len(part.samples)

    async def finish(self) -> None:
        """The historian is asked to stop once it has read the log; it commits what it holds."""
        for _ in range(600):
            reached = (
                await self.js.stream_info("TELEMETRY", subjects_filter=f"TELEMETRY.{PARTITION}.{ENTERPRISE}")
            ).state
            last = int((await self.js.get_last_msg("TELEMETRY", layout.telemetry(PARTITION, ENTERPRISE))).seq or 0)
            if Manifest(self.plane.settings.history).newest().last_seq >= last and reached.messages:
                return
            await asyncio.sleep(0.2)

    async def stored(self) -> int:
        history, w = History(self.plane.settings.history), self.workload
        rows = await asyncio.to_thread(
            history.rows, points=range(w.points), start=self.base - 2_000_000, end=self.base + 10_000_000
        )
        return len(rows)

    def data(self) -> list[Path]:
        return [self.plane.settings.history / "samples"]

    async def kill(self) -> float:
        began, at = time.monotonic(), now_ms()
        for part in ("folds", "intake", "history"):
            self.plane.parts[part].kill()
        self.plane.kill("bus")
        for part in ("folds", "intake", "history"):
            self.plane.parts[part].wait()
            self.plane.start(part)
        await self._ready(at + 500)
        return time.monotonic() - began

    async def stop(self) -> None:
        await self.open.aclose()
        await asyncio.to_thread(self.plane.stop)


class BihuanArrow(Bihuan):
    name = "Bihuan, Arrow batches"
    arrow = True
