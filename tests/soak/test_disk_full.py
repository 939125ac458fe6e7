"""磁盘满: each writer in turn on a small disk of its own that fills up under it. What was acknowledged stays, what could not
be written is refused in words, and with room again the work goes on without anybody's help.

Needs to be root, for a tmpfs; elsewhere it says that it was skipped. Each drill prints what was lost and how long it took.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bihuan.engines.alarms.engine import Samples
from bihuan.site import main
from bihuan.streams.bus import client, layout
from bihuan.streams.bus.server import Server, ServerSettings, free_port
from bihuan.streams.bus.users import Register
from bihuan.streams.history.store import Store

pytestmark = pytest.mark.soak
SOURCES = str(Path(main.__file__).parents[2])
MB = 1 << 20

#: Acts until the disk refuses, and says each audit row only after it is committed.
ACTS = """
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
for n in range(int(sys.argv[1])):
    at = clock.now()
    try:
        done = runner.perform(note_restore, ctx=Context(actor=actor, at=at), point="p" * 2000, made_at=at, parts=[], given_up=0)
        os.write(1, f"{done.audit_row}\\n".encode())
        if n % 7 == 0:
            seal_pending(at=clock.now())
    except Exception as wrong:
        os.write(2, f"{type(wrong).__name__}: {wrong}\\n".encode())
        sys.exit(3)
"""
CLERK = "import django; django.setup(); from bihuan.site.running import clerk_round; clerk_round()"
STORES = """
import os, sys
import django
django.setup()
from pathlib import Path
from bihuan.core.evidence import limits, store
limits.SPARE_BYTES = 0  # past the reserve that refuses in words, into the disk itself
n = 0
while True:
    n += 1
    content = os.urandom(100_000)
    arriving = store.Arriving(limit=10**9)
    try:
        arriving.write(content)
        digest = arriving.finish()
        store.keep(arriving.path, digest)
        os.write(1, f"{digest}\\n".encode())
    except OSError as wrong:
        os.write(2, f"{type(wrong).__name__}: {wrong}\\n".encode())
        sys.exit(3)
    finally:
        arriving.discard()
