"""With a real bus: a worker killed, fenced, restored; the told transitions equal a plain fold of the log, once each."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest
from nats.js.errors import NotFoundError

from bihuan.engines.alarms.samples import Samples
from bihuan.engines.alarms.settings import Limit, PointSettings
from bihuan.engines.alarms.terms import KIND
from bihuan.streams import wire
from bihuan.streams.bus import layout
from bihuan.streams.bus.reader import StreamBeganAnew
from bihuan.streams.folds import snapshots
from bihuan.streams.folds.fencing import Fenced
from bihuan.streams.folds.fold import Fold
from bihuan.streams.folds.steps import Step, last_step
from bihuan.streams.folds.worker import Worker, WorkerSettings
from bihuan.streams.tasks import end

pytestmark = pytest.mark.nats
QUICK = WorkerSettings(entries_a_step=8, snapshot_entries=30, renew_seconds=0.3, tick_seconds=0.2)
P = 3


async def write(js, entries, *, partition=P):
    for what, data in entries:
        await js.publish(layout.telemetry(partition, what), data)


async def steps_told(js):
    """Every transition the bus holds for the partition, in order."""
    told, seq = [], 0
    while True:
        try:
            msg = await js.get_msg("ALARMS", seq=seq + 1, subject=layout.alarms(P), next=True)
        except NotFoundError:
            return told
        seq = msg.seq
        told += Step.unpack(msg.data).transitions


async def folded(js, *, until):
    """The undisturbed run: a plain fold of the very log the bus holds."""
    info = await js.stream_info("TELEMETRY")
    fold, told = Fold(epoch=info.config.metadata["epoch"]), []
    for seq in range(1, until + 1):
        msg = await js.get_msg("TELEMETRY", seq=seq)
        if msg.subject.startswith(f"TELEMETRY.{P}."):
            told += fold.apply(seq=seq, subject=msg.subject, data=msg.data)
    return told


async def caught_up(worker, seq):
    while worker.fold is None or worker.fold.seq < seq:
        await asyncio.sleep(0.02)


def a_worker(nc, js, owner, settings=QUICK):
    return Worker(client=nc, js=js, partition=P, owner=owner, settings=settings)


def test_what_is_told_equals_a_plain_fold_of_the_log(bus, run, log):
    async def story():
        async with bus.connected() as (nc, js):
            await write(js, log(1).entries)
            worker, stop = a_worker(nc, js, "one"), asyncio.Event()
            task = asyncio.create_task(worker.run(stop))
            await caught_up(worker, 200)
            stop.set()
            await task
            _, step = await last_step(js, P)
            assert await steps_told(js) == await folded(js, until=worker.fold.seq)
            assert (await snapshots.pointer(js, P)).seq == worker.fold.seq
            assert step.last <= worker.fold.seq

    run(story())


@pytest.mark.parametrize("seed", [1, 2])
def test_a_worker_dropped_again_and_again_tells_everything_once(bus, run, log, seed):
    async def story():
        async with bus.connected() as (nc, js):
            entries, n = log(seed, entries=250).entries, 0
            while entries:
                worker = a_worker(nc, js, f"owner-{n}")
                task = asyncio.create_task(worker.run(asyncio.Event()))
                await write(js, entries[:40])
                entries = entries[40:]
                seq = (await js.stream_info("TELEMETRY")).state.last_seq
                await asyncio.wait_for(caught_up(worker, seq - 20 * (n % 2)), 40)
                await end(task)
                await run_out(js)
                n += 1
            worker, stop = a_worker(nc, js, "last"), asyncio.Event()
            task = asyncio.create_task(worker.run(stop))
            await caught_up(worker, (await js.stream_info("TELEMETRY")).state.last_seq)
            stop.set()
            await task
            told = await steps_told(js)
            assert len({x["id"] for x in told}) == len(told)
            assert told == await folded(js, until=worker.fold.seq)

    run(story())


async def run_out(js):
    """What the bucket does to a lease that nobody renews."""
    await (await js.key_value(layout.LEASES)).delete(f"fold.{P}")


class Sleeper(Worker):
    """Sleeps between reading and publishing, and doesn't notice by its own clock: only the bus can stop it."""

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.asleep, self.wake = asyncio.Event(), asyncio.Event()

    async def _publish(self, step):
        if step.last > 60:
            self.asleep.set()
            await self.wake.wait()
        await super()._publish(step)


