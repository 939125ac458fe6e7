"""分区工人: takes the lease, restores, reads in order, publishes under the expected sequence, keeps the clock ticking.

Killed anywhere it loses nothing: what was not published is folded again from the log. Woken after its lease it is
refused at the next publication (`Fenced`) and ends; nothing it computed is seen by anybody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError

from bihuan.engines.alarms.settings import Patterns
from bihuan.streams import wire
from bihuan.streams.bus import layout
from bihuan.streams.bus.lease import Lease
from bihuan.streams.bus.reader import Entry, OrderedReader, StreamBeganAnew
from bihuan.streams.folds import snapshots
from bihuan.streams.folds.fencing import EXPECT, WRONG_SEQUENCE, Refused, fenced
from bihuan.streams.folds.fold import Fold
from bihuan.streams.folds.steps import Step, last_step
from bihuan.streams.tasks import end, stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    entries_a_step: int = 512
    snapshot_entries: int = 20_000
    snapshot_seconds: float = 60.0
    tick_seconds: float = 1.0
    renew_seconds: float = 5.0
    patterns: Patterns | None = None


class Worker:
    """One partition on this machine. `clock` is wall time in milliseconds; only the edge hands it in."""

    def __init__(
        self,
        *,
        client: Client,
        js: JetStreamContext,
        partition: int,
        owner: str,
        settings: WorkerSettings | None = None,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        told: Callable[[Step], None] = lambda _: None,
        has_ended: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.client, self.js, self.partition, self.owner = client, js, partition, owner
        self.has_ended = has_ended
        self.settings = settings or WorkerSettings()
        self.clock, self.told = clock, told
        self.fold: Fold | None = None
        self.expected = 0  # bus sequence of the partition's last step
        self.published = 0  # log sequence that step reached
        self.gap: list[int] | None = None
        self._lost = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop`, or raises Fenced. Waits for the lease as long as somebody else has it."""
        bucket = await self.js.key_value(layout.LEASES)
        lease = Lease(bucket, f"fold.{self.partition}", self.owner, has_ended=self.has_ended)
        while not await lease.try_take():
            if await stopped(stop, seconds=0.5):
                return None
        seconds = float((await lease.bucket.status()).ttl or layout.LEASE_SECONDS)
        keeping = asyncio.create_task(self._keep(lease))
        try:
            while True:
                await self._restore()
                try:
                    return await self._work(stop, lease, seconds)
                except Refused as why:
                    # An owner before us published late, but still first. Its step says what ours would have said.
                    if not await lease.renew():
                        raise fenced(f"fold.{self.partition}") from why
        finally:
            await end(keeping)
            await lease.release()

    async def _restore(self) -> None:
        info = await self.js.stream_info("TELEMETRY")
        epoch = str((info.config.metadata or {}).get("epoch", ""))
        self.expected, step = await last_step(self.js, self.partition)
        fold = await snapshots.load(self.js, self.partition)
        fresh = fold is None
        fold = fold or Fold(epoch=epoch, patterns=self.settings.patterns)
        reached = max([x.seq for x in (fold,) if x.epoch == epoch] + [step.last if step and step.epoch == epoch else 0])
        if reached > info.state.last_seq:
            # The stream was restored from an older copy: its numbers will come again with other content.
            epoch = await layout.begin_epoch(self.js, "TELEMETRY")
        if fold.epoch != epoch:
            fold.begin_epoch(epoch)
        self.published = step.last if step and step.epoch == epoch else 0
        if fold.seq + 1 < info.state.first_seq and (info.state.first_seq > 1 and not (fresh and step is None)):
            self.gap = [fold.seq + 1, info.state.first_seq - 1]
        self.fold = fold

    async def _work(self, stop: asyncio.Event, lease: Lease, lease_seconds: float) -> None:
        assert self.fold is not None
        fold, set_ = self.fold, self.settings
        subjects = (f"TELEMETRY.{self.partition}.>",)
        reader = OrderedReader(
            self.client, self.js, stream="TELEMETRY", subjects=subjects, after=fold.seq, epoch=fold.epoch
        )
        saved_seq, saved_at = fold.counts["entries"], time.monotonic()
        try:
            while not stop.is_set():
                if self._lost.is_set() or lease.may_have_run_out(seconds=lease_seconds):
                    raise fenced(f"fold.{self.partition}")
                entries = await reader.some(most=set_.entries_a_step, wait=0.5)
                if entries:
                    await self._step(fold, entries)
                due = time.monotonic() - saved_at > set_.snapshot_seconds and fold.counts["entries"] > saved_seq
                if due or fold.counts["entries"] - saved_seq >= set_.snapshot_entries:
                    await snapshots.save(self.js, self.partition, fold)
                    saved_seq, saved_at = fold.counts["entries"], time.monotonic()
            if fold.counts["entries"] > saved_seq:
                await snapshots.save(self.js, self.partition, fold)
        except StreamBeganAnew:
            await snapshots.save(self.js, self.partition, fold)  # the log that led here is gone; what is active stays
            raise
        finally:
            await reader.close()

    async def _step(self, fold: Fold, entries: list[Entry]) -> None:
        told = []
        first = fold.seq + 1
        for e in entries:
            more = fold.apply(seq=e.seq, subject=e.subject, data=e.data)
            if e.seq > self.published:
                told += more
        if not told and self.gap is None:
            return
        step = Step(
            epoch=fold.epoch,
            partition=self.partition,
            first=first,
            last=fold.seq,
            owner=self.owner,
            judged_at=self.clock(),
            transitions=told,
            gap=self.gap,
        )
        await self._publish(step)
        self.published, self.gap = fold.seq, None
        self.told(step)

    async def _publish(self, step: Step) -> None:
        """Publishes once. After a silence it looks whether the step had arrived instead of guessing."""
        data = step.pack()
        subject = layout.alarms(self.partition)
        while True:
            try:
                ack = await self.js.publish(subject, data, headers={EXPECT: str(self.expected)}, stream="ALARMS")
            except APIError as why:
                if why.err_code != WRONG_SEQUENCE and why.code is not None and why.code < 500:
                    raise
                if why.err_code == WRONG_SEQUENCE and not await self._arrived(step):
                    raise Refused from why
                if why.err_code == WRONG_SEQUENCE:
                    return
                await asyncio.sleep(0.2)  # full or leaderless: the log keeps what comes meanwhile
            except NatsError:
                if self._lost.is_set():
                    raise fenced(f"fold.{self.partition}") from None
                await asyncio.sleep(0.2)
            else:
                self.expected = ack.seq
                return

    async def _arrived(self, step: Step) -> bool:
        seq, last = await last_step(self.js, self.partition)
        if last is None or (last.owner, last.epoch, last.last) != (step.owner, step.epoch, step.last):
            return False
        self.expected = seq
        return True

    async def _keep(self, lease: Lease) -> None:
        """Renews the lease and puts the clock into the log; both end together, so a dead owner's time stands still."""
        since = 0.0
        while True:
            at = time.monotonic()
            try:
                if since >= self.settings.renew_seconds:
                    since = 0.0
                    if not await lease.renew():
                        break
                await self.js.publish(layout.telemetry(self.partition, layout.CLOCK), wire.pack_tick(at=self.clock()))
            except (NatsError, APIError):
                pass  # the bus is away; the lease will tell
            await asyncio.sleep(max(0.0, self.settings.tick_seconds - (time.monotonic() - at)))
            since += time.monotonic() - at
        self._lost.set()
