"""断电: everything that works on a home is killed at random instants; nothing that was acknowledged may be missing.

A killed process is what a power cut looks like to the program; what the disk itself promises is not tried here.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bihuan.site import main

pytestmark = pytest.mark.soak

SOURCES = str(Path(main.__file__).parents[2])
#: Acts, seals and says each audit row only after it is committed.
WORKER = """
import os, sys
import django
django.setup()
from bihuan.core import clock
from bihuan.core.access.context import Context, service_actor
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions import runner
from bihuan.core.audit.sealing import seal_pending
from bihuan.site.backup.aftercare import note_restore
actor = service_actor("soak", AccessGrants.START_UP)
n = 0
while True:
    n += 1
    at = clock.now()
    done = runner.perform(note_restore, ctx=Context(actor=actor, at=at), point=f"p{n}", made_at=at, parts=[], given_up=0)
    os.write(1, f"{done.audit_row}\\n".encode())
    if n % 7 == 0:
        seal_pending(at=clock.now())
"""


def environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BIHUAN_", "DJANGO_", "DATABASE_"))}
    ours = {"BIHUAN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "bihuan.site.settings", "PYTHONPATH": SOURCES}
    return {**kept, **ours, "BIHUAN_LOG_FORMAT": "json"}


def bihuan(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bihuan.site.main", *arguments],
        env=environment(home), capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip


def test_nothing_acknowledged_is_lost_however_often_the_power_goes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert bihuan(home, "migrate").returncode == 0
    repeats = int(os.environ.get("BIHUAN_SOAK_REPEATS", "2"))
    seed = int(os.environ.get("BIHUAN_SOAK_SEED", "20261122"))
    chance = random.Random(seed)
    acknowledged: set[str] = set()
    for _ in range(repeats):
        said = tmp_path / "said"
        with said.open("wb") as out, (tmp_path / "errors").open("ab") as errors:
            workers = [
                subprocess.Popen(
                    [sys.executable, "-c", WORKER],
                    env=environment(home),
                    stdout=out,
                    stderr=errors,
                    start_new_session=True,
                )
                for _ in range(2)
            ]
        limit = time.monotonic() + 300
        while said.stat().st_size < 200:
            assert time.monotonic() < limit, (tmp_path / "errors").read_text()[-3000:]
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.5))  # the instant is the experiment
        for worker in workers:
            os.killpg(worker.pid, signal.SIGKILL)
        for worker in workers:
            worker.wait()
        acknowledged |= {line for line in said.read_text().split("\n")[:-1] if line}
    with sqlite3.connect(home / "bihuan.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        kept = {str(row[0]) for row in database.execute("SELECT id FROM audit_auditrow")}
    missing = {row for row in acknowledged if row.replace("-", "") not in kept and row not in kept}
    assert not missing, f"{len(missing)} of {len(acknowledged)} lost, seed {seed}"
    clerk = bihuan(home, "audit", "verify")
    assert clerk.returncode in (0, 1), clerk.stderr
    # A crash between a commit and its anchor is mended by the next round of sealing.
    mended = subprocess.run(
        [sys.executable, "-c", "import django; django.setup(); from bihuan.site.running import clerk_round; clerk_round()"],
        env=environment(home), capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert mended.returncode == 0, mended.stderr
    verified = bihuan(home, "audit", "verify")
    assert verified.returncode == 0, verified.stdout
    print(f"{repeats} power cuts, {len(acknowledged)} acknowledged, 0 lost, seed {seed}")
