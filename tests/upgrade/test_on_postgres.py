"""The same earlier home on PostgreSQL: its rows in the structure its release had there, upgraded by this one.

The kept home is of SQLite. Its release made the same rows on PostgreSQL, in the structure to which the migrations of that
day lead; released migrations are never edited, so the present code still leads there. The rows are carried over as they
lie, and then `bihuan upgrade` meets them as it would meet that release's own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from tools.release_fixture import FIXTURES

from bihuan.site import main

ARCHIVES = sorted(FIXTURES.glob("release-*.tar.xz"))
pytestmark = [
    pytest.mark.skipif(not ARCHIVES, reason="no earlier release is kept in tests/fixtures yet"),
    pytest.mark.skipif("BIHUAN_TEST_DATABASE_URL" not in os.environ, reason="./run test --postgres upgrades it there"),
    pytest.mark.postgres,
    pytest.mark.long,
]

#: In a process with the settings of the PostgreSQL home: the structure of that day, then every row of the SQLite file.
CARRY = """
import json, sqlite3, sys
import django
django.setup()
from django.db import connection
from psycopg import sql
from bihuan.site.backup import records
source = sqlite3.connect(sys.argv[1])
applied = [tuple(row) for row in source.execute("SELECT app, name FROM django_migrations ORDER BY id")]
records._migrate_to(applied)
SPELL = {
    "boolean": lambda v: bool(v),
    "timestamp with time zone": lambda v: f"{v}+00" if "+" not in v else v,
}
with records._raw(reading=False) as raw:
    with raw.cursor() as cursor:
        cursor.execute(records._TABLES)
        there = [name for (name,) in cursor.fetchall()]
        cursor.execute(sql.SQL("TRUNCATE {t} CASCADE").format(t=sql.SQL(", ").join(map(sql.Identifier, there))))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in there:
            cursor.execute(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema()"
                " AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position", [table])
            kinds = dict(cursor.fetchall())
            held = {row[1] for row in source.execute(f'PRAGMA table_info("{table}")')}
            columns = [c for c in kinds if c in held]
            if not columns:
                continue
            spell = [SPELL.get(kinds[c], lambda v: v) for c in columns]
            names = ", ".join(f'"{c}"' for c in columns)
            with cursor.copy(records._copy(table, columns, "FROM STDIN")) as out:
                for row in source.execute(f'SELECT {names} FROM "{table}"'):
                    out.write_row([None if v is None else f(v) for f, v in zip(spell, row)])
        records._set_sequences(cursor)
    raw.commit()
"""


class Home:
    """The earlier home with its records in a PostgreSQL database of its own."""

    def __init__(self, archive: Path, folder: Path, url: str) -> None:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        self.folder, self.home, self.url = folder, folder / "home", url
        self.about = json.loads((folder / "release.json").read_text(encoding="utf-8"))

    def python(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("BIHUAN_", "DJANGO_", "DATABASE_"))}
        ours = {"PYTHONPATH": str(Path(main.__file__).parents[2]), "BIHUAN_HOME": str(self.home), "BIHUAN_DEMO": "1"}
        ours |= {"DATABASE_URL": self.url, "DJANGO_SETTINGS_MODULE": "bihuan.site.settings"}
        ours |= {"BIHUAN_STREAMS": "0", "BIHUAN_LANGUAGE": "en"}
        return subprocess.run(
            [sys.executable, *map(str, arguments)], env=kept | ours, capture_output=True, text=True, check=False, timeout=600
        )  # fmt: skip

    def bihuan(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return self.python("-m", "bihuan.site.main", *arguments)

    def counts(self) -> dict[str, int]:
        with psycopg.connect(self.url) as database:
            named = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
            tables = [name for (name,) in database.execute(named)]
            return {t: database.execute(f'SELECT count(*) FROM "{t}"').fetchone()[0] for t in tables}  # type: ignore[index]


@pytest.fixture(params=ARCHIVES, ids=lambda path: path.name)
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    server = urlsplit(os.environ["BIHUAN_TEST_DATABASE_URL"])
    name = f"kept_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with psycopg.connect(urlunsplit(server), autocommit=True) as database:
        database.execute(f'DROP DATABASE IF EXISTS "{name}"')
        database.execute(f'CREATE DATABASE "{name}"')
    yield Home(request.param, tmp_path, urlunsplit(server._replace(path=f"/{name}")))
    with psycopg.connect(urlunsplit(server), autocommit=True) as database:
        database.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_the_earlier_home_is_upgraded_on_postgresql_with_nothing_lost(earlier: Home) -> None:
    file = earlier.home / "bihuan.sqlite3"
    carried = earlier.python("-c", CARRY, file)
    assert carried.returncode == 0, carried.stderr
    file.unlink()  # from here on there is PostgreSQL alone
    before = earlier.counts()
    of_sqlite = ("sqlite_sequence", "records_search")
    kept = {t: n for t, n in earlier.about["counts"].items() if not t.startswith(of_sqlite)}
    assert {t: before.get(t) for t in kept} == kept

    done = earlier.bihuan("upgrade", "--backup", earlier.folder / "vault")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Upgraded to" in done.stdout
    after = earlier.counts()
    assert {t: (n, after[t]) for t, n in before.items() if t in after and after[t] < n} == {}
    verified = earlier.bihuan("audit", "verify")
    assert verified.returncode == 0, verified.stdout
