"""接收工人: reads RAW in order, writes TELEMETRY once.

Each message it writes names the last raw sequence it covers, and is published under the expected last sequence of its
subject. So the log itself says how far an enterprise was taken in: after a kill nothing is written twice, and a second
intake that believes itself alone is refused. No de-duplication window is relied on.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError, KeyNotFoundError, NotFoundError

from bihuan.engines.alarms.samples import Samples
from bihuan.streams import wire
from bihuan.streams.bus import layout
from bihuan.streams.bus.lease import Lease
from bihuan.streams.bus.reader import Entry, OrderedReader
from bihuan.streams.folds.fencing import EXPECT, WRONG_SEQUENCE, fenced
from bihuan.streams.intake.process import DeadLetter, Intake, IntakeSettings
from bihuan.streams.intake.tags import BadTags, TagMap
from bihuan.streams.intake.units import UnitsDoNotMeet
from bihuan.streams.tasks import end, stopped

MOST_ROWS = 20_000
SAMPLE_OF_DEAD = 16 * 1024  # how much of an unreadable message is kept with its reason; RAW keeps all of it for 8 days
STEP_BACK_MS = 1000
BATCH_HEADER = "Bihuan-Batch"  # buffer:number; numbers of a gateway's buffer rise, so a batch sent again is known


@dataclass(slots=True)
class Place:
    """Where an enterprise's subject stands: its last sequence and the raw sequence that covers."""

    expected: int
    taken: int


@dataclass(slots=True)
class Pending:
    parts: list[Samples] = field(default_factory=list)
    rows: int = 0
    raw: int = 0
    received_at: int = 0


