"""With a real nats-server: layout, credentials, lease, one message a step, ordered reading across restarts."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from types import SimpleNamespace

import nats.errors
import pytest
from nats.js.api import KeyValueConfig
from nats.js.errors import APIError, KeyNotFoundError

from bihuan.streams.bus import client, layout
from bihuan.streams.bus.lease import Lease
from bihuan.streams.bus.reader import OrderedReader, StreamBeganAnew
from bihuan.streams.bus.server import NO_ROOM, Server, ServerSettings, configuration

pytestmark = pytest.mark.nats
EXPECT = "Nats-Expected-Last-Subject-Sequence"


def test_the_layout_is_made_once_and_keeps_its_epoch(bus, run):
    async def story():
        async with bus.connected() as (_, js):
            before = await layout.epoch_of(js, "TELEMETRY")
            await layout.ensure(js, share=0.004)
            after = await js.stream_info("TELEMETRY")
            assert after.config.metadata["epoch"] == before
            assert after.config.max_bytes == int(16384 * layout.MB * 0.004)
            assert await layout.begin_epoch(js, "TELEMETRY") != before

    run(story())


def test_a_step_is_refused_when_somebody_else_has_written_since(bus, run):
    """The decision's spike: two owners, one subject, the expected last sequence lets only one of them through."""

    async def story():
        async with bus.connected() as (_, js):
            subject = layout.alarms(3)
            first = await js.publish(subject, b"step 1", headers={EXPECT: "0"})
            await js.publish(layout.alarms(4), b"another partition", headers={EXPECT: "0"})
            second = await js.publish(subject, b"step 2", headers={EXPECT: str(first.seq)})
            with pytest.raises(APIError) as refused:
                await js.publish(subject, b"the late owner's step 2", headers={EXPECT: str(first.seq)})
            assert refused.value.err_code == 10071
            assert (await js.get_last_msg("ALARMS", subject)).seq == second.seq

    run(story())


def test_a_lease_is_taken_over_when_it_runs_out_and_the_late_owner_cannot_renew(bus, run):
    async def story():
        async with bus.connected() as (_, js):
            bucket = await js.create_key_value(KeyValueConfig(bucket="short", history=1, ttl=1.0))
            one, two = Lease(bucket, "fold.3", "one"), Lease(bucket, "fold.3", "two")
            assert await one.try_take()
            await asyncio.wait_for(two.take(every=0.1), 60)
            assert not await one.renew()
            assert not await one.renew()

    run(story(), 120)


def test_a_lease_belongs_to_one_until_it_is_given_back(bus, run):
    async def story():
        async with bus.connected() as (_, js):
            bucket = await js.create_key_value(KeyValueConfig(bucket="long", history=1, ttl=3600.0))
            one, two = Lease(bucket, "fold.3", "one"), Lease(bucket, "fold.3", "two")
            assert await one.try_take()
            assert not await two.try_take()
            assert await one.renew()
            assert not await two.try_take()
            await one.release()
            assert await two.try_take()
            assert not await one.try_take()

    run(story(), 120)


class RunsOutMeanwhile:
    """A bucket whose key is there at the first look and gone at the second."""

    async def create(self, key, value):
        raise KeyNotFoundError


def test_a_lease_that_runs_out_while_it_is_asked_for_is_no_error(run):
    assert run(Lease(RunsOutMeanwhile(), "fold.3", "two").try_take()) is False


@pytest.mark.parametrize("code", ["", "_x", "a.b", "a b", "*", ">", "企业", "a/b"])
def test_a_name_that_could_reach_next_door_is_refused(code):
    with pytest.raises(layout.BadName):
        layout.raw(code, "gw")


