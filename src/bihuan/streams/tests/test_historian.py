"""With a real bus: what the log holds is what the history holds, across drops of the historian."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from bihuan.engines.alarms.samples import Samples
from bihuan.streams import wire
from bihuan.streams.bus import layout
from bihuan.streams.history.read import History
from bihuan.streams.history.store import LAST_VALUES
from bihuan.streams.history.worker import Historian, HistorianSettings
from bihuan.streams.tasks import end

pytestmark = pytest.mark.nats
AT = 1_700_000_000_000
QUICK = HistorianSettings(
    rows_a_segment=300,
    seconds_a_segment=0.3,
    sweep_seconds=1.0,
    files_a_tier=4,
    at_rest_seconds=0.0,
    retention_days=10**5,
)


def batch(n, rows=10):
    at = AT + n * 1000 + np.arange(rows)
    s = Samples(np.arange(rows, dtype=np.int32), at, np.full(rows, float(n)), np.zeros(rows, np.uint8))
    return wire.pack(s, received_at=AT)


async def reaches(historian, seq):
    while historian.seq < seq:
        await asyncio.sleep(0.02)


def test_a_dropped_historian_holds_every_row_once(bus, run, tmp_path):
    async def story():
        async with bus.connected() as (nc, js):
            n = 0
            for round_ in range(4):
                historian = Historian(client=nc, js=js, folder=tmp_path / "h", settings=QUICK)
                task = asyncio.create_task(historian.run(asyncio.Event()))
                for _ in range(40):
                    n += 1
                    await js.publish(layout.telemetry(n % 3, "acme"), batch(n))
                await js.publish(layout.telemetry(1, layout.CLOCK), wire.pack_tick(at=AT))
                seq = (await js.stream_info("TELEMETRY")).state.last_seq
                await asyncio.wait_for(reaches(historian, seq - 20 * (round_ % 2)), 240)
                await end(task)
            historian, stop = Historian(client=nc, js=js, folder=tmp_path / "h", settings=QUICK), asyncio.Event()
            task = asyncio.create_task(historian.run(stop))
            await asyncio.wait_for(reaches(historian, (await js.stream_info("TELEMETRY")).state.last_seq), 240)
            answer = wire.unpack(
                (await nc.request(layout.LAST_VALUES, wire.pack_json({"points": [3]}), timeout=30)).data
            )
            stop.set()
            await task
            rows = History(tmp_path / "h").rows(points=list(range(10)), start=0, end=2 * AT)
            assert len(rows) == n * 10
            assert sum(x.rows for x in historian.store.version.of("samples")) == n * 10
            assert historian.store.verify() == []
            assert (answer.samples.point.tolist(), answer.samples.value.tolist()) == ([3], [float(n)])

    run(story(), 900)


@pytest.mark.parametrize("kept", ["the file", "a torn file", "no file"])
def test_a_point_that_fell_silent_keeps_its_last_value_over_a_restart(bus, run, tmp_path, kept):
    async def story():
        async with bus.connected() as (nc, js):
            await js.publish(layout.telemetry(0, "acme"), batch(7))
            for answered in (False, True):
                historian, stop = Historian(client=nc, js=js, folder=tmp_path, settings=QUICK), asyncio.Event()
                task = asyncio.create_task(historian.run(stop))
                await asyncio.wait_for(reaches(historian, 1), 240)
                if answered:
                    answer = wire.unpack(
                        (await nc.request(layout.LAST_VALUES, wire.pack_json({"points": [3]}), timeout=30)).data
                    )
                    assert (answer.samples.point.tolist(), answer.samples.value.tolist()) == ([3], [7.0])
                stop.set()
                await task
                if kept == "a torn file":
                    (tmp_path / LAST_VALUES).write_bytes(b"PAR1 torn")
                elif kept == "no file":
                    (tmp_path / LAST_VALUES).unlink(missing_ok=True)

    run(story(), 600)


def test_a_recreated_log_goes_on_in_a_new_epoch(bus, run, tmp_path):
    async def story():
        async with bus.connected() as (nc, js):
            for n in (1, 2):
                await js.publish(layout.telemetry(0, "acme"), batch(n))
                historian, stop = Historian(client=nc, js=js, folder=tmp_path, settings=QUICK), asyncio.Event()
                task = asyncio.create_task(historian.run(stop))
                await asyncio.wait_for(reaches(historian, 1), 240)
                stop.set()
                await task
                await js.delete_stream("TELEMETRY")
                await layout.ensure(js, share=0.002)
            assert len(History(tmp_path).rows(points=list(range(10)), start=0, end=2 * AT)) == 20

    run(story(), 600)
