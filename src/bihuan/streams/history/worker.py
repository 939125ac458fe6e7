"""历史库工人: reads the log in order, commits segments, compacts, answers for last values. One per folder."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from bihuan.engines.alarms.samples import Samples
from bihuan.streams import wire
from bihuan.streams.bus import layout
from bihuan.streams.bus.reader import OrderedReader
from bihuan.streams.history.last import LastValues
from bihuan.streams.history.store import AT_REST_SECONDS, Store
from bihuan.streams.tasks import outlived


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorianSettings:
    rows_a_segment: int = 2_000_000
    seconds_a_segment: float = 30.0
    files_a_tier: int = 12  # so many files of a day become one
    at_rest_seconds: float = AT_REST_SECONDS
    retention_days: int = 3 * 366  # legal minimum 30 days (待核); installations may keep longer
    sweep_seconds: float = 300.0


class Historian:
    """What is committed decides where reading begins; the manifest's compare-and-set refuses a second historian."""

    def __init__(
        self, *, client: Client, js: JetStreamContext, folder: Path, settings: HistorianSettings | None = None
    ) -> None:
        self.client, self.js = client, js
        self.store = Store(folder)
        self.settings = settings or HistorianSettings()
        self.last = LastValues()
        self.seq = 0
        self.unreadable = 0
        self._parts: list[Samples] = []
        self._rows = 0
        self._encoding: asyncio.Task[object] | None = None
        self._house: asyncio.Task[None] | None = None  # merging a large day takes minutes; reading goes on

    async def run(self, stop: asyncio.Event) -> None:
        epoch = await layout.epoch_of(self.js, "TELEMETRY")
        known = self.store.refresh()
        info = await self.js.stream_info("TELEMETRY")
        if known.epoch == epoch and known.last_seq > info.state.last_seq:
            epoch = await layout.begin_epoch(self.js, "TELEMETRY")  # restored from an older copy
        self.last.take(await asyncio.to_thread(self.store.last_values))
        answering = await self.client.subscribe(layout.LAST_VALUES, cb=self._answer)
        self.seq = known.last_seq if known.epoch == epoch else 0
        reader = OrderedReader(
            self.client, self.js, stream="TELEMETRY", subjects=("TELEMETRY.*.*",), after=self.seq, epoch=epoch
        )
        committed = swept = time.monotonic()
        try:
            while not stop.is_set():
                for e in await reader.some(most=1024, wait=0.5):
                    self._take(e.subject, e.data)
                    self.seq = e.seq
                due = time.monotonic() - committed > self.settings.seconds_a_segment
                if self._rows >= self.settings.rows_a_segment or (due and self._rows):
                    await self._commit(epoch)
                    committed = time.monotonic()
                if self._house is not None and self._house.done():
                    self._house.result()
                    self._house, swept = None, time.monotonic()
                if self._house is None and time.monotonic() - swept > self.settings.sweep_seconds:
                    self._house = asyncio.create_task(asyncio.to_thread(self._keep_house))
            await self._commit(epoch)
            await self._commit(epoch)  # and waits for it
        finally:
            await outlived(self._encoding, self._house)  # a commit under way belongs to this historian, not to the next
            await reader.close()
            with suppress(NatsError):
                await answering.unsubscribe()

    def _take(self, subject: str, data: bytes) -> None:
        if subject.rsplit(".", 1)[-1].startswith("_"):
            return
        try:
            samples = wire.unpack(data).samples
        except wire.UnreadableEntry:
            self.unreadable += 1
            return
        self._parts.append(samples)
        self._rows += len(samples)
        self.last.take(samples)

    async def _commit(self, epoch: str) -> None:
        """Encoding runs beside reading, one segment at a time; the sequence committed is the one these rows reach."""
        if self._encoding is not None:
            await self._encoding
            self._encoding = None
        if not self._parts:
            return
        columns = zip(*((s.point, s.at, s.value, s.quality) for s in self._parts), strict=True)
        samples = Samples(*(np.concatenate(c) for c in columns))
        self._parts, self._rows = [], 0
        self._encoding = asyncio.create_task(
            asyncio.to_thread(self.store.append, samples, epoch=epoch, last_seq=self.seq, last=self.last.of())
        )

    def _keep_house(self) -> None:
        today = int(time.time() // 86_400)
        self.store.tidy(
            today=today, files_a_tier=self.settings.files_a_tier, at_rest_seconds=self.settings.at_rest_seconds
        )
        self.store.expire(before_day=today - self.settings.retention_days)
        self.store.sweep()

    async def _answer(self, msg: Msg) -> None:
        """`{"points": […]}` or nothing for all; the answer is a batch."""
        try:
            wanted = wire.unpack_json(msg.data)["points"] if msg.data else None
            found = self.last.of(None if wanted is None else np.array(wanted, np.int64))
        except (wire.UnreadableEntry, KeyError, TypeError, ValueError):
            found = self.last.of(np.zeros(0, np.int64))
        await msg.respond(wire.pack(found, received_at=time.time_ns() // 1_000_000))
