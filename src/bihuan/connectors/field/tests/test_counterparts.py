"""Against programs that aren't ours: mosquitto and its client, paho, a Sparkplug library, and what another one once said."""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from esio_spb_builder import DBirthPacket, DDataPacket, DynamicMetric, MetricDefinition, NBirthPacket, NDeathPacket
from esio_spb_builder.core.protocol import MetricDataType

from bihuan.connectors.field.mqtt import MqttSource, Topic
from bihuan.connectors.field.readings import Reading
from bihuan.connectors.field.sparkplug import Sparkplug
from bihuan.engines.alarms import terms as t
from bihuan.streams.bus import client, layout
from bihuan.streams.bus.server import Server, ServerSettings, answers, free_port
from bihuan.streams.bus.users import Register
from bihuan.streams.intake.process import Intake
from bihuan.streams.intake.tags import Tag, TagMap

pytestmark = pytest.mark.mosquitto
NOW = 1_700_000_000_000
BATCH = json.dumps({"sent_at": NOW, "values": [["LT-1", NOW, 1.25], ["LT-1", NOW + 1000, 1.5]]})


async def until(condition, seconds=60.0):
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")


@contextmanager
def mosquitto(program: Path, folder: Path, port: int):
    """The customer's broker: MQTT 5, loopback, a password file would be his."""
    (folder / "mosquitto.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n")
    broker = subprocess.Popen([str(program), "-c", str(folder / "mosquitto.conf")], stderr=subprocess.DEVNULL)
    try:
        while not answers("127.0.0.1", port):
            assert broker.poll() is None, "mosquitto ended"
        yield broker
    finally:
        broker.kill()
        broker.wait()


def mosquitto_pub(port: int, topic: str, payload: str, *options: str) -> subprocess.CompletedProcess:
    command = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(port), "-t", topic, "-m", payload, "-q", "1", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def listener(tmp_path):
    """Our own bus with its MQTT listener and one plant's credential."""
    register = Register(tmp_path / "users.json")
    register.ours()
    register.issue("acme")
    settings = ServerSettings(
        home=tmp_path / "bus", users=register.users(), port=free_port(), mqtt_port=free_port(), max_store="1GB"
    )
    server = Server(settings)
    server.start()
    server.register = register
    yield server
    server.kill()


@pytest.mark.nats
def test_mosquitto_pub_and_paho_reach_the_raw_log_of_their_own_enterprise_only(listener):
    plant = next(x for x in listener.register.users() if x.enterprise == "acme")
    port = listener.settings.mqtt_port

    def by_paho():
        device = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        device.username_pw_set(plant.name, plant.password)
        device.connect("127.0.0.1", port)
        device.loop_start()
        for topic in ("RAW/next-door/paho", "RAW/acme/paho"):
            device.publish(topic, BATCH, qos=1).wait_for_publish(60)
        device.disconnect()
        device.loop_stop()

    async def story():
        async with client.connect(url=listener.url, user=listener.register.ours(), name="t") as nc:
            js = client.jetstream(nc)
            await layout.ensure(js, share=0.002)
            who = ("-u", plant.name, "-P", plant.password, "-V", "mqttv311")
            done = await asyncio.to_thread(mosquitto_pub, port, "RAW/acme/mosquitto", BATCH, *who)
            assert done.returncode == 0, done.stderr
            wrong = await asyncio.to_thread(mosquitto_pub, port, "RAW/acme/x", BATCH, *who[:3], "guess", *who[4:])
            assert wrong.returncode != 0
            await asyncio.to_thread(by_paho)
            while (await js.stream_info("RAW")).state.messages < 2:
                await asyncio.sleep(0.05)
            return {(m := await js.get_msg("RAW", seq=n)).subject: m.data for n in (1, 2)}

    said = asyncio.run(asyncio.wait_for(story(), 120))
    assert set(said) == {"RAW.acme.mosquitto", "RAW.acme.paho"}
    intake = Intake()
    intake.adopt(TagMap(enterprise="acme", partition=1, version=1, tags=(Tag(tag="LT-1", point=7),)))
    for data in said.values():
        taken = intake.take(enterprise="acme", data=data, received_at=NOW + 2000)
        assert (taken.samples.value.tolist(), taken.dead) == ([1.25, 1.5], [])


