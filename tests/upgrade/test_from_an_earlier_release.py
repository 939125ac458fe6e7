"""A home that an earlier release left is upgraded by this one, and put back whole when that fails.

The homes are kept in tests/fixtures; `tools/release_fixture.py` makes them. From the first of them on a migration that
was released is never edited: what changes comes as a new one.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tools.release_fixture import FIXTURES

from bihuan.core.audit import canonical
from bihuan.engines.alarms import snapshot
from bihuan.site import main
from bihuan.site.backup import vault
from bihuan.streams.bus import layout
from bihuan.streams.history import manifest

ARCHIVES = sorted(FIXTURES.glob("release-*.tar.xz"))
pytestmark = [
    pytest.mark.skipif(not ARCHIVES, reason="no earlier release is kept in tests/fixtures yet"),
    pytest.mark.skipif("BIHUAN_TEST_DATABASE_URL" in os.environ, reason="the kept homes are of SQLite"),
    pytest.mark.long,
]

SETTINGS = """
from bihuan.site.settings import *
INSTALLED_APPS = [*INSTALLED_APPS, "planted"]
"""
#: What the release after this one might bring: a table, a column, and then what the test wants to happen.
FIRST = """
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_release"), ("parties", "0001_initial")]
    operations = [
        migrations.CreateModel("Planted", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())]),
    ]
"""
SECOND = """
import os
from django.db import migrations
def work(apps, editor):
    apps.get_model("planted", "Planted").objects.create(name="x")
    {then}
class Migration(migrations.Migration):
    dependencies = [("planted", "0001_initial")]
    operations = [migrations.RunPython(work)]
"""


class Home:
    """One earlier home, unpacked for one test, with a next release planted over this one."""

    def __init__(self, archive: Path, folder: Path) -> None:
        self.folder = folder
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        self.home = folder / "home"
        self.about = json.loads((folder / "release.json").read_text(encoding="utf-8"))

    def plant(self, then: str) -> None:
        migrations = self.folder / "planted" / "migrations"
        shutil.rmtree(migrations, ignore_errors=True)
        migrations.mkdir(parents=True)
        for package in (migrations.parent, migrations):
            (package / "__init__.py").touch()
        (self.folder / "planted_settings.py").write_text(SETTINGS)
        (migrations / "0001_initial.py").write_text(FIRST)
        (migrations / "0002_work.py").write_text(SECOND.format(then=then))

    def bihuan(self, *arguments: str | Path, planted: bool = True) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("BIHUAN_", "DJANGO_", "DATABASE_"))}
        sources = [str(Path(main.__file__).parents[2]), str(self.folder)]
        ours = {"PYTHONPATH": os.pathsep.join(sources), "PYTHONDONTWRITEBYTECODE": "1", "BIHUAN_HOME": str(self.home)}
        ours |= {"BIHUAN_DEMO": "1", "BIHUAN_STREAMS": "0", "BIHUAN_LANGUAGE": "en"}
        if planted:
            ours["DJANGO_SETTINGS_MODULE"] = "planted_settings"
        return subprocess.run(
            [sys.executable, "-m", "bihuan.site.main", *map(str, arguments)],
            env=kept | ours, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip

    def database(self) -> dict[str, list[tuple[object, ...]]]:
        """Every table with all its rows."""
        with closing(sqlite3.connect(self.home / "bihuan.sqlite3")) as database:
            names = [n for (n,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {n: sorted(database.execute(f'SELECT * FROM "{n}"'), key=repr) for n in names}

    def columns(self) -> dict[str, set[str]]:
        with closing(sqlite3.connect(self.home / "bihuan.sqlite3")) as database:
            names = [n for (n,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {n: {row[1] for row in database.execute(f'PRAGMA table_info("{n}")')} for n in names}


@pytest.fixture(params=ARCHIVES, ids=lambda path: path.name)
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    return Home(request.param, tmp_path)


@pytest.fixture(scope="module", params=ARCHIVES, ids=lambda path: path.name)
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Upgraded to the release after this one, with a backup before it."""
    home = Home(request.param, tmp_path_factory.mktemp("upgraded"))
    home.plant("pass")
    done = home.bihuan("upgrade", "--backup", home.folder / "vault")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Backed up" in done.stdout
    assert "Upgraded to" in done.stdout
    return home


