"""From a leak in the model to an alarm on the bus: a real OPC UA server, the gateway, a real bus, intake, fold, historian."""

from __future__ import annotations

import asyncio

import pytest

from bihuan.connectors.field.gateway import Gateway, GatewaySettings
from bihuan.connectors.field.opcua import OpcUaSource
from bihuan.connectors.plant import command
from bihuan.connectors.plant.model import POINTS, Instruments, Plant, valves_of
from bihuan.connectors.plant.server import PlantServer, node_ids
from bihuan.streams.bus import client, layout
from bihuan.streams.bus.server import Server, free_port
from bihuan.streams.folds.worker import Worker
from bihuan.streams.history.read import History
from bihuan.streams.history.worker import Historian, HistorianSettings
from bihuan.streams.intake.worker import IntakeWorker
from bihuan.streams.settings import PlaneSettings, from_environment
from bihuan.streams.tasks import end

pytestmark = pytest.mark.nats
NUMBER = {x.tag: n for n, x in enumerate(POINTS)}


@pytest.fixture
def plane(tmp_path):
    made = from_environment(
        {"BIHUAN_HOME": str(tmp_path), "BIHUAN_BUS_PORT": str(free_port()), "BIHUAN_BUS_MQTT_PORT": "0"}
    )
    made.register.issue("acme")
    server: Server = made.server()
    server.start()
    yield made
    server.kill()


def gateway(plane: PlaneSettings, plant: PlantServer) -> Gateway:
    user = next(x for x in plane.register.users() if x.enterprise == "acme")
    settings = GatewaySettings(
        enterprise="acme", name="gw", url=plane.url(), user=user.name, password=user.password,
        buffer=plane.home / "gateway.db", batch_seconds=0.05,
    )  # fmt: skip
    return Gateway(settings, [OpcUaSource(url=plant.url, nodes=node_ids(), period_ms=50)])


def test_a_leak_becomes_a_gas_alarm_and_stays_in_history(plane):
    async def story():
        model = Plant()
        plant = PlantServer(Instruments(model, seed=3), port=free_port())
        await plant.start()
        async with client.connect(url=plane.url(), user=plane.user(), name="test") as nc:
            js = client.jetstream(nc)
            await layout.ensure(js, share=0.002)
            await command.adopt(plane, enterprise="acme", partition=3)
            told, stop = [], asyncio.Event()
            worker = Worker(client=nc, js=js, partition=3, owner="t", told=lambda step: told.extend(step.transitions))
            quick = HistorianSettings(seconds_a_segment=0.5)
            parts = (
                gateway(plane, plant),
                IntakeWorker(client=nc, js=js, owner="t"),
                worker,
                Historian(client=nc, js=js, folder=plane.history, settings=quick),
            )
            tasks = [asyncio.create_task(x.run(stop)) for x in parts]

            def raised(tag, limit):
                return [x for x in told if (x["point"], x["limit"], x["kind"]) == (NUMBER[tag], limit, "raised")]

            while not worker.fold or not worker.fold.counts["judged"]:
                await plant.advance(1)
                await asyncio.sleep(0.02)
            assert not told, "nothing leaks yet"
            model.valves = valves_of("leak")
            model.advance(420)
            while not raised("GT-401", "H"):
                assert not [x.exception() for x in tasks if x.done()]
                await plant.advance(5)
                await asyncio.sleep(0.02)
            (alarm,) = raised("GT-401", "H")
            assert alarm["value"] >= 25
            model.valves = valves_of("normal")
            history = History(plane.history)
            while not len(history.rows(points=[NUMBER["GT-401"]], start=0, end=2**62)):
                await asyncio.sleep(0.1)
            stop.set()
            await asyncio.wait_for(asyncio.gather(*tasks), 60)
            await end(*tasks)
            kept = history.rows(points=[NUMBER["GT-401"]], start=0, end=2**62)
            assert alarm["value"] in kept.value.tolist()
            assert {x["point"] for x in told} <= {NUMBER["GT-401"], NUMBER["GT-402"]}
        await plant.stop()

    asyncio.run(asyncio.wait_for(story(), 240))


def test_a_run_is_written_the_same_for_the_same_seed_and_both_forms_say_the_same(tmp_path):
    options = ["--seconds", "120", "--every", "10", "--scenario", "leak", "--at", "30", "--from-ms", "1700000000000"]
    for name in ("a.csv", "b.csv", "c.parquet"):
        assert command.plant_command(["run", str(tmp_path / name), *options]) == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 1 + 12 * len(POINTS)


def test_the_gateway_reads_the_configuration_the_plant_prints(tmp_path, capsys):
    from bihuan.connectors.field.gateway import read_config
    from bihuan.connectors.field.sources import make_sources

    assert command.plant_command(["config", "acme"]) == 0
    (tmp_path / "plant.toml").write_text(capsys.readouterr().out)
    (tmp_path / "password").write_text("s")
    settings = read_config(tmp_path / "plant.toml")
    (source,) = make_sources(settings.sources)
    assert (settings.enterprise, source.nodes) == ("acme", node_ids())
