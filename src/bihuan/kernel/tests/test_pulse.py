"""A pulse says that a process lives, and its silence says that it doesn't."""

import json
import os
import subprocess
import sys

import pytest

from bihuan.kernel import pulse
from bihuan.kernel.pulse import Pulse


class Time:
    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Time()


def test_a_process_is_alive_until_its_silence_lasts_too_long(tmp_path, clock):
    Pulse(tmp_path, "worker", clock=clock).beat(within=60)
    assert pulse.health(tmp_path, now=clock.now + 60) == {"worker": True}
    assert pulse.health(tmp_path, now=clock.now + 61) == {"worker": False}


def test_long_work_may_be_silent_for_as_long_as_it_said(tmp_path, clock):
    mine = Pulse(tmp_path, "worker", clock=clock)
    mine.beat()
    mine.beat(doing="reports.print", within=600)
    (beat,) = pulse.beats(tmp_path, now=clock.now + 500)
    assert (beat.doing, beat.is_fresh(now=clock.now + 500)) == ("reports.print", True)
    mine.beat()
    assert pulse.health(tmp_path, now=clock.now + 500) == {"worker": False}


def test_a_quick_loop_writes_once_a_second(tmp_path, clock):
    mine = Pulse(tmp_path, "clerk", clock=clock)
    mine.beat()
    mine.path.unlink()
    mine.beat()
    assert not mine.path.exists()
    clock.now += 1
    mine.beat()
    assert mine.path.exists()


def test_a_clean_stop_leaves_nothing_and_a_death_is_seen_at_once(tmp_path, clock):
    mine = Pulse(tmp_path, "clerk", clock=clock)
    mine.beat()
    mine.end()
    assert pulse.health(tmp_path, now=clock.now) == {}
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    mine.beat(doing="again")
    said = json.loads(mine.path.read_text()) | {"pid": dead.pid}
    mine.path.write_text(json.dumps(said))
    assert pulse.health(tmp_path, now=clock.now) == {"clerk": False}


def test_what_the_dead_left_is_swept_after_a_day(tmp_path, clock):
    mine = Pulse(tmp_path, "worker", clock=clock)
    mine.beat()
    assert not list(pulse.beats(tmp_path, now=clock.now + pulse.REMEMBERED + 1))
    assert not mine.path.exists()


def test_a_disk_that_refuses_does_not_stop_the_work(tmp_path, clock):
    (tmp_path / pulse.FOLDER).write_text("a file where the folder should be")
    Pulse(tmp_path, "worker", clock=clock).beat()
    assert pulse.health(tmp_path, now=clock.now) == {}


def test_rubbish_among_the_pulses_is_passed_over(tmp_path, clock):
    Pulse(tmp_path, "worker", clock=clock).beat()
    (tmp_path / pulse.FOLDER / "torn.json").write_text('{"name": "clerk", "pi')
    (tmp_path / pulse.FOLDER / "other.json").write_text('{"of": "another release"}')
    assert pulse.health(tmp_path, now=clock.now) == {"worker": True}
    assert next(pulse.beats(tmp_path, now=clock.now)).pid == os.getpid()