def test_it_is_checked_backed_up_migrated_and_verified_with_nothing_lost(upgraded: Home, db_columns: Callable[[], dict[str, set[str]]]) -> None:  # fmt: skip
    before = upgraded.about["counts"]
    after = {name: len(rows) for name, rows in upgraded.database().items()}
    less = {name: (count, after[name]) for name, count in before.items() if name in after and after[name] < count}
    assert not less
    assert after["planted_planted"] == 1
    verified = upgraded.bihuan("audit", "verify", planted=False)
    assert verified.returncode == 0, verified.stdout
    assert list((upgraded.folder / "vault" / "points").glob("*.sealed"))
    # The way over many releases ends where a fresh installation begins; else an old migration was edited.
    fresh = db_columns()
    columns = {name: found for name, found in upgraded.columns().items() if name in fresh}
    assert columns == {name: fresh[name] for name in columns}
    assert set(fresh) <= set(upgraded.columns())


@pytest.fixture
def db_columns(db: None) -> Callable[[], dict[str, set[str]]]:
    """The structure a fresh installation has."""
    from django.apps import apps

    models = [m for app in apps.get_app_configs() for m in app.get_models(include_auto_created=True)]
    return lambda: {
        m._meta.db_table: {f.column for f in m._meta.local_concrete_fields}
        for m in models
        if m._meta.managed and m.__module__.startswith("bihuan.")
    }


def test_a_failing_step_puts_every_row_back(earlier: Home) -> None:
    earlier.plant("apps.get_model('parties', 'Region').objects.all().update(name='lost'); raise ValueError('planted')")
    before = earlier.database()
    done = earlier.bihuan("upgrade")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "the database is as it was before" in done.stdout
    assert earlier.database() == before
    assert earlier.bihuan("audit", "verify", planted=False).returncode == 0


def test_a_process_killed_in_a_step_is_taken_back_by_the_next_run(earlier: Home) -> None:
    earlier.plant("os.kill(os.getpid(), 9)")
    before = earlier.database()
    assert earlier.bihuan("upgrade").returncode == -9
    assert earlier.database() != before
    earlier.plant("pass")
    again = earlier.bihuan("upgrade")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "taken back first" in again.stdout
    after = earlier.database()
    counting = ("django_migrations", "sqlite_sequence")
    # A step of ours that really works on rows (numbers of people are sealed) changes these, and loses none of them.
    sealed = ("access_user", "parties_person", "enterprises_enterprise")
    assert [n for n, rows in before.items() if n not in counting + sealed and after[n] != rows] == []
    assert [n for n in sealed if len(after[n]) != len(before[n])] == []


def test_what_a_newer_release_has_upgraded_is_refused_in_words(upgraded: Home) -> None:
    for command in (("upgrade",), ("up", "--no-streams")):
        refused = upgraded.bihuan(*command, planted=False)
        assert refused.returncode == 1
        assert "A newer release has upgraded this database (planted.0001_initial" in refused.stderr
    (history,) = sorted((upgraded.home / "history" / "manifest").glob("*.json"))[-1:]
    said = json.loads(history.read_text(encoding="utf-8"))
    history.write_text(json.dumps({**said, "schema": manifest.SCHEMA + 1}), encoding="utf-8")
    refused = upgraded.bihuan("stream", "verify", planted=False)
    assert refused.returncode == 2
    assert "a newer release wrote it" in refused.stdout


def test_its_formats_are_known_to_this_release(earlier: Home) -> None:
    ours = {
        "audit": canonical.FORMAT,
        "snapshot": snapshot.FORMAT,
        "backup": vault.FORMAT,
        "streams": layout.FORMAT,
        "history": manifest.SCHEMA,
        "segment": manifest.SEGMENT,
    }
    assert set(earlier.about["formats"]) == set(ours)
    assert all(1 <= found <= ours[what] for what, found in earlier.about["formats"].items())


def test_its_history_and_its_streams_are_read(earlier: Home) -> None:
    verified = earlier.bihuan("stream", "verify", planted=False)
    assert verified.returncode == 0, verified.stdout
    files = earlier.about["files"]
    assert {name for name in files if name.startswith("bus/copies/")} >= {"bus/copies/TELEMETRY", "bus/copies/ALARMS"}
    for name in files:
        if name.startswith("bus/copies/"):
            with (earlier.home / name).open("rb") as copy:
                config = json.loads(copy.readline())["config"]
            layout.require_readable(name, config.get("metadata"))
