"""The command line of the plane: a real bus as a child process, status, credentials, recording and checking."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from bihuan.streams import commands, recording
from bihuan.streams.bus import layout
from bihuan.streams.bus.reader import Entry
from bihuan.streams.bus.server import answers, free_port
from bihuan.streams.saying import say
from bihuan.streams.settings import from_environment


def test_the_defaults_are_loopback_and_our_own_child():
    settings = from_environment({})
    assert (settings.host, settings.bus_url, settings.url()) == ("127.0.0.1", "", "nats://127.0.0.1:4222")


@pytest.fixture
def day(log, tmp_path):
    entries = [Entry(n, layout.telemetry(5, what), data, n, None) for n, (what, data) in enumerate(log(1).entries, 1)]
    recording.write(tmp_path / "day.rec", "e1", entries)
    return tmp_path / "day.rec"


def test_a_recording_replays_to_the_same_digest_whole_or_restored(day, tmp_path, capsys):
    assert commands.stream_command(["replay", str(day), "--out", str(tmp_path / "told.jsonl")]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["transitions"] == len((tmp_path / "told.jsonl").read_text().splitlines()) > 50
    assert recording.replay(day, reload_every=3).digest == said["sha256"]
    assert commands.stream_command(["check", str(day)]) == 0


def test_the_same_log_is_recorded_to_the_same_bytes(day, log, tmp_path):
    epoch, entries = recording.read(day)
    recording.write(tmp_path / "again.rec", epoch, entries)
    assert (tmp_path / "again.rec").read_bytes() == day.read_bytes()


@pytest.mark.parametrize("data", [b"", b"hello", b"\x1f\x8b broken"])
def test_a_file_that_is_no_recording_is_refused(tmp_path, data, capsys):
    (tmp_path / "x.rec").write_bytes(data)
    assert commands.stream_command(["replay", str(tmp_path / "x.rec")]) == 2
    assert "x.rec" in capsys.readouterr().out


@pytest.mark.nats
def test_the_bus_comes_up_issues_credentials_and_stops_cleanly(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path))
    monkeypatch.setenv("BIHUAN_BUS_PORT", str(free_port()))
    monkeypatch.setenv("BIHUAN_BUS_MQTT_PORT", "0")
    port = int(os.environ["BIHUAN_BUS_PORT"])
    assert commands.bus_command(["status"]) == 3
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.Popen(
        [sys.executable, "-m", "bihuan.streams.commands", "bus", "up"], env=env, stdout=subprocess.PIPE
    )
    try:
        assert child.stdout.readline()
        capsys.readouterr()
        assert commands.bus_command(["status", "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        assert {x["name"] for x in said["streams"]} == {x.name for x in layout.STREAMS}
        assert commands.stream_command(["status", "--json"]) == 1
        resting = json.loads(capsys.readouterr().out)
        assert (resting["owners"], resting["historian"], len(resting["problems"])) == ({}, False, 2)
        assert commands.bus_command(["issue", "acme"]) == 0
        assert json.loads(capsys.readouterr().out)["user"] == "e-acme"
        assert commands.bus_command(["issue", "a.b"]) == 2
    finally:
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0
    for _ in range(100):
        if not answers("127.0.0.1", port):
            break
        time.sleep(0.05)
    assert not answers("127.0.0.1", port)


class FullDisk(io.StringIO):
    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_under_the_log_does_not_end_who_says_something(monkeypatch):
    monkeypatch.setattr(sys, "stdout", FullDisk())
    say("interrupted, trying again")
    assert sys.stdout.getvalue() == "interrupted, trying again\n"
