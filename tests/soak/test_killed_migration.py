"""数据库在升级中被杀: PostgreSQL loses its server in the middle of a migration; the next start finds the upgrade undone.

The same for SQLite, whose process is the program itself, is tests/upgrade/test_from_an_earlier_release.py.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tools.with_postgres import server_folder, unprivileged

from bihuan.site import main

pytestmark = [pytest.mark.soak, pytest.mark.postgres]
SOURCES = str(Path(main.__file__).parents[2])
SETTINGS = """
from bihuan.site.settings import *
INSTALLED_APPS = [*INSTALLED_APPS, "planted"]
"""
#: Two steps, so that the first is committed when the server dies in the second.
FIRST = """
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial")]
    operations = [migrations.CreateModel("Planted", [("id", models.BigAutoField(primary_key=True))])]
"""
SECOND = """
import time
from pathlib import Path
from django.db import migrations
def work(apps, editor):
    apps.get_model("planted", "Planted").objects.create()
    Path({mark!r}).touch()
    if {waits}:
        for _ in range(6000):
            time.sleep(0.1)
            apps.get_model("planted", "Planted").objects.count()
class Migration(migrations.Migration):
    dependencies = [("planted", "0001_initial")]
    operations = [migrations.RunPython(work)]
"""


class Postgres:
    """A cluster that keeps what it acknowledged: killed with -9, started again."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.binaries, self.folder, self.person = binaries, folder, unprivileged()
        if self.person:
            os.chown(folder, int(str(self.person["user"])), int(str(self.person["group"])))
        self._run("initdb", "-D", folder / "data", "-U", "bihuan", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()
        self._run("createdb", "-h", folder, "-U", "bihuan", "bihuan")

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [self.binaries / program, *arguments], cwd=self.folder, capture_output=True, check=False, **self.person
        )  # type: ignore[call-overload]
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        options = ("listen_addresses=", f"unix_socket_directories={self.folder}")
        self.server = subprocess.Popen(
            [self.binaries / "postgres", "-D", self.folder / "data", *(p for o in options for p in ("-c", o))],
            cwd=self.folder, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True, **self.person,
        )  # type: ignore[call-overload]  # fmt: skip
        limit = time.monotonic() + 300
        asked = [self.binaries / "pg_isready", "-q", "-h", self.folder, "-U", "bihuan"]
        while subprocess.run(asked, check=False).returncode:
            assert time.monotonic() < limit
            time.sleep(0.1)

    def kill(self) -> None:
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait()
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)


def test_a_server_killed_in_a_migration_leaves_nothing_of_it(tmp_path: Path) -> None:
    binaries = server_folder()
    if binaries is None:
        pytest.skip("postgres is absent")
    short = Path(subprocess.run(["mktemp", "-d", "/tmp/bhk-XXXXXX"], capture_output=True, text=True, check=True).stdout.strip())  # fmt: skip
    home, mark, migrations = tmp_path / "home", tmp_path / "half-way", tmp_path / "planted" / "migrations"
    database = Postgres(binaries, short)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BIHUAN_", "DJANGO_", "DATABASE_"))}
    ours = {
        "PYTHONPATH": os.pathsep.join([SOURCES, str(tmp_path)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "BIHUAN_HOME": str(home),
    }
    ours |= {
        "BIHUAN_STREAMS": "0",
        "BIHUAN_LANGUAGE": "en",
        "DATABASE_URL": f"postgresql://bihuan@/bihuan?host={short}",
    }
    planted = {"DJANGO_SETTINGS_MODULE": "planted_settings"}
    command = [sys.executable, "-m", "bihuan.site.main"]

    def bihuan(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *arguments], env=kept | ours | more, capture_output=True, text=True, check=False
        )

    def plant(*, waits: bool) -> None:
        migrations.mkdir(parents=True, exist_ok=True)
        for package in (migrations.parent, migrations):
            (package / "__init__.py").touch()
        (tmp_path / "planted_settings.py").write_text(SETTINGS)
        (migrations / "0001_initial.py").write_text(FIRST)
        (migrations / "0002_work.py").write_text(SECOND.format(mark=str(mark), waits=waits))

    try:
        assert bihuan("migrate").returncode == 0
        assert bihuan("upgrade").returncode == 0  # nothing is due
        plant(waits=True)
        upgrade = subprocess.Popen([*command, "upgrade"], env=kept | ours | planted, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # fmt: skip
        limit = time.monotonic() + 600
        while not mark.exists():
            assert upgrade.poll() is None, upgrade.communicate()[0]
            assert time.monotonic() < limit
            time.sleep(0.05)
        database.kill()
        said = upgrade.communicate(timeout=600)[0]
        assert upgrade.returncode != 0
        assert (home / "before-upgrade" / "snapshot.json").exists()  # the database was away: its copy waits
        database.start()
        plant(waits=False)
        begun = time.monotonic()
        again = bihuan("upgrade", **planted)
        seconds = time.monotonic() - begun
        assert again.returncode == 0, again.stdout + again.stderr
        assert "taken back first" in again.stdout
        assert bihuan("audit", "verify", **planted).returncode == 0
        print(json.dumps({"drill": "PostgreSQL killed in a migration", "lost": 0, "back_and_upgraded_s": round(seconds, 1), "saw": said.strip().splitlines()[-1][:160]}))  # fmt: skip
    finally:
        database.kill()
        shutil.rmtree(short, ignore_errors=True)