@pytest.mark.parametrize("how", ["its lease ran out", "it was taken for dead"])
def test_an_owner_that_slept_through_its_lease_is_refused_at_its_next_step(bus, run, log, how):
    async def story():
        async with bus.connected() as (nc, js):
            entries = log(3).entries
            await write(js, entries[:60])
            lazy = replace(QUICK, renew_seconds=1000.0)
            sleeper = Sleeper(client=nc, js=js, partition=P, owner="sleeper", settings=lazy)
            first = asyncio.create_task(sleeper.run(asyncio.Event()))
            await caught_up(sleeper, 60)
            await write(js, entries[60:])
            await sleeper.asleep.wait()
            other, stop = a_worker(nc, js, "other"), asyncio.Event()
            if how == "its lease ran out":
                await run_out(js)
            else:
                other.has_ended = lambda owner: owner == "sleeper"
            second = asyncio.create_task(other.run(stop))
            await caught_up(other, (await js.stream_info("TELEMETRY")).state.last_seq)
            sleeper.wake.set()
            with pytest.raises(Fenced):
                await asyncio.wait_for(first, 30)
            seq = (await js.stream_info("TELEMETRY")).state.last_seq
            await caught_up(other, seq)
            stop.set()
            await second
            assert await steps_told(js) == await folded(js, until=other.fold.seq)

    run(story())


def test_an_owner_that_cannot_renew_stops_by_its_own_clock(bus, run):
    async def story():
        async with bus.connected(prepare=False) as (nc, js):
            await layout.ensure(js, share=0.002, lease_seconds=2.0)
            worker = a_worker(nc, js, "one", replace(QUICK, renew_seconds=1000.0))
            with pytest.raises(Fenced):
                await asyncio.wait_for(worker.run(asyncio.Event()), 30)

    run(story())


def test_the_rightful_owner_goes_on_behind_a_step_published_late_by_the_one_before(bus, run, log):
    async def story():
        async with bus.connected() as (nc, js):
            entries = log(6).entries
            await write(js, entries[:60])
            worker, stop = a_worker(nc, js, "rightful"), asyncio.Event()
            task = asyncio.create_task(worker.run(stop))
            await caught_up(worker, 60)
            _, step = await last_step(js, P)
            late = Step(epoch=step.epoch, partition=P, first=1, last=step.last, owner="late", judged_at=0)
            await js.publish(layout.alarms(P), late.pack())
            await write(js, entries[60:])
            await caught_up(worker, (await js.stream_info("TELEMETRY")).state.last_seq)
            stop.set()
            await task
            assert await steps_told(js) == await folded(js, until=worker.fold.seq)

    run(story())


def test_only_one_of_two_workers_works_on_a_partition(bus, run, log):
    async def story():
        async with bus.connected() as (nc, js):
            one, two, stop = a_worker(nc, js, "one"), a_worker(nc, js, "two"), asyncio.Event()
            tasks = [asyncio.create_task(w.run(stop)) for w in (one, two)]
            await write(js, log(5).entries[:20])
            while not one.fold and not two.fold:
                await asyncio.sleep(0.02)
            await asyncio.sleep(1.0)
            assert (one.fold is None) != (two.fold is None)
            stop.set()
            await asyncio.gather(*tasks)

    run(story())


