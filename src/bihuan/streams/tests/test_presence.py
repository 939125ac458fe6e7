"""A real process holds a lease that would last ten minutes: killed, its successor has it at once; stopped, it doesn't."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from bihuan.streams import presence
from bihuan.streams.bus import layout
from bihuan.streams.bus.lease import Lease
from bihuan.streams.presence import Presence

HOLDER = """
import sys, time
from pathlib import Path
from bihuan.streams.presence import Presence
here = Presence(Path(sys.argv[1]))
print(here.name(), flush=True)
time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    """A process that is present, and the name it takes leases under."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(["src", *sys.path])}
    child = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], env=env, stdout=subprocess.PIPE, text=True)
    yield child, child.stdout.readline().strip()
    child.kill()
    child.wait()
    child.stdout.close()


def test_who_runs_or_is_stopped_has_not_ended_and_who_was_killed_has(tmp_path, holder):
    child, name = holder
    here = Presence(tmp_path)
    assert not here.has_ended(name)
    child.send_signal(signal.SIGSTOP)
    assert not here.has_ended(name)
    child.kill()
    child.wait()
    assert here.has_ended(name)


def test_nothing_is_known_of_ourselves_of_others_homes_and_of_other_machines(tmp_path):
    here = Presence(tmp_path)
    names = [here.name(), "other-machine-12345678-1", "", "-", f"../{tmp_path.name}/x-1"]
    assert [here.has_ended(x) for x in names] == [False] * len(names)
    elsewhere = Presence(tmp_path / "elsewhere")
    assert not here.has_ended(elsewhere.name())


def test_names_differ_and_an_ended_presence_leaves_nothing(tmp_path):
    one, two = Presence(tmp_path), Presence(tmp_path)
    assert len({one.name(), one.name(), two.name()}) == 3
    one.end()
    two.end()
    assert list((tmp_path / presence.FOLDER).iterdir()) == []


def test_what_the_dead_left_is_swept_after_a_day_but_not_what_the_living_hold(tmp_path, holder):
    child, _ = holder
    (file,) = (tmp_path / presence.FOLDER).iterdir()
    old = time.time() - presence.REMEMBERED - 60
    os.utime(file, (old, old))
    Presence(tmp_path)
    assert file.exists()
    child.kill()
    child.wait()
    Presence(tmp_path)
    assert not file.exists()


@pytest.mark.nats
def test_the_lease_of_a_killed_process_is_taken_at_once_and_that_of_a_stopped_one_is_not(bus, run, tmp_path, holder):
    child, name = holder

    async def story():
        async with bus.connected() as (_, js):
            bucket = await js.key_value(layout.LEASES)
            before = Lease(bucket, "fold.3", name)  # what the process holds
            assert await before.try_take()
            here = Presence(tmp_path)
            after = Lease(bucket, "fold.3", here.name(), has_ended=here.has_ended)
            child.send_signal(signal.SIGSTOP)
            assert not await after.try_take()
            child.kill()
            child.wait()
            assert await after.try_take()
            assert not await before.renew()
            assert await after.renew()

    run(story())