class IntakeWorker:
    def __init__(
        self,
        *,
        client: Client,
        js: JetStreamContext,
        owner: str,
        settings: IntakeSettings | None = None,
        has_ended: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.client, self.js, self.owner, self.has_ended = client, js, owner, has_ended
        self.intake = Intake(settings)
        self.places: dict[str, Place] = {}
        self.taken = 0
        self.mark = 0
        self._revision: dict[str, int] = {}
        self._received = 0
        self._offset = 0
        self.lost_letters = 0
        self.batches: dict[str, int] = {}
        self._lost = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        lease = Lease(await self.js.key_value(layout.LEASES), "intake", self.owner, has_ended=self.has_ended)
        while not await lease.try_take():
            if await stopped(stop, seconds=0.5):
                return
        keeping = asyncio.create_task(self._keep(lease))
        try:
            await self._work(stop)
        finally:
            await end(keeping)
            await lease.release()

    async def _keep(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(layout.LEASE_SECONDS / 3)
            try:
                if not await lease.renew():
                    break
            except (NatsError, APIError):
                continue
        self._lost.set()

    async def _work(self, stop: asyncio.Event) -> None:
        epoch = await layout.epoch_of(self.js, "RAW")
        self.taken = await self._start(epoch)
        if self.taken > (await self.js.stream_info("RAW")).state.last_seq:
            epoch, self.taken = await layout.begin_epoch(self.js, "RAW"), 0  # restored from an older copy
        self.mark = zlib.crc32(epoch.encode()) & 0x7FFF
        await self.read_maps()
        reader = OrderedReader(self.client, self.js, stream="RAW", subjects=("RAW.>",), after=self.taken, epoch=epoch)
        looked = saved = time.monotonic()
        noted = self.taken
        try:
            while not stop.is_set():
                if self._lost.is_set():
                    raise fenced("intake")
                entries = await reader.some(most=1024, wait=0.5)
                if time.monotonic() - looked > 2.0:
                    await self.read_maps()
                    looked = time.monotonic()
                await self.take(entries)
                if entries:
                    self.taken = entries[-1].seq
                if self.taken > noted and time.monotonic() - saved > 2.0:
                    await self._save(epoch)
                    saved, noted = time.monotonic(), self.taken
            await self._save(epoch)
        finally:
            await reader.close()

    async def _save(self, epoch: str) -> None:
        bucket = await self.js.key_value(layout.POINTERS)
        content = {"epoch": epoch, "seq": self.taken, "batches": self.batches}
        await bucket.put("intake", json.dumps(content).encode())

    async def _start(self, epoch: str) -> int:
        bucket = await self.js.key_value(layout.POINTERS)
        try:
            known = json.loads((await bucket.get("intake")).value or b"{}")
        except KeyNotFoundError:
            return 0
        self.batches = dict(known.get("batches", {}))
        return int(known["seq"]) if known["epoch"] == epoch else 0

    async def read_maps(self) -> None:
        """位号表 lie in the pointer bucket; a new version is noted in the partition's log before it is used."""
        bucket = await self.js.key_value(layout.POINTERS)
        prefix = f"$KV.{layout.POINTERS}."
        try:
            info = await self.js.stream_info(f"KV_{layout.POINTERS}", subjects_filter=f"{prefix}tags.*")
        except (APIError, NatsError):
            return  # asked again in two seconds; the maps in hand stay in force
        keys = sorted(x.removeprefix(prefix) for x in info.state.subjects or {})
        for key in keys:
            entry = await bucket.get(key)
            if self._revision.get(key) == entry.revision:
                continue
            self._revision[key] = int(entry.revision or 0)
            try:
                tags = TagMap.from_json(wire.unpack_json(entry.value or b""))
            except (BadTags, UnitsDoNotMeet, wire.UnreadableEntry, layout.BadName, KeyError, TypeError) as why:
                await self._bury("_maps", DeadLetter("bad-tags", {"key": key, "why": str(why)}), b"")
                continue
            note = {
                "at": time.time_ns() // 1_000_000,
                "changes": [],
                "mapping": [tags.enterprise, tags.version, tags.audit],
            }
            await self.js.publish(layout.telemetry(tags.partition, layout.SETTINGS), wire.pack_json(note))
            self.intake.adopt(tags)
            self.places.pop(tags.enterprise, None)  # it may have moved to another partition

    async def take(self, entries: list[Entry]) -> None:
        """Coalesces what has arrived, per enterprise and in order, and writes it down."""
        waiting: dict[str, Pending] = {}
        for e in entries:
            code = e.subject.split(".")[1]
            received = self._steady(e.stored_at_ns // 1_000_000)
            place = await self._place(code) if code in self.intake.maps else None
            seen = self._seen(e)
            if seen or (place is not None and e.seq <= place.taken):
                continue
            taken = self.intake.take(enterprise=code, data=e.data, received_at=received)
            for letter in taken.dead:
                await self._bury(code, letter, e.data, seq=e.seq)
            if place is None:
                continue
            p = waiting.setdefault(code, Pending())
            if p.parts and taken.samples and p.rows + len(taken.samples) > MOST_ROWS:
                await self._write(code, p)
                p = waiting[code] = Pending()
            p.raw, p.received_at = e.seq, received
            if taken.samples:
                p.parts.append(taken.samples)
                p.rows += len(taken.samples)
        await asyncio.gather(*(self._write(code, p) for code, p in waiting.items()))

    def _seen(self, e: Entry) -> bool:
        """重发批次: a gateway that missed our acknowledgement sends again, perhaps after the bus's own window."""
        buffer, _, number = (e.headers or {}).get(BATCH_HEADER, "").rpartition(":")
        if not buffer or not number.isdigit():
            return False
        key = f"{e.subject}:{buffer}"
        if int(number) <= self.batches.get(key, 0):
            return True
        self.batches[key] = int(number)
        return False

    def _steady(self, stored_at: int) -> int:
        """收到时间: the bus's own, but never stepping back: a clock set back must not make every sample late."""
        received = stored_at + self._offset
        if received < self._received - STEP_BACK_MS:
            # One later than the last: two values of a point at the same moment would be a conflict, and the second not judged.
            received = self._received + 1
            self._offset = received - stored_at
        self._received = max(self._received, received)
        return received

    async def _place(self, code: str) -> Place:
        known = self.places.get(code)
        if known is None:
            subject = layout.telemetry(self.intake.maps[code].partition, code)
            try:
                msg = await self.js.get_last_msg("TELEMETRY", subject)
                batch = wire.unpack(msg.data or b"")
                mark, seq = batch.source >> 48, batch.source & ((1 << 48) - 1)
                known = Place(int(msg.seq or 0), seq if mark == self.mark else 0)
            except NotFoundError:
                known = Place(0, 0)
            self.places[code] = known
        return known

    async def _write(self, code: str, p: Pending) -> None:
        if not p.parts:
            return
        columns = zip(*((s.point, s.at, s.value, s.quality) for s in p.parts), strict=True)
        samples = Samples(*(np.concatenate(c) for c in columns))
        data = wire.pack(samples, received_at=p.received_at, source=self.mark << 48 | p.raw)
        place = await self._place(code)
        subject = layout.telemetry(self.intake.maps[code].partition, code)
        while True:
            try:
                ack = await self.js.publish(subject, data, headers={EXPECT: str(place.expected)}, stream="TELEMETRY")
            except APIError as why:
                if why.err_code == WRONG_SEQUENCE:
                    self.places.pop(code)
                    now = await self._place(code)
                    if now.taken != p.raw:
                        raise fenced("intake") from why
                    return  # it had arrived; only its answer was lost
                await asyncio.sleep(0.2)  # full or leaderless: RAW keeps what comes meanwhile
            except NatsError:
                if self._lost.is_set():
                    raise fenced("intake") from None
                await asyncio.sleep(0.2)
            else:
                place.expected, place.taken = ack.seq, p.raw
                return

    async def _bury(self, code: str, letter: DeadLetter, data: bytes, *, seq: int = 0) -> None:
        content = {
            "reason": letter.reason,
            "detail": letter.detail,
            "raw_seq": seq,
            "size": len(data),
            "sample": base64.b64encode(data[:SAMPLE_OF_DEAD]).decode(),
        }
        subject = f"DEAD.{code}.{letter.reason}"
        headers = {"Nats-Msg-Id": f"{self.mark}:{seq}:{letter.reason}"} if seq else None
        try:
            await self.js.publish(subject, wire.pack_json(content), headers=headers)
        except (APIError, NatsError):
            self.lost_letters += 1  # the bus is full or away; RAW still has the message
