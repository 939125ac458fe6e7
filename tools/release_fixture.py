"""`python tools/release_fixture.py --label 0.1.0-dev`: a small home as this release leaves it, kept so that later releases are tried on it.

    tests/fixtures/release-<label>.tar.xz
        home/           the demo's database, evidence, keys (for tests only), anchors, history, copies of the streams
        identity.txt    opens the recovery points that a test makes of it
        release.json    version, commit, formats, migrations, counts, and the digest of every file

`--commit SHA` makes it with the code of that commit; without it, with the code of this checkout. Everything is made by
the product's own commands; only the streams are written here, since no plant runs beside a build.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
#: Made again by the next start, or of no use without the process that wrote them.
LEFT_OUT = ("static", "pulses", "up.lock", "heartbeat.json", "bihuan.sqlite3.turn", "bihuan.sqlite3.turn.next")
MOST = 2_000_000

#: Runs with the code of the release: a bus of its own, two points with limits, a minute of samples, folds and history.
STREAMS = """
import asyncio, sys
from pathlib import Path
import numpy as np
from bihuan.engines.alarms.engine import Samples
from bihuan.engines.alarms.settings import Limit, PointSettings
from bihuan.engines.alarms.terms import KIND
from bihuan.streams import wire
from bihuan.streams.bus import client, copies, layout
from bihuan.streams.bus.server import Server, ServerSettings, free_port
from bihuan.streams.bus.users import Register
from bihuan.streams.folds import snapshots
from bihuan.streams.folds.worker import Worker, WorkerSettings
from bihuan.streams.history.worker import Historian, HistorianSettings

home, scratch = Path(sys.argv[1]), Path(sys.argv[2])
(home / "bus").mkdir(exist_ok=True)
register = Register(home / "bus" / "users.json")
ours = register.ours()
port = free_port()
server = Server(ServerSettings(home=scratch / "bus", users=register.users(), port=port, mqtt_port=0, max_store="1GB"))
server.start()
START = 1_790_000_000_000

async def main():
    async with client.connect(url=server.url, user=ours, name="fixture", patient=True) as nc:
        js = client.jetstream(nc, timeout=30)
        await layout.ensure(js, share=0.002, lease_seconds=600.0)
        limits = (Limit(kind=KIND["H"], value=80.0, deadband=1.0),)
        points = [PointSettings(point=n, version=1, group="g", limits=limits) for n in (1, 2)]
        await js.publish(layout.telemetry(0, layout.SETTINGS), wire.pack_settings(points, at=START))
        for second in range(60):
            at = START + 1000 * second
            value = 90.0 if 20 <= second < 40 else 50.0
            rows = Samples(np.array([1, 2], np.int32), np.array([at, at]), np.array([value, 40.0]), np.zeros(2, np.uint8))
            await js.publish(layout.telemetry(0, "acme"), wire.pack(rows, received_at=at))
            await js.publish(layout.telemetry(0, layout.CLOCK), wire.pack_tick(at=at))
        last = (await js.stream_info("TELEMETRY")).state.last_seq
        quick = WorkerSettings(entries_a_step=8, snapshot_entries=30, tick_seconds=3600.0)
        worker = Worker(client=nc, js=js, partition=0, owner="fixture", settings=quick)
        historian = Historian(client=nc, js=js, folder=home / "history", settings=HistorianSettings(retention_days=10**5))
        stop = asyncio.Event()
        working = [asyncio.create_task(worker.run(stop)), asyncio.create_task(historian.run(stop))]
        while historian.seq < last or worker.fold is None or worker.fold.seq < last:
            await asyncio.sleep(0.05)
            for task in working:
                if task.done():
                    task.result()
        stop.set()
        await asyncio.gather(*working)
        assert (await snapshots.pointer(js, 0)).seq >= last
        folder = home / "bus" / copies.WAITING
        folder.mkdir()
        await copies.take_all(nc, folder)

asyncio.run(asyncio.wait_for(main(), 300))
server.kill()
"""

FORMATS = """
import json
from bihuan.core.audit import canonical
from bihuan.engines.alarms import snapshot
from bihuan.site.backup import vault
from bihuan.streams.bus import layout
from bihuan.streams.history import manifest
print(json.dumps({"audit": canonical.FORMAT, "snapshot": snapshot.FORMAT, "backup": vault.FORMAT,
                  "streams": getattr(layout, "FORMAT", 1), "history": manifest.SCHEMA,
                  "segment": getattr(manifest, "SEGMENT", 1)}))