def test_a_customers_mqtt_5_broker_is_read_and_read_again_after_it_was_gone(mosquitto_path, tmp_path):
    port, heard = free_port(), []
    topics = [Topic(filter="plant/+/level", field="v", at_field="ts"), Topic(filter="spBv1.0/#", form="sparkplug")]
    source = MqttSource(host="127.0.0.1", port=port, topics=topics, version="5", clock=lambda: NOW)

    async def story():
        stop = asyncio.Event()
        with mosquitto(mosquitto_path, tmp_path, port):
            task = asyncio.create_task(source.run(heard.extend, stop))
            await until(lambda: source.connected)
            await asyncio.to_thread(mosquitto_pub, port, "plant/t1/level", '{"v": 2.5, "ts": 5}', "-V", "mqttv5")
            await until(lambda: heard)
        await until(lambda: not source.connected)
        with mosquitto(mosquitto_path, tmp_path, port):
            await until(lambda: source.connected)
            await asyncio.to_thread(mosquitto_pub, port, "plant/t1/level", '{"v": 3.5, "ts": 6}', "-V", "mqttv5")
            await until(lambda: len(heard) > 1)
            stop.set()
            await asyncio.wait_for(task, 60)

    asyncio.run(asyncio.wait_for(story(), 240))
    assert heard == [Reading("plant/t1/level", 5, 2.5), Reading("plant/t1/level", 6, 3.5)]


def metric(name, alias, kind, value):
    return DynamicMetric(MetricDefinition(name=name, alias=alias, data_type=kind, value=value))


def test_a_sparkplug_node_that_is_not_ours_is_born_speaks_by_alias_and_dies_by_its_will(mosquitto_path, tmp_path):
    port, heard = free_port(), []
    source = MqttSource(
        host="127.0.0.1", port=port, topics=[Topic(filter="spBv1.0/#", form="sparkplug")], clock=lambda: NOW
    )
    level, pump = metric("Level", 7, MetricDataType.Double, 1.5), metric("Pump", 8, MetricDataType.Boolean, True)
    cold = metric("Temp", 9, MetricDataType.UInt16, 5)
    ends, said = threading.Event(), threading.Event()

    def node():
        """The death first: it is the will of the connection, and the birth carries its number."""
        death = NDeathPacket("plant", "edge")
        edge = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        edge.will_set(death.topic, death.serialize(), qos=1)
        edge.connect("127.0.0.1", port)
        edge.loop_start()
        packets = [NBirthPacket("plant", "edge", []), DBirthPacket("plant", "edge", "tank", [level, pump, cold])]
        for packet in packets:
            edge.publish(packet.topic, packet.serialize(), qos=1).wait_for_publish(60)
        for value in (2.5, 3.5):
            level.value, cold.value = value, int(value * 2)
            packet = DDataPacket("plant", "edge", "tank", [level, cold])
            edge.publish(packet.topic, packet.serialize(), qos=1).wait_for_publish(60)
        said.set()
        ends.wait(120)
        edge.socket().close()  # no goodbye: the broker says the will
        edge.loop_stop()

    def last(tag):
        return next((x for x in reversed(heard) if x.tag == f"plant/edge/tank/{tag}"), None)

    async def story():
        stop = asyncio.Event()
        with mosquitto(mosquitto_path, tmp_path, port):
            task = asyncio.create_task(source.run(heard.extend, stop))
            await until(lambda: source.connected)
            speaking = asyncio.create_task(asyncio.to_thread(node))
            await until(lambda: said.is_set() or speaking.done())
            await until(lambda: last("Level") and last("Level").value == 3.5)
            assert (last("Pump").value, last("Temp").value, last("Temp").quality) == (1.0, 7.0, t.GOOD)
            ends.set()
            await until(lambda: last("Pump").quality == t.NOT_CONNECTED)
            await speaking
            stop.set()
            await asyncio.wait_for(task, 60)

    asyncio.run(asyncio.wait_for(story(), 240))
    assert source.sparkplug.counts == {}


def test_what_another_library_said_through_a_whole_session_is_understood():
    """Its death after an orderly end is numbered one above its birth; it is a death all the same."""
    content = json.loads((Path(__file__).parent / "recorded" / "pysparkplug-0.6.1.json").read_text(encoding="utf-8"))
    node = Sparkplug()
    told = [node.take(topic, bytes.fromhex(data), now=NOW) for topic, data in content["messages"]]
    assert [len(x) for x in told] == [1, 4, 1, 4, 4, 4, 1]
    values = {x.tag.removeprefix("plant/edge/"): x.value for part in told[:5] for x in part}
    assert values == {"Uptime": 2.0, "tank/Level": 3.5, "tank/Temp": -9.0, "tank/Running": 1.0, "tank/Ratio": 0.25}
    assert {x.quality for x in (*told[5], *told[6])} == {t.NOT_CONNECTED}
    assert node.counts == {}
