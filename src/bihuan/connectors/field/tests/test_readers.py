"""Against real counterparts where there is one: an asyncua server, a Modbus server, the bus's own MQTT listener."""

from __future__ import annotations

import asyncio
import json

import aiomqtt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asyncua import Server, ua
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from bihuan.connectors.field import files, opcua, sources
from bihuan.connectors.field.gateway import BadGatewayConfig
from bihuan.connectors.field.modbus import ModbusSource, Register, blocks
from bihuan.connectors.field.mqtt import MqttSource, Topic
from bihuan.connectors.field.opcua import OpcUaSource
from bihuan.connectors.field.readings import Reading
from bihuan.connectors.field.sparkplug import Payload, Sparkplug
from bihuan.engines.alarms import terms as t
from bihuan.streams.bus.server import Server as NatsServer
from bihuan.streams.bus.server import ServerSettings, free_port
from bihuan.streams.bus.users import User
from bihuan.streams.tasks import end

NOW = 1_700_000_000_000


def run(story, seconds=240):
    return asyncio.run(asyncio.wait_for(story, seconds))


async def until(condition, seconds=120.0):
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")


class Ear:
    """A sink that remembers."""

    def __init__(self):
        self.readings: list[Reading] = []

    def __call__(self, readings):
        self.readings += readings

    def last(self, tag):
        return next((x for x in reversed(self.readings) if x.tag == tag), None)


async def a_plant(port):
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/plant")
    space = await server.register_namespace("plant")
    tank = await server.nodes.objects.add_object(space, "Tank1")
    level = await tank.add_variable(space, "Level", 1.5)
    await server.start()
    return server, level


def test_opc_ua_changes_bad_status_and_a_lost_server_are_all_said():
    async def story():
        port = free_port()
        server, level = await a_plant(port)
        ear, stop = Ear(), asyncio.Event()
        url = f"opc.tcp://127.0.0.1:{port}/plant"
        source = OpcUaSource(url=url, nodes={"LT-101": level.nodeid.to_string()}, period_ms=50, refresh_seconds=0.3)
        task = asyncio.create_task(source.run(ear, stop))
        await until(lambda: ear.last("LT-101") and ear.last("LT-101").value == 1.5)
        await level.write_value(2.5)
        await until(lambda: ear.last("LT-101").value == 2.5)
        count = len(ear.readings)
        await until(lambda: len(ear.readings) > count)  # an unchanged value is read again: it isn't silent
        bad = ua.DataValue(
            ua.Variant(9.0, ua.VariantType.Double), StatusCode=ua.StatusCode(ua.StatusCodes.BadSensorFailure)
        )
        await level.write_value(bad)
        await until(lambda: ear.last("LT-101").quality == t.BAD_QUALITY)
        await server.stop()
        await until(lambda: ear.last("LT-101").quality == t.NOT_CONNECTED)
        again, level = await a_plant(port)
        await until(lambda: ear.last("LT-101").quality == t.GOOD)
        stop.set()
        await end(task)
        await again.stop()

    run(story(), 90)


def test_opc_ua_browsing_lists_variables_to_make_tags_from():
    async def story():
        port = free_port()
        server, _ = await a_plant(port)
        found = await opcua.browse(f"opc.tcp://127.0.0.1:{port}/plant")
        await server.stop()
        assert [(path, kind) for _, path, kind in found] == [("/Tank1/Level", "Double")]

    run(story())


def test_modbus_reads_every_format_and_says_when_the_device_is_gone():
    async def story():
        port = free_port()
        memory = [
            SimData(0, values=[123, 65535], datatype=DataType.UINT16),
            SimData(2, values=2.5, datatype=DataType.FLOAT32),
            SimData(4, values=-70_000, datatype=DataType.INT32),
        ]
        server = ModbusTcpServer(SimDevice(1, simdata=memory), address=("127.0.0.1", port))
        serving = asyncio.create_task(server.serve_forever())
        registers = [
            Register(tag="A", address=0),
            Register(tag="B", address=1, kind="int16"),
            Register(tag="C", address=2, kind="float32"),
            Register(tag="D", address=4, kind="int32"),
        ]
        ear, stop = Ear(), asyncio.Event()
        source = ModbusSource(host="127.0.0.1", port=port, registers=registers, every_seconds=0.05, clock=lambda: NOW)
        task = asyncio.create_task(source.run(ear, stop))
        await until(lambda: ear.last("D") is not None and ear.last("D").value is not None)
        assert [ear.last(x) for x in "ABCD"] == [
            Reading("A", NOW, 123.0),
            Reading("B", NOW, -1.0),
            Reading("C", NOW, 2.5),
            Reading("D", NOW, -70_000.0),
        ]
        await server.shutdown()
        await end(serving)
        await until(lambda: ear.last("A").quality == t.NOT_CONNECTED)
        stop.set()
        await end(task)

    run(story(), 90)


