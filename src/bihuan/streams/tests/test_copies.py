"""A copy of a stream comes back whole, under a new epoch, and is never put over one that is there."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from types import SimpleNamespace

import pytest
from nats.js.errors import APIError, NotFoundError

from bihuan.kernel.formats import NewerFormat
from bihuan.streams import commands
from bihuan.streams.bus import copies, layout

pytestmark = pytest.mark.nats


def test_what_was_copied_comes_back_with_its_sequences_and_a_new_epoch(bus, run, tmp_path):
    async def story():
        async with bus.connected() as (nc, js):
            for n in range(300):
                await js.publish("TELEMETRY.1.acme", b"x" * 2000 + str(n).encode())
            pointers = await js.key_value(layout.POINTERS)
            await pointers.put("fold.1", b"{}")
            before = await layout.epoch_of(js, "TELEMETRY")
            folder = tmp_path / "copies"
            folder.mkdir()
            assert await copies.take_all(nc, folder) == list(copies.COPIED)
            await js.publish("TELEMETRY.1.acme", b"after the copy")

            assert await copies.put_back_all(nc, folder) == []  # what is there knows more
            assert (await js.stream_info("TELEMETRY")).state.last_seq == 301

            for name in copies.COPIED:
                await js.delete_stream(name)
            assert sorted(await copies.put_back_all(nc, folder)) == sorted(copies.COPIED)
            state = (await js.stream_info("TELEMETRY")).state
            assert (state.first_seq, state.last_seq, state.messages) == (1, 300, 300)
            assert (await js.get_msg("TELEMETRY", seq=300)).data == b"x" * 2000 + b"299"
            assert await layout.epoch_of(js, "TELEMETRY") != before
            assert (await (await js.key_value(layout.POINTERS)).get("fold.1")).value == b"{}"
            await js.publish("TELEMETRY.1.acme", b"goes on")

    run(story())


def test_a_torn_copy_makes_no_stream(bus, run, tmp_path):
    async def story():
        async with bus.connected() as (nc, js):
            for _ in range(200):
                await js.publish("ALARMS.1", b"y" * 3000)
            whole = tmp_path / "ALARMS"
            assert await copies.take(nc, "ALARMS", whole)
            assert not await copies.take(nc, "NOBODY", tmp_path / "NOBODY")
            await js.delete_stream("ALARMS")
            content = whole.read_bytes()
            whole.write_bytes(content[: len(content) // 2])
            with pytest.raises(copies.CopyFailed):
                await copies.put_back(nc, "ALARMS", whole)
            with pytest.raises(NotFoundError):
                await js.stream_info("ALARMS")

    run(story())


def test_streams_of_a_newer_release_are_read_by_nobody_here(bus, run, tmp_path):
    async def story():
        async with bus.connected() as (nc, js):
            await js.publish("ALARMS.1", b"a transition")
            assert await copies.take(nc, "ALARMS", tmp_path / "ALARMS")
            config = (await js.stream_info("TELEMETRY")).config
            await js.update_stream(replace(config, metadata=(config.metadata or {}) | {"format": "2"}))
            for refused in (layout.epoch_of(js, "TELEMETRY"), layout.ensure(js, share=0.002)):
                with pytest.raises(NewerFormat, match="TELEMETRY"):
                    await refused
            await js.delete_stream("ALARMS")
            later = (tmp_path / "ALARMS").read_bytes().replace(b'"format": "1"', b'"format": "2"', 1)
            (tmp_path / "ALARMS").write_bytes(later)
            with pytest.raises(NewerFormat, match="ALARMS"):
                await copies.put_back(nc, "ALARMS", tmp_path / "ALARMS")

    run(story())


def test_streams_that_a_restore_left_come_back_at_the_next_start_of_the_bus(bus, run, tmp_path):
    async def story():
        async with bus.connected() as (nc, js):
            await js.publish("ALARMS.1", b"a transition")
            waiting = tmp_path / "home" / "bus" / copies.WAITING
            waiting.mkdir(parents=True)
            await copies.take_all(nc, waiting)
            for name in copies.COPIED:
                await js.delete_stream(name)
            settings = SimpleNamespace(
                url=lambda: bus.server.url, user=lambda: bus.ours, home=tmp_path / "home", replicas=1
            )
            with contextlib.suppress(APIError):  # the test's server is too small for the real limits
                await commands.ensure(settings)
            assert (await js.get_msg("ALARMS", seq=1)).data == b"a transition"
            assert not waiting.exists()

    run(story())
