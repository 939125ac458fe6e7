"""Bringing history in: every bad row named, nothing sent before the file is right, and a second run that changes nothing."""

from __future__ import annotations

import asyncio

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bihuan.connectors.field import files, importing
from bihuan.connectors.plant import command, model
from bihuan.streams.bus import client, layout
from bihuan.streams.bus.server import free_port
from bihuan.streams.history.read import History
from bihuan.streams.history.worker import Historian, HistorianSettings
from bihuan.streams.intake.tags import Tag, TagMap
from bihuan.streams.intake.worker import IntakeWorker
from bihuan.streams.settings import from_environment

NOW = 1_700_000_000_000
TAGS = TagMap(enterprise="acme", partition=2, version=1, tags=(Tag(tag="液位", point=0), Tag(tag="TT-1", point=1)))
ROWS = [
    "tag,at,value",
    f"液位,{NOW},1.5",
    f"TT-1,{NOW},20",
    "液位,yesterday,1",
    f"XX-9,{NOW},1",
    f"TT-1,{NOW + 1000},1_0",
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_bad_row_is_named_by_its_line_whatever_the_encoding(tmp_path, encoding):
    path = tmp_path / "old.csv"
    path.write_text("\n".join([*ROWS, "反应釜温度一,0,1"]), encoding=encoding)
    found = importing.check(path, TAGS)
    assert found.unknown.pop("反应釜温度一") == 1
    found.bad_count -= 1
    assert found.bad.pop().line == 7
    assert (found.good, found.bad_count, found.unknown) == (2, 3, {"XX-9": 1})
    assert [x.line for x in found.bad] == [4, 5, 6]
    said = importing.refuse(found).text
    assert all(f"  {n}: " in said.zh and f"  {n}: " in said.en for n in (4, 5, 6))


def test_a_short_gbk_text_that_is_utf8_by_accident_is_refused_until_its_encoding_is_named(tmp_path):
    path = tmp_path / "old.csv"
    path.write_text(f"tag,at,value\n液位,{NOW},1\n", encoding="gb18030")
    assert importing.check(path, TAGS).bad_count == 1
    assert importing.check(path, TAGS, encoding="gb18030").good == 1


def test_bad_rows_of_a_parquet_file_are_named_by_their_number(tmp_path):
    columns = {"tag": ["液位", None, "TT-1"], "at": [NOW, NOW, -1], "value": [1.0, 1.0, 1.0]}
    pq.write_table(pa.table(columns), tmp_path / "old.parquet")
    found = importing.check(tmp_path / "old.parquet", TAGS)
    assert (found.good, [x.line for x in found.bad]) == (1, [2, 3])


def test_only_so_many_bad_rows_are_said_but_all_are_counted(tmp_path):
    path = tmp_path / "old.csv"
    path.write_text("tag,at,value\n" + "液位,never,1\n" * 70, encoding="utf-8")
    found = importing.check(path, TAGS)
    assert (found.bad_count, len(found.bad)) == (70, importing.MOST_NAMED)
    assert "+20" in importing.refuse(found).text.zh


def test_a_batch_is_cut_the_same_way_every_time(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ROWS", 2)
    path = tmp_path / "old.csv"
    path.write_text("\n".join([ROWS[0], *[f"TT-1,{NOW + n},1" for n in range(5)]]), encoding="utf-8")
    cut = list(importing.batches(path, TAGS, sent_at=lambda: NOW))
    assert [n for n, _ in cut] == [2, 2, 1]
    assert cut == list(importing.batches(path, TAGS, sent_at=lambda: NOW))


@pytest.fixture
def plane(tmp_path, monkeypatch):
    env = {"BIHUAN_HOME": str(tmp_path / "home"), "BIHUAN_BUS_PORT": str(free_port()), "BIHUAN_BUS_MQTT_PORT": "0"}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    made = from_environment()
    server = made.server()
    server.start()
    yield made
    server.kill()


@pytest.mark.nats
def test_a_file_comes_in_whole_once_and_goes_out_again(plane, tmp_path, capsys):
    path, count = tmp_path / "run.parquet", 1200 * len(model.POINTS)
    options = ["--seconds", "1200", "--from-ms", str(NOW), "--scenario", "leak"]
    assert command.plant_command(["run", str(path), *options]) == 0
    bad = tmp_path / "bad.csv"
    bad.write_text("tag,at,value\nLT-101,now,1\n", encoding="utf-8")

    async def story():
        async with client.connect(url=plane.url(), user=plane.user(), name="test") as nc:
            js = client.jetstream(nc)
            await layout.ensure(js, share=0.02)
            await command.adopt(plane, enterprise="acme", partition=2)
            stop = asyncio.Event()
            quick = HistorianSettings(seconds_a_segment=0.5)
            parts = (
                IntakeWorker(client=nc, js=js, owner="t"),
                Historian(client=nc, js=js, folder=plane.history, settings=quick),
            )
            tasks = [asyncio.create_task(x.run(stop)) for x in parts]
            arguments = ["import", "--enterprise", "acme"]
            assert await asyncio.to_thread(importing.history_command, [*arguments, str(bad)]) == 2
            assert (await js.stream_info("RAW")).state.messages == 0, "nothing was sent"
            assert "2: " in capsys.readouterr().err
            for _ in range(2):
                assert await asyncio.to_thread(importing.history_command, [*arguments, str(path)]) == 0
            assert f"{count}" in capsys.readouterr().out
            points, history = list(range(len(model.POINTS))), History(plane.history)
            while len(history.rows(points=points, start=0, end=2**62)) < count:
                await asyncio.sleep(0.1)
            stop.set()
            await asyncio.gather(*tasks)
            return sum(x.rows for x in history.manifest.newest().of("samples"))

    assert asyncio.run(asyncio.wait_for(story(), 240)) == count, "the second import added nothing"
    out = tmp_path / "out.csv"
    span = ["--from", str(NOW), "--to", str(NOW + 10_000)]
    assert importing.history_command(["export", str(out), "--points", "0,1", *span]) == 0
    assert len(out.read_text(encoding="utf-8-sig").splitlines()) == 21
    assert [x.name for x in tmp_path.iterdir() if ".part" in x.name] == []


@pytest.mark.nats
def test_an_enterprise_without_tags_and_a_file_too_big_are_refused(plane, capsys):
    async def story():
        async with client.connect(url=plane.url(), user=plane.user(), name="test") as nc:
            js = client.jetstream(nc)
            await layout.ensure(js, share=0.0002)
            with pytest.raises(importing.NoTags):
                await importing.tags_of(js, "acme")
            with pytest.raises(importing.TooBig):
                await importing._require_room(js, 1_000_000)

    asyncio.run(asyncio.wait_for(story(), 60))