def test_modbus_neighbours_are_read_together_and_tables_apart():
    made = [Register(tag=str(n), address=n) for n in (0, 119, 120)] + [Register(tag="i", address=1, table="input")]
    assert [[x.tag for x in b] for b in blocks(made)] == [["0", "119"], ["120"], ["i"]]


def test_a_swapped_float_reads_the_low_word_first():
    assert Register(tag="x", address=0, kind="float32", swapped=True).value([0x0000, 0x4020]) == 2.5


@pytest.mark.nats
def test_mqtt_values_and_batches_are_heard_through_a_real_broker(tmp_path):
    async def story():
        user = User(name="bihuan", password="p" * 24)
        mqtt = free_port()
        broker = NatsServer(ServerSettings(home=tmp_path, users=(user,), port=free_port(), mqtt_port=mqtt))
        broker.start()
        try:
            topics = [
                Topic(filter="plant/+/level", field="reading.value", at_field="ts"),
                Topic(filter="plant/gas", tag="GT-1"),
                Topic(filter="batch/#", form="batch"),
            ]
            options = {"host": "127.0.0.1", "port": mqtt, "user": user.name, "password": user.password}
            source = MqttSource(**options, topics=topics, version="3.1.1", identifier="reader", clock=lambda: NOW)
            ear, stop = Ear(), asyncio.Event()
            task = asyncio.create_task(source.run(ear, stop))
            await until(lambda: source.connected)
            async with aiomqtt.Client("127.0.0.1", mqtt, username=user.name, password=user.password) as plant:
                await plant.publish("plant/t1/level", json.dumps({"reading": {"value": 3.5}, "ts": 5}), qos=1)
                await plant.publish("plant/gas", "12", qos=1)
                await plant.publish("plant/gas", "not a number", qos=1)
                await plant.publish("batch/x", json.dumps({"values": [["TT-9", 7, 1.25]]}), qos=1)
                await until(lambda: ear.last("TT-9"))
            expected = [Reading("plant/t1/level", 5, 3.5), Reading("GT-1", NOW, 12.0), Reading("TT-9", 7, 1.25)]
            assert sorted(ear.readings) == sorted(expected)
            assert source.unreadable == 1
            stop.set()
            await asyncio.wait_for(task, 60)
        finally:
            broker.kill()

    run(story())


def metric(name=None, alias=None, **more):
    return {k: v for k, v in {"name": name, "alias": alias}.items() if v is not None} | more


def spark(seq, *metrics, timestamp=NOW):
    return Payload(timestamp=timestamp, seq=seq, metrics=list(metrics)).SerializeToString()


@pytest.fixture
def node():
    made = Sparkplug()
    made.take("spBv1.0/g/NBIRTH/n", spark(0, metric("bdSeq", long_value=4), metric("Uptime", 1, int_value=1)), now=NOW)
    birth = (metric("Level", 7, datatype=10, double_value=1.0), metric("Temp", 8, datatype=3, int_value=2**32 - 5))
    made.take("spBv1.0/g/DBIRTH/n/d", spark(1, *birth), now=NOW)
    return made


def test_sparkplug_aliases_have_the_names_of_their_birth(node):
    got = node.take(
        "spBv1.0/g/DDATA/n/d",
        spark(2, metric(alias=7, double_value=2.0), metric(alias=8, int_value=2**32 - 7)),
        now=NOW,
    )
    assert got == [Reading("g/n/d/Level", NOW, 2.0), Reading("g/n/d/Temp", NOW, -7.0)]


def test_sparkplug_an_unknown_alias_or_data_before_birth_is_no_reading(node):
    assert node.take("spBv1.0/g/DDATA/n/d", spark(2, metric(alias=99, double_value=2.0)), now=NOW) == []
    assert node.take("spBv1.0/g/DDATA/n/other", spark(3, metric(alias=7, double_value=2.0)), now=NOW) == []
    assert node.counts == {"unknown_aliases": 1, "data_before_birth": 1}


def test_sparkplug_a_gap_makes_values_uncertain_until_the_next_birth(node):
    got = node.take("spBv1.0/g/DDATA/n/d", spark(4, metric(alias=7, double_value=2.0)), now=NOW)
    assert got[0].quality == t.UNCERTAIN
    got = node.take("spBv1.0/g/DDATA/n/d", spark(5, metric(alias=7, double_value=2.0)), now=NOW)
    assert (got[0].quality, node.counts["gaps"]) == (t.UNCERTAIN, 1)
    node.take("spBv1.0/g/NBIRTH/n", spark(0, metric("bdSeq", long_value=5)), now=NOW)
    node.take("spBv1.0/g/DBIRTH/n/d", spark(1, metric("Level", 7, double_value=1.0)), now=NOW)
    assert node.take("spBv1.0/g/DDATA/n/d", spark(2, metric(alias=7, double_value=3.0)), now=NOW)[0].quality == t.GOOD