def test_a_recreated_log_is_a_new_epoch_and_active_alarms_stay(bus, run, log):
    async def story():
        async with bus.connected() as (nc, js):
            await write(js, log(1).entries)
            worker, stop = a_worker(nc, js, "one"), asyncio.Event()
            task = asyncio.create_task(worker.run(stop))
            await caught_up(worker, 200)
            stop.set()
            await task
            active = dict(worker.fold.live.life.alarms)
            assert active
            await js.delete_stream("TELEMETRY")
            await layout.ensure(js, share=0.002)
            again, stop = a_worker(nc, js, "two"), asyncio.Event()
            task = asyncio.create_task(again.run(stop))
            await write(js, [(layout.CLOCK, wire.pack_tick(at=log(1).now))])
            await caught_up(again, 1)
            assert again.fold.epoch == await layout.epoch_of(js, "TELEMETRY") != worker.fold.epoch
            assert set(again.fold.live.life.alarms) >= set(active)
            stop.set()
            await task

    run(story())


def test_a_log_restored_from_an_older_copy_begins_a_new_epoch(bus, run, log):
    async def story():
        async with bus.connected() as (nc, js):
            fold = Fold(epoch=await layout.epoch_of(js, "TELEMETRY"), seq=500)
            await snapshots.save(js, P, fold)
            worker, stop = a_worker(nc, js, "one"), asyncio.Event()
            task = asyncio.create_task(worker.run(stop))
            await write(js, log(1).entries[:5])
            await caught_up(worker, 3)
            assert worker.fold.epoch == await layout.epoch_of(js, "TELEMETRY") != fold.epoch
            stop.set()
            await task

    run(story())


def test_a_snapshot_never_moves_back(bus, run):
    async def story():
        async with bus.connected() as (_, js):
            assert await snapshots.save(js, P, Fold(epoch="e", seq=10))
            assert not await snapshots.save(js, P, Fold(epoch="e", seq=9))
            assert (await snapshots.load(js, P)).seq == 10

    run(story())


def test_a_log_trimmed_beyond_the_snapshot_is_reported_as_a_gap(bus, run, log):
    async def story():
        async with bus.connected() as (nc, js):
            await write(js, log(1).entries[:50])
            await snapshots.save(js, P, Fold(epoch=await layout.epoch_of(js, "TELEMETRY"), seq=10))
            await js.purge_stream("TELEMETRY", seq=31)
            worker, stop = a_worker(nc, js, "one"), asyncio.Event()
            task = asyncio.create_task(worker.run(stop))
            await caught_up(worker, 50)
            stop.set()
            await task
            msg = await js.get_msg("ALARMS", seq=1, subject=layout.alarms(P), next=True)
            assert Step.unpack(msg.data).gap == [11, 30]

    run(story())


def test_an_alarm_stays_active_when_the_log_is_made_anew_under_a_worker(bus, run):
    """Before any snapshot was due: the log that led to the alarm is gone with the stream."""
    limits = (Limit(kind=KIND["H"], value=80.0),)
    settings = [PointSettings(point=1, version=1, limits=limits)]

    def sample(at, value):
        one = Samples(np.array([1], np.int32), np.array([at]), np.array([value]), np.zeros(1, np.uint8))
        return "acme", wire.pack(one, received_at=at)

    async def story():
        async with bus.connected() as (nc, js):
            told, stop = [], asyncio.Event()
            first = Worker(
                client=nc, js=js, partition=P, owner="one", settings=replace(QUICK, snapshot_entries=10**6),
                told=lambda step: told.extend(step.transitions),
            )  # fmt: skip
            change = (layout.SETTINGS, wire.pack_settings(settings, at=1000))
            await write(js, [change, sample(2000, 90.0)])
            task = asyncio.create_task(first.run(stop))
            while not told:
                await asyncio.sleep(0.02)
            await js.delete_stream("TELEMETRY")
            await layout.ensure(js, share=0.002, lease_seconds=3.0)
            with pytest.raises(StreamBeganAnew):
                await task
            second = Worker(client=nc, js=js, partition=P, owner="two", told=lambda step: told.extend(step.transitions))
            task = asyncio.create_task(second.run(stop))
            await write(js, [change, sample(3000, 70.0)])
            while len(told) < 2:
                await asyncio.sleep(0.02)
            stop.set()
            await task
            assert [(x["kind"], x["occurrence"]) for x in told] == [("raised", 1), ("cleared", 1)]
            assert len({x["id"].split(":")[0] for x in told}) == 2

    run(story())