def test_every_listener_names_its_host_and_a_single_node_syncs_always(mqtt_bus):
    text = configuration(mqtt_bus.server.settings)
    assert "sync_interval: always" in text
    listeners = re.findall(r'\b(?:listen|http): "([^"]+)"', text)
    assert len(listeners) == 2
    assert all(x.startswith("127.0.0.1:") for x in listeners)
    assert (mqtt_bus.server.settings.home / "nats.conf").stat().st_mode & 0o077 == 0


async def refused(action) -> bool:
    try:
        await action
    except (nats.errors.Error, APIError, TimeoutError):
        return True
    return False


def test_an_enterprise_can_neither_read_nor_write_its_neighbours_subjects_streams_or_buckets(bus, run):
    async def story():
        async with bus.connected() as (ours, js):
            await js.publish(layout.raw("next-door", "gw"), b"secret")
            bucket = await js.key_value(layout.POINTERS)
            await bucket.put("next-door", b"secret")
            heard = []

            async def hear(msg):
                heard.append(msg)

            acme = bus.enterprises["acme"]
            async with bus.connected(acme, prepare=False) as (nc, device):
                ack = await device.publish(layout.raw("acme", "gw"), b"mine")
                assert ack.stream == "RAW"
                for subject in (">", "RAW.>", "RAW.next-door.>", "TELEMETRY.>", "ALARMS.*", "$KV.>", "_INBOX_bihuan.>"):
                    await nc.subscribe(subject, cb=hear)
                await nc.flush()
                device = client.jetstream(nc, timeout=0.3)
                assert await refused(device.publish(layout.raw("next-door", "gw"), b"forged"))
                assert await refused(device.publish(layout.telemetry(1, "acme"), b"forged"))
                assert await refused(device.publish(layout.alarms(1), b"forged"))
                assert await refused(device.publish("$KV.pointers.next-door", b"forged"))
                assert await refused(device.stream_info("RAW"))
                assert await refused(device.get_last_msg("RAW", layout.raw("next-door", "gw")))
                assert await refused(device.delete_stream("RAW"))
                await js.publish(layout.raw("next-door", "gw"), b"more")
                await nc.flush()
                await ours.flush()
            assert heard == []
            info = await js.stream_info("RAW", subjects_filter=">")
            assert info.state.subjects == {"RAW.next-door.gw": 2, "RAW.acme.gw": 1}
            assert (await bucket.get("next-door")).value == b"secret"

    run(story())


def test_a_withdrawn_credential_ends_at_once(bus, run):
    async def story():
        async with bus.connected(), bus.connected(bus.enterprises["acme"], prepare=False) as (nc, js):
            await js.publish(layout.raw("acme", "gw"), b"1")
            bus.register.withdraw("acme")
            bus.server.settings = replace(bus.server.settings, users=bus.register.users())
            bus.server.reload()
            for _ in range(100):
                if not nc.is_connected:
                    break
                await asyncio.sleep(0.05)
            assert not nc.is_connected

    run(story())


def test_ordered_reading_goes_on_where_it_stood_across_a_killed_server(bus, run):
    async def story():
        async with bus.connected() as (nc, js):
            subject = layout.telemetry(5, "acme")
            for n in range(20):
                await js.publish(subject, str(n).encode())
                await js.publish(layout.telemetry(6, "acme"), b"not ours")
            reader = OrderedReader(nc, js, stream="TELEMETRY", subjects=("TELEMETRY.5.>",), after=6)
            got = [int(e.data) for e in await reader.some(most=7, wait=5)]
            bus.server.kill()
            bus.server.start()
            for n in range(20, 30):
                for _ in range(100):
                    try:
                        await js.publish(subject, str(n).encode(), headers={"Nats-Msg-Id": str(n)})
                        break
                    except nats.errors.Error:
                        await asyncio.sleep(0.1)
            while not got or got[-1] != 29:
                got += [int(e.data) for e in await reader.some(most=1000, wait=1)]
            assert got == list(range(3, 30))
            assert await reader.some(most=10, wait=0.05) == []

    run(story())