def test_sparkplug_the_sequence_wraps_at_256(node):
    for seq in [*range(2, 256), 0]:
        node.take("spBv1.0/g/NDATA/n", spark(seq, metric(alias=1, int_value=1)), now=NOW)
    assert node.counts["gaps"] == 0


def test_sparkplug_a_death_says_every_tag_not_connected_but_an_old_death_says_nothing(node):
    assert node.take("spBv1.0/g/NDEATH/n", spark(0, metric("bdSeq", long_value=3)), now=NOW) == []
    got = node.take("spBv1.0/g/NDEATH/n", spark(0, metric("bdSeq", long_value=4)), now=NOW + 1)
    assert {(x.tag, x.quality) for x in got} == {(f"g/n/{x}", t.NOT_CONNECTED) for x in ("Uptime", "d/Level", "d/Temp")}
    assert node.take("spBv1.0/g/NDEATH/n", spark(0, metric("bdSeq", long_value=4)), now=NOW + 2) == []


def test_sparkplug_a_device_may_die_alone_and_a_null_is_bad(node):
    got = node.take("spBv1.0/g/DDATA/n/d", spark(2, metric(alias=7, is_null=True)), now=NOW)
    assert got == [Reading("g/n/d/Level", NOW, None, t.BAD_QUALITY)]
    assert len(node.take("spBv1.0/g/DDEATH/n/d", spark(3), now=NOW)) == 2
    assert len(node.take("spBv1.0/g/NDATA/n", spark(4, metric(alias=1, int_value=1)), now=NOW)) == 1


def test_sparkplug_a_lost_broker_loses_everybody(node):
    assert len(node.everybody_lost(at=NOW)) == 3
    assert node.everybody_lost(at=NOW) == []


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"\x12\x05abc"])
def test_sparkplug_bytes_that_are_no_payload_are_counted(node, data):
    assert node.take("spBv1.0/g/NDATA/n", data, now=NOW) == []
    assert node.counts["unreadable"] == 1


def test_a_csv_of_history_keeps_its_times_and_beijing_is_meant_without_an_offset(tmp_path):
    path = tmp_path / "old.csv"
    lines = [
        "tag,at,value",
        "A,1700000000000,1.5",
        "B,2023-11-15 06:13:20,2",
        "C,2023-11-14T22:13:20+00:00,",
        "D,2023/11/15 06:13:20,-1e3",
    ]
    path.write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
    (batch,) = files.read(path)
    assert batch == [
        Reading("A", NOW, 1.5),
        Reading("B", NOW, 2.0),
        Reading("C", NOW, None, t.BAD_QUALITY),
        Reading("D", NOW, -1000.0),
    ]


@pytest.mark.parametrize(
    "text", ["tag,value\nA,1", "tag,at,value\nA,yesterday,1", "tag,at,value\nA,1,x", "tag,at,value\nA"]
)
def test_a_csv_that_cannot_be_read_says_the_line(tmp_path, text):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(files.UnreadableFile, match="行"):
        list(files.read(path))


def test_a_parquet_of_history_reads_the_same(tmp_path):
    path = tmp_path / "old.parquet"
    at = pa.array([NOW, NOW], pa.timestamp("ms", tz="UTC"))
    pq.write_table(pa.table({"tag": ["A", "B"], "at": at, "value": [1.5, None]}), path)
    assert list(files.read(path)) == [[Reading("A", NOW, 1.5), Reading("B", NOW, None, t.BAD_QUALITY)]]
    path.write_bytes(b"nonsense")
    with pytest.raises(files.UnreadableFile):
        list(files.read(path))


@pytest.mark.parametrize("wrong", [{}, {"kind": "opcua"}, {"kind": "modbus", "host": "x", "registers": [{"tag": "a"}]}])
def test_a_source_configured_wrongly_is_named(wrong):
    with pytest.raises(BadGatewayConfig, match="第 1 个"):
        sources.make_sources([wrong])


def test_no_source_can_write_to_a_plant():
    """Read-only by construction: no module of the connectors names a writing call of its library."""
    from pathlib import Path

    folder = Path(files.__file__).parent
    forbidden = (
        "write_register",
        "write_coil",
        "write_value",
        "write_attribute",
        "call_method",
        "set_value",
        "broker.publish",
    )
    text = {p.name: p.read_text(encoding="utf-8") for p in folder.glob("*.py")}
    assert len(text) > 8
    assert [(n, w) for n, body in text.items() for w in forbidden if w in body] == []