"""


class Release:
    """The code that makes the fixture, and a home it works on."""

    def __init__(self, sources: Path, home: Path) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("BIHUAN_", "DJANGO_", "DATABASE_"))}
        self.home = home
        self.environment = {**kept, "PYTHONPATH": str(sources), "BIHUAN_HOME": str(home), "BIHUAN_DEMO": "1"}
        self.environment |= {"BIHUAN_STREAMS": "0", "BIHUAN_LANGUAGE": "en"}

    def run(self, *command: str | Path) -> str:
        done = subprocess.run(
            [sys.executable, *map(str, command)],
            env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"release_fixture: {command[:3]} failed\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return done.stdout

    def bihuan(self, *arguments: str | Path) -> str:
        return self.run("-m", "bihuan.site.main", *arguments)


def make(sources: Path, out: Path, *, commit: str, label: str) -> Path:
    with tempfile.TemporaryDirectory(prefix="bihuan-fixture-") as scratch:
        folder = Path(scratch)
        release = Release(sources, folder / "home")
        version = release.bihuan("--version").split()[-1]
        release.bihuan("demo", "--home", release.home, "--no-serve")
        release.run("-c", STREAMS, release.home, folder)
        release.bihuan("backup-key", folder / "identity.txt")
        for name in LEFT_OUT:
            path = release.home / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        lighten(release.home)
        release.bihuan("audit", "verify")
        about = {
            "label": label,
            "version": version,
            "commit": commit,
            "formats": json.loads(release.run("-c", FORMATS)),
            **described(release.home),
        }
        (folder / "release.json").write_text(json.dumps(about, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        out.mkdir(parents=True, exist_ok=True)
        archive = out / f"release-{label}.tar.xz"
        with tarfile.open(archive, "w:xz", preset=9) as tar:
            for name in ("release.json", "identity.txt", "home"):
                tar.add(folder / name, arcname=name, filter=anonymous)
    if archive.stat().st_size > MOST:
        raise SystemExit(f"release_fixture: {archive} is too large: {archive.stat().st_size} bytes")
    print(f"{archive}: {archive.stat().st_size} bytes, {len(about['migrations'])} migrations, commit {commit[:12]}")
    return archive


def lighten(home: Path) -> None:
    """One file without a write-ahead log beside it; thumbnails are made again when somebody looks."""
    with closing(sqlite3.connect(home / "bihuan.sqlite3")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("VACUUM")
    shutil.rmtree(home / "evidence" / "thumbnails", ignore_errors=True)


def described(home: Path) -> dict[str, object]:
    with closing(sqlite3.connect(home / "bihuan.sqlite3")) as database:
        migrations = [f"{app}.{name}" for app, name in database.execute("SELECT app, name FROM django_migrations ORDER BY app, name")]  # fmt: skip
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counts = {t: database.execute(f'SELECT count(*) FROM "{t}"').fetchone()[0] for t in tables}  # noqa: S608  # its own names
    files = {
        str(p.relative_to(home)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(home.rglob("*"))
        if p.is_file()
    }
    return {"migrations": migrations, "counts": {t: n for t, n in sorted(counts.items()) if n}, "files": files}


def anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nobody's account and one moment: the archive tells of the release, not of who made it."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = 0
    return entry


def sources_of(commit: str, into: Path) -> Path:
    packed = subprocess.run(["git", "-C", ROOT, "archive", commit, "src"], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        tar.extractall(into, filter="data")
    # The browser's files are fetched, not committed; the demo collects them.
    vendor = Path("src/bihuan/site/static/vendor")
    if (ROOT / vendor).is_dir():
        shutil.copytree(ROOT / vendor, into / vendor, dirs_exist_ok=True)
    return into / "src"


def head() -> str:
    return subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commit", default="", help="make it with the code of this commit")
    parser.add_argument("--label", required=True, help="the release it stands for, as 0.1.0-dev")
    parser.add_argument("--out", type=Path, default=FIXTURES)
    chosen = parser.parse_args()
    if not chosen.commit:
        make(ROOT / "src", chosen.out, commit=head(), label=chosen.label)
        return 0
    with tempfile.TemporaryDirectory(prefix="bihuan-sources-") as scratch:
        commit = subprocess.run(["git", "-C", ROOT, "rev-parse", chosen.commit], capture_output=True, text=True, check=True).stdout.strip()  # fmt: skip
        make(sources_of(commit, Path(scratch)), chosen.out, commit=commit, label=chosen.label)
    return 0


if __name__ == "__main__":
    sys.exit(main())
