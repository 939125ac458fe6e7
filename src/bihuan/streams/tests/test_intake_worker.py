"""With a real bus: RAW becomes TELEMETRY once, whatever happens to the worker."""

from __future__ import annotations

import asyncio
import time

import pytest
from nats.js.errors import NotFoundError

from bihuan.streams import wire
from bihuan.streams.bus import layout
from bihuan.streams.bus.reader import Entry
from bihuan.streams.folds.fencing import Fenced
from bihuan.streams.intake.decode import encode_json
from bihuan.streams.intake.tags import Tag, TagMap
from bihuan.streams.intake.worker import IntakeWorker
from bihuan.streams.tasks import end

pytestmark = pytest.mark.nats
AT = 1_700_000_000_000


async def tags_for(js, *codes, points=5):
    bucket = await js.key_value(layout.POINTERS)
    for n, code in enumerate(codes):
        tags = tuple(Tag(tag=f"T{i}", point=n * points + i) for i in range(points))
        made = TagMap(enterprise=code, partition=3, version=1, tags=tags)
        await bucket.put(f"tags.{code}", wire.pack_json(made.to_json()))


async def taken(js, code):
    """All (point, at, value) of the enterprise in the log, in order."""
    out, seq = [], 0
    while True:
        try:
            msg = await js.get_msg("TELEMETRY", seq=seq + 1, subject=layout.telemetry(3, code), next=True)
        except NotFoundError:
            return out
        seq = msg.seq
        s = wire.unpack(msg.data).samples
        out += list(zip(s.point.tolist(), s.at.tolist(), s.value.tolist(), strict=True))


def message(n, code_rows=5, sent_at=AT):
    return encode_json([(f"T{i}", n, float(n), 0) for i in range(code_rows)], sent_at=sent_at)


async def until(condition):
    while not await condition():
        await asyncio.sleep(0.03)


def test_a_dropped_worker_takes_every_message_in_exactly_once(bus, run):
    async def story():
        async with bus.connected() as (nc, js):
            await tags_for(js, "acme", "next-door")
            total = 0
            for round_ in range(4):
                worker = IntakeWorker(client=nc, js=js, owner=f"w{round_}")
                task = asyncio.create_task(worker.run(asyncio.Event()))
                for _ in range(25):
                    total += 1
                    for code in ("acme", "next-door"):
                        await js.publish(layout.raw(code, "gw"), message(total, sent_at=time.time_ns() // 10**6))

                async def half(worker=worker, wanted=total * 2 - 10):
                    return worker.taken >= wanted

                await asyncio.wait_for(until(half), 40)
                await end(task)
            worker = IntakeWorker(client=nc, js=js, owner="last")
            task = asyncio.create_task(worker.run(asyncio.Event()))

            async def all_():
                return worker.taken >= total * 2

            await asyncio.wait_for(until(all_), 40)
            await end(task)
            expected = [(i, n, float(n)) for n in range(1, total + 1) for i in range(5)]
            assert await taken(js, "acme") == expected
            assert await taken(js, "next-door") == [(i + 5, n, v) for i, n, v in expected]

    run(story(), 90)


def entry(seq, data, code="acme"):
    return Entry(seq, layout.raw(code, "gw"), data, AT * 1_000_000, None)


async def a_worker(nc, js):
    worker = IntakeWorker(client=nc, js=js, owner="x")
    worker.mark = 7
    await worker.read_maps()
    return worker


def test_an_intake_that_believes_itself_alone_is_refused(bus, run):
    async def story():
        async with bus.connected() as (nc, js):
            await tags_for(js, "acme")
            one, two = await a_worker(nc, js), await a_worker(nc, js)
            await one.take([entry(1, message(1))])
            await two.take([entry(1, message(1)), entry(2, message(2))])
            with pytest.raises(Fenced):
                await one.take([entry(2, message(2)), entry(3, message(3))])
            assert [x[1] for x in await taken(js, "acme")] == [1] * 5 + [2] * 5

    run(story())


def test_what_cannot_be_taken_in_lies_in_the_dead_letters_with_its_reason(bus, run):
    async def story():
        async with bus.connected() as (nc, js):
            await tags_for(js, "acme")
            worker = await a_worker(nc, js)
            await worker.take([entry(1, b"broken"), entry(2, message(1, 7)), entry(3, b"{}", "stranger")])
            info = await js.stream_info("DEAD", subjects_filter=">")
            assert set(info.state.subjects) == {
                "DEAD.acme.broken",
                "DEAD.acme.unknown-tags",
                "DEAD.stranger.unknown-enterprise",
            }
            letter = wire.unpack_json((await js.get_last_msg("DEAD", "DEAD.acme.unknown-tags")).data)
            assert (letter["raw_seq"], letter["detail"]) == (2, {"tags": {"T5": 1, "T6": 1}})
            assert len(await taken(js, "acme")) == 5

    run(story())


def test_a_broken_tag_map_leaves_the_old_one_in_force(bus, run):
    async def story():
        async with bus.connected() as (nc, js):
            await tags_for(js, "acme")
            worker = await a_worker(nc, js)
            bucket = await js.key_value(layout.POINTERS)
            await bucket.put(
                "tags.acme", wire.pack_json({"enterprise": "acme", "partition": 99, "version": 2, "tags": []})
            )
            await worker.read_maps()
            await worker.take([entry(1, message(1))])
            assert len(await taken(js, "acme")) == 5
            assert (await js.get_last_msg("DEAD", "DEAD._maps.bad-tags")).seq == 1

    run(story())


def test_a_server_clock_set_back_does_not_set_receipt_back(bus, run):
    async def story():
        async with bus.connected() as (nc, js):
            worker = IntakeWorker(client=nc, js=js, owner="x")
            seen = [worker._steady(x) for x in (AT, AT + 1000, AT - 900_000, AT - 899_000)]
            assert seen == [AT, AT + 1000, AT + 1001, AT + 2001], "and never twice the same moment"

    run(story())