"""


def environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BIHUAN_", "DJANGO_", "DATABASE_"))}
    ours = {"BIHUAN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "bihuan.site.settings", "PYTHONPATH": SOURCES}
    return {**kept, **ours, "BIHUAN_LOG_FORMAT": "json", "BIHUAN_STREAMS": "0", "BIHUAN_LANGUAGE": "en"}


def python(home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=environment(home), capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip


def bihuan(home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return python(home, "-m", "bihuan.site.main", *arguments)


class SmallDisk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ballast = folder / "ballast"

    def leave(self, bytes_left: int) -> None:
        status = os.statvfs(self.folder)
        self.ballast.write_bytes(b"\0" * max(0, status.f_bavail * status.f_frsize - bytes_left))

    def make_room(self) -> None:
        self.ballast.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "none", folder], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("no small disk can be mounted here (needs root)")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def last_line(text: str) -> str:
    return text.strip().splitlines()[-1][:200]


def told(**facts: object) -> None:
    print(json.dumps(facts, ensure_ascii=False))


def test_the_database_has_no_room(disk: SmallDisk) -> None:
    home = disk.folder / "home"
    assert bihuan(home, "migrate").returncode == 0
    assert python(home, "-c", ACTS, "20").returncode == 0
    disk.leave(1 * MB)
    stopped = python(home, "-c", ACTS, "100000")
    acknowledged = stopped.stdout.split()
    assert stopped.returncode == 3
    assert "disk" in stopped.stderr, stopped.stderr
    seen = bihuan(home, "doctor")
    assert "✗" in seen.stdout
    disk.make_room()
    begun = time.monotonic()
    assert python(home, "-c", ACTS, "1").returncode == 0
    seconds = time.monotonic() - begun
    with sqlite3.connect(home / "bihuan.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        kept = {str(row[0]) for row in database.execute("SELECT id FROM audit_auditrow")}
    lost = [row for row in acknowledged if row.replace("-", "") not in kept]
    assert not lost
    assert python(home, "-c", CLERK).returncode == 0
    verified = bihuan(home, "audit", "verify")
    assert verified.returncode == 0, verified.stdout
    told(writer="database", acknowledged=len(acknowledged), lost=0, again_after_s=round(seconds, 2), saw=last_line(stopped.stderr))  # fmt: skip


def test_the_evidence_has_no_room(disk: SmallDisk) -> None:
    home = disk.folder / "home"
    assert bihuan(home, "migrate").returncode == 0
    disk.leave(3 * MB)
    stopped = python(home, "-c", STORES)
    acknowledged = stopped.stdout.split()
    assert stopped.returncode == 3
    assert "No space left" in stopped.stderr
    for digest in acknowledged:
        path = home / "evidence" / digest[:2] / digest[2:4] / digest
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    left = [p for p in (home / "evidence").rglob("*") if p.is_file() and p.name not in acknowledged]
    assert left == []  # nothing half
    told(writer="evidence", acknowledged=len(acknowledged), lost=0, saw=last_line(stopped.stderr))


def test_the_history_has_no_room(disk: SmallDisk) -> None:
    folder = disk.folder / "history"
    random = np.random.default_rng(1)

    def rows(n: int) -> Samples:
        at = np.arange(20_000, dtype=np.int64) + 1_790_000_000_000 + n * 20_000
        return Samples(np.ones(20_000, np.int32), at, random.random(20_000), np.zeros(20_000, np.uint8))

    store, done = Store(folder), 0
    disk.leave(2 * MB)
    said = ""
    while not said:
        try:
            store.append(rows(done + 1), epoch="e", last_seq=done + 1)
            done += 1
        except OSError as full:
            said = str(full)
    assert "No space left" in said
    assert Store(folder).version.last_seq == done  # the log is read again from here
    assert Store(folder).verify() == []
    disk.make_room()
    again = Store(folder)
    again.append(rows(done + 1), epoch="e", last_seq=done + 1)
    assert sum(x.rows for x in again.version.of("samples")) == (done + 1) * 20_000
    again.sweep(grace_seconds=0)
    told(writer="history", acknowledged=done, lost=0, saw=said)


def test_the_bus_has_no_room(disk: SmallDisk, tmp_path: Path) -> None:
    register = Register(tmp_path / "users.json")
    ours = register.ours()

    def server() -> Server:
        made = Server(
            ServerSettings(
                home=disk.folder / "bus", users=register.users(), port=free_port(), mqtt_port=0, max_store="4GB"
            )
        )
        made.start()
        return made

    async def publish(url: str, most: int) -> tuple[int, str]:
        done = 0
        async with client.connect(url=url, user=ours, name="drill", patient=True) as nc:
            js = client.jetstream(nc, timeout=5)
            await layout.ensure(js, share=0.05)
            try:
                for _ in range(most):
                    await js.publish(layout.telemetry(0, "acme"), os.urandom(50_000))
                    done += 1
            except Exception as wrong:
                return done, f"{type(wrong).__name__}: {wrong}"
        return done, ""

    async def count(url: str) -> int:
        async with client.connect(url=url, user=ours, name="drill", patient=True) as nc:
            return int((await client.jetstream(nc, timeout=30).stream_info("TELEMETRY")).state.messages)

    bus = server()
    try:
        before, wrong = asyncio.run(publish(bus.url, 20))
        assert (before, wrong) == (20, "")
        disk.leave(5 * MB)
        done, wrong = asyncio.run(publish(bus.url, 10_000))
        assert wrong
        bus.kill()
        disk.make_room()
        begun = time.monotonic()
        bus = server()
        kept = asyncio.run(count(bus.url))
        again, _ = asyncio.run(publish(bus.url, 5))
        seconds = time.monotonic() - begun
    finally:
        bus.kill()
    assert kept >= before + done
    assert again == 5
    told(writer="bus", acknowledged=before + done, kept=kept, lost=0, again_after_s=round(seconds, 2), saw=wrong[:160])


def test_the_backup_has_no_room(disk: SmallDisk, tmp_path: Path) -> None:
    home, vault = tmp_path / "home", disk.folder / "vault"
    assert bihuan(home, "migrate").returncode == 0
    assert bihuan(home, "backup-key", tmp_path / "identity").returncode == 0
    assert bihuan(home, "backup", vault).returncode == 0
    assert python(home, "-c", ACTS, "50").returncode == 0
    disk.leave(8_000)
    refused = bihuan(home, "backup", vault)
    assert refused.returncode == 1
    assert "The disk is full" in refused.stderr, refused.stderr
    assert len(bihuan(home, "restore", vault, "--list").stdout.splitlines()) == 1
    earlier = bihuan(home, "restore", vault, "--identity", tmp_path / "identity", "--home", tmp_path / "again")
    assert earlier.returncode == 0, earlier.stdout + earlier.stderr
    disk.make_room()
    begun = time.monotonic()
    assert bihuan(home, "backup", vault).returncode == 0
    told(writer="backup", lost=0, again_after_s=round(time.monotonic() - begun, 2), saw=last_line(refused.stderr))
