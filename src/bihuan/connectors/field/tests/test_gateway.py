"""The gateway: kept on disk, sent with original times, deleted on our acknowledgement, never twice in the log."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp.test_utils import TestClient, TestServer
from nats.errors import NoRespondersError

from bihuan.connectors.field.buffer import Buffer, BufferFull
from bihuan.connectors.field.gateway import BadGatewayConfig, Gateway, GatewaySettings, read_config
from bihuan.connectors.field.http import make_app
from bihuan.connectors.field.readings import Reading
from bihuan.streams.bus import client, layout
from bihuan.streams.bus.server import Server, ServerSettings, free_port
from bihuan.streams.bus.users import Register
from bihuan.streams.intake.worker import BATCH_HEADER

NOW = 1_700_000_000_000


def run(story, seconds=240):
    return asyncio.run(asyncio.wait_for(story, seconds))


def test_a_buffer_gives_back_in_order_until_acknowledged_across_restarts(tmp_path):
    one = Buffer(tmp_path / "b.db")
    for n in range(3):
        one.keep([Reading("A", n, 1.0)], at=n)
    first = one.oldest()[0]
    one.acknowledged(first.number)
    name = one.name
    one.close()
    again = Buffer(tmp_path / "b.db")
    assert (again.name, [json.loads(x.values)[0][1] for x in again.oldest()]) == (name, [1, 2])
    again.keep([Reading("A", 9, 1.0)], at=9)
    assert [x.number for x in again.oldest()] == [2, 3, 4]
    assert again.waiting() == (3, 1)


def test_numbers_go_on_when_everything_was_acknowledged(tmp_path):
    buffer = Buffer(tmp_path / "b.db")
    buffer.keep([Reading("A", 1, 1.0)], at=1)
    buffer.acknowledged(1)
    buffer.close()
    again = Buffer(tmp_path / "b.db")
    again.keep([Reading("A", 2, 1.0)], at=2)
    assert again.oldest()[0].number == 2


def test_a_full_buffer_refuses_the_new_and_keeps_the_old(tmp_path):
    buffer = Buffer(tmp_path / "b.db", most_bytes=100_000)
    batch = [Reading("A" * 100, n, 1.0) for n in range(100)]

    def fill():
        for n in range(100):
            buffer.keep(batch, at=n)

    with pytest.raises(BufferFull):
        fill()
    assert buffer.oldest(1)[0].number == 1


class Beats:
    """A source of one reading every few milliseconds."""

    def __init__(self):
        self.count = 0

    async def run(self, sink, stop):
        while not stop.is_set():
            self.count += 1
            sink([Reading("A", NOW + self.count, float(self.count))])
            await asyncio.sleep(0.005)


@pytest.fixture
def server(tmp_path):
    register = Register(tmp_path / "users.json")
    register.ours()
    register.issue("acme")
    made = Server(ServerSettings(home=tmp_path / "bus", users=register.users(), port=free_port(), max_store="1GB"))
    made.start()
    made.register = register
    yield made
    made.kill()


def gateway(server, tmp_path, source, port=None):
    user = next(x for x in server.register.users() if x.enterprise == "acme")
    url = f"nats://127.0.0.1:{port or server.settings.port}"
    settings = GatewaySettings(
        enterprise="acme",
        name="gw1",
        url=url,
        user=user.name,
        password=user.password,
        buffer=tmp_path / "gw.db",
        batch_seconds=0.05,
    )
    return Gateway(settings, [source], clock=lambda: NOW)


async def raw_rows(js):
    info = await js.stream_info("RAW")
    rows = []
    for seq in range(1, info.state.last_seq + 1):
        msg = await js.get_msg("RAW", seq=seq)
        assert msg.headers[BATCH_HEADER].endswith(f":{seq}")
        rows += json.loads(msg.data)["values"]
    return rows


@pytest.mark.nats
def test_readings_of_a_cut_link_arrive_later_in_order_with_their_times(server, tmp_path):
    async def story():
        async with client.connect(url=server.url, user=server.register.ours(), name="t") as nc:
            js = client.jetstream(nc)
            await layout.ensure(js, share=0.002)
            source, stop = Beats(), asyncio.Event()
            one = gateway(server, tmp_path, source)
            task = asyncio.create_task(one.run(stop))
            while one.told.sent < 3:
                await asyncio.sleep(0.02)
            server.kill()
            sent = one.told.sent
            while one.buffer.waiting()[0] < 10:
                await asyncio.sleep(0.02)
            assert one.told.sent <= sent + 1  # an acknowledgement may have been under way
            server.start()
            while one.told.sent < sent + 12:
                await asyncio.sleep(0.02)
            stop.set()
            await task
            last = Gateway(one.settings, [], clock=lambda: NOW)
            rest, stop = asyncio.create_task(last.run(stop := asyncio.Event())), stop
            while True:
                try:
                    if len(await raw_rows(js)) >= source.count:
                        break
                except NoRespondersError:
                    pass
                await asyncio.sleep(0.05)
            stop.set()
            await rest
            rows = await raw_rows(js)
            assert [r[1] - NOW for r in rows] == list(range(1, source.count + 1))

    run(story(), 240)


@pytest.mark.nats
def test_http_batches_are_answered_only_when_they_are_kept(server):
    async def story():
        async with client.connect(url=server.url, user=server.register.ours(), name="t") as nc:
            js = client.jetstream(nc, timeout=60)
            await layout.ensure(js, share=0.002)
            async with TestClient(TestServer(make_app(js, {"acme": "secret"}))) as http:
                good = {"Authorization": "Bearer secret", "Idempotency-Key": "k1"}
                first = await http.post("/v1/batch/dcs", data=b"{}", headers=good)
                again = await http.post("/v1/batch/dcs", data=b"{}", headers=good)
                assert [await x.json() for x in (first, again)] == [
                    {"seq": 1, "duplicate": False},
                    {"seq": 1, "duplicate": True},
                ]
                for headers, path, status in (
                    ({}, "dcs", 401),
                    ({"Authorization": "Bearer x"}, "dcs", 401),
                    (good, "a.b", 422),
                ):
                    assert (await http.post(f"/v1/batch/{path}", data=b"{}", headers=headers)).status == status
            impatient = client.jetstream(nc, timeout=1)
            async with TestClient(TestServer(make_app(impatient, {"acme": "secret"}))) as http:
                server.kill()
                late = good | {"Idempotency-Key": "k2"}
                assert (await http.post("/v1/batch/dcs", data=b"{}", headers=late)).status == 503

    run(story())


def test_a_configuration_is_read_and_its_mistakes_are_named(tmp_path):
    path = tmp_path / "config.toml"
    (tmp_path / "secret").write_text("s\n")
    path.write_text(
        f'[gateway]\nenterprise="acme"\nname="gw1"\nurl="nats://127.0.0.1"\nuser="e-acme"\npassword_file="{tmp_path}/secret"\n'
        '[[source]]\nkind="modbus"\nhost="127.0.0.1"\nregisters=[{tag="A",address=1}]\n'
    )
    settings = read_config(path)
    assert (settings.password, settings.buffer, len(settings.sources)) == ("s", tmp_path / "buffer.db", 1)
    for text in ("", "[gateway", '[gateway]\nenterprise="a"\n'):
        path.write_text(text)
        with pytest.raises(BadGatewayConfig):
            read_config(path)
