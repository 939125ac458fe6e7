"""With a real bus: the MQTT listener keeps neighbours apart; trimming takes only what everybody has passed."""

from __future__ import annotations

import asyncio

import aiomqtt
import pytest
from nats.js.errors import NotFoundError

from bihuan.streams.bus import layout, space

pytestmark = pytest.mark.nats


def test_over_mqtt_an_enterprise_reaches_only_its_own_subjects(mqtt_bus, run):
    async def story():
        async with mqtt_bus.connected() as (_, js):
            acme, port = mqtt_bus.enterprises["acme"], mqtt_bus.server.settings.mqtt_port
            heard = []
            async with aiomqtt.Client("127.0.0.1", port, username=acme.name, password=acme.password) as device:

                async def listen():
                    async for message in device.messages:
                        heard.append(str(message.topic))

                listening = asyncio.create_task(listen())
                for topic in ("RAW/next-door/#", "RAW/#", "#", "ALARMS/#", "$KV/#"):
                    try:
                        await device.subscribe(topic, qos=1)
                    except aiomqtt.MqttError:
                        continue
                for topic in ("RAW/next-door/gw", "TELEMETRY/3/acme", "ALARMS/3", "$KV/pointers/x", "RAW/acme/gw"):
                    await device.publish(topic, b"by mqtt", qos=1)
                await js.publish(layout.raw("next-door", "gw"), b"of the neighbour")
                for _ in range(100):
                    if (await js.stream_info("RAW")).state.messages >= 2:
                        break
                    await asyncio.sleep(0.05)
                await asyncio.sleep(0.3)
                listening.cancel()
            subjects = (await js.stream_info("RAW", subjects_filter=">")).state.subjects
            assert subjects == {"RAW.acme.gw": 1, "RAW.next-door.gw": 1}
            for stream in ("TELEMETRY", "ALARMS", "KV_pointers"):
                assert (await js.stream_info(stream)).state.messages == 0
            assert [x for x in heard if "next-door" in x] == []

    run(story())


def test_a_wrong_mqtt_password_is_refused(mqtt_bus, run):
    async def story():
        async with mqtt_bus.connected():
            port = mqtt_bus.server.settings.mqtt_port
            with pytest.raises(aiomqtt.MqttError):
                async with aiomqtt.Client("127.0.0.1", port, username="e-acme", password="guess"):
                    pass

    run(story())


def test_trimming_goes_to_the_lower_of_snapshot_and_history_and_leaves_the_newest_of_each_subject(bus, run):
    async def story():
        async with bus.connected() as (_, js):
            for n in range(1, 11):
                what = layout.SETTINGS if n == 1 else layout.CLOCK if n % 2 else "acme"
                await js.publish(layout.telemetry(3, what), str(n).encode())
            await js.publish(layout.telemetry(4, "next-door"), b"no snapshot: stays")
            assert await space.trim(js, folded={3: 6, 5: 0}, stored=8) == {3: 6}
            left = []
            for seq in range(1, 12):
                try:
                    left.append((await js.get_msg("TELEMETRY", seq=seq)).seq)
                except NotFoundError:
                    continue
            assert left == [1, 7, 8, 9, 10, 11]
            await space.trim(js, folded={3: 10}, stored=10)
            assert await space.partitions_in_use(js) == [3]
            assert (await js.stream_info("TELEMETRY")).state.messages == 4

    run(story())


def test_a_stream_asks_for_attention_from_four_fifths_on():
    def full(bytes_):
        return space.Fullness(name="RAW", messages=1, bytes=bytes_, limit=1000, first_seq=1, last_seq=1).needs_attention

    assert (full(799), full(800)) == (False, True)


def test_of_raw_messages_the_older_half_goes_when_half_the_room_is_used_and_never_what_was_not_taken(bus, run):
    async def story():
        async with bus.connected() as (_, js):
            room = (await js.stream_info("RAW")).config.max_bytes
            data = b"x" * (room // 40)
            for _ in range(10):
                await js.publish(layout.raw("acme", "gw"), data)
            assert await space.trim_raw(js, taken=10) == 0, "there is room"
            for _ in range(12):
                await js.publish(layout.raw("acme", "gw"), data)
            assert await space.trim_raw(js, taken=4) == 5
            assert (await js.stream_info("RAW")).state.first_seq == 5
            for _ in range(6):
                await js.publish(layout.raw("acme", "gw"), data)
            await space.trim_raw(js, taken=28)
            assert (await js.stream_info("RAW")).state.first_seq == 17
            assert (await js.stream_info("RAW")).state.last_seq == 28

    run(story())