@pytest.mark.parametrize("trouble", [nats.errors.TimeoutError, nats.errors.ConnectionClosedError])
def test_trouble_amid_a_batch_reads_the_batch_again(bus, run, trouble):
    """On a busy machine the next of many waiting messages may come too late: those before it were dropped unseen."""

    async def story():
        async with bus.connected() as (nc, js):
            for n in range(30):
                await js.publish(layout.telemetry(5, "acme"), str(n).encode())
            reader = OrderedReader(nc, js, stream="TELEMETRY", subjects=("TELEMETRY.5.>",), after=0)
            got = [int(e.data) for e in await reader.some(most=1, wait=60)]
            sub, calls = reader._sub, 0
            real = sub.next_msg

            async def next_msg(timeout):
                nonlocal calls
                calls += 1
                if calls == 4:
                    raise trouble
                return await real(timeout=timeout)

            sub.next_msg = next_msg
            while len(got) < 30:
                got += [int(e.data) for e in await reader.some(most=1000, wait=1)]
            assert calls >= 4
            assert got == list(range(30))

    run(story())


def test_a_full_stream_refuses_and_drops_nothing(bus, run):
    async def story():
        async with bus.connected() as (_, js):
            await layout.ensure(js, share=0.00002)
            kept = 0

            async def fill():
                nonlocal kept
                for _ in range(200):
                    await js.publish(layout.dead("acme", "test"), bytes(4000))
                    kept += 1

            with pytest.raises(APIError):
                await fill()
            assert (await js.stream_info("DEAD")).state.messages == kept > 0

    run(story())


def test_a_reader_of_a_stream_that_was_made_anew_says_so_instead_of_skipping(bus, run):
    async def story():
        async with bus.connected() as (nc, js):
            for n in range(5):
                await js.publish("RAW.acme.gw", str(n).encode())
            epoch = await layout.epoch_of(js, "RAW")
            reader = OrderedReader(nc, js, stream="RAW", subjects=("RAW.>",), after=0, epoch=epoch)
            assert [e.seq for e in await reader.some(most=9, wait=30)] == [1, 2, 3, 4, 5]
            await js.delete_stream("RAW")
            await layout.ensure(js, share=0.002, lease_seconds=3.0)
            for n in range(9):
                await js.publish("RAW.acme.gw", str(n).encode())
            got = []
            while not got:
                try:
                    got = await reader.some(most=9, wait=0.2)
                except StreamBeganAnew:
                    break
            assert not got
            older = OrderedReader(nc, js, stream="RAW", subjects=("RAW.>",), after=10)
            with pytest.raises(StreamBeganAnew):
                await older.some(most=9, wait=0.2)

    run(story())


def test_a_server_whose_disk_was_full_is_stuck_once_there_is_room(tmp_path, monkeypatch):
    made = Server(ServerSettings(home=tmp_path, users=()))
    usage = SimpleNamespace(total=100 << 30, free=NO_ROOM)
    monkeypatch.setattr("bihuan.streams.bus.server.shutil.disk_usage", lambda _: usage)
    assert not made.is_stuck()
    with (tmp_path / "nats.log").open("a") as log:
        log.write("[ERR] JetStream failed to store a msg: no space left on device\n")
    assert not made.is_stuck(), "the disk is still full"
    usage.free = 10 << 30
    assert made.is_stuck()
    assert not made.is_stuck(), "it was said once"


def test_a_full_disk_is_noticed_though_the_log_had_no_room_to_say_so(tmp_path, monkeypatch):
    made = Server(ServerSettings(home=tmp_path, users=()))
    usage = SimpleNamespace(total=100 << 30, free=NO_ROOM - 1)
    monkeypatch.setattr("bihuan.streams.bus.server.shutil.disk_usage", lambda _: usage)
    assert not made.is_stuck(), "the disk is still full"
    usage.free = 10 << 30
    assert made.is_stuck()
    assert not made.is_stuck(), "it was noticed once"
