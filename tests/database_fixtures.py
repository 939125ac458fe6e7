"""The tests' database: its tables are made once for all processes of a run, and emptied quickly.

The way over all migrations takes ten seconds; the first process that needs a database goes it, the others copy what came
of it. Loaded as a plugin by the root conftest; Django is imported inside, without it the plugin still loads.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

try:
    import fcntl
except ImportError:  # Windows: each process makes its own
    fcntl = None  # type: ignore[assignment]


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """One process of the run at a time."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def take_sqlite(made: Path, name: str) -> bool:
    if not made.exists():
        return False
    for rest in ("", "-wal", "-shm"):
        Path(f"{name}{rest}").unlink(missing_ok=True)
    shutil.copyfile(made, name)
    return True


def give_sqlite(made: Path, name: str) -> None:
    beside = made.with_suffix(".part")
    with closing(sqlite3.connect(name)) as source, closing(sqlite3.connect(beside)) as copy:
        source.backup(copy)
    beside.rename(made)


def take_postgres(creation: Any, made: Path, name: str) -> bool:
    if not made.exists():
        return False
    with creation._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{made.read_text()}"')
    return True


def give_postgres(creation: Any, made: Path, name: str) -> None:
    kept = f"{name}_made"
    with creation._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{kept}"')
        cursor.execute(f'CREATE DATABASE "{kept}" TEMPLATE "{name}"')
    made.write_text(kept)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """In the place of pytest-django's own, which goes over all migrations in every process."""
    from django.conf import settings
    from django.db import connection

    creation, before = connection.creation, connection.settings_dict["NAME"]
    name = creation._get_test_db_name()
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            quicken_the_flush()
        if fcntl is None or connection.vendor not in ("sqlite", "postgresql"):
            creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        else:
            made = shared / "database-made"
            with alone(shared / "database-lock"):
                connection.close()
                if connection.vendor == "sqlite":
                    is_there = take_sqlite(made, name)
                else:
                    is_there = take_postgres(creation, made, name)
                if not is_there:
                    creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
                    connection.close()
                    if connection.vendor == "sqlite":
                        give_sqlite(made, name)
                    else:
                        give_postgres(creation, made, name)
            settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
        connection.ensure_connection()
    yield
    with django_db_blocker.unblock():
        creation.destroy_test_db(before, verbosity=0)


def quicken_the_flush() -> None:
    """After a test that commits: PostgreSQL makes the files of every truncated table anew, a second for all of them,
    and most hold nothing. So only what holds rows is deleted; foreign keys are looked at when the transaction ends."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    truncate = DatabaseOperations.sql_flush

    def delete(
        self: Any, style: Any, tables: Any, *, reset_sequences: bool = False, allow_cascade: bool = False
    ) -> Any:
        if reset_sequences or allow_cascade or not tables:
            return truncate(self, style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade)
        names = [self.quote_name(table) for table in tables]
        asked = [f"SELECT {n} WHERE EXISTS (SELECT 1 FROM {name})" for n, name in enumerate(names)]
        with self.connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(asked))
            return [f"DELETE FROM {names[n]}" for (n,) in cursor.fetchall()]

    DatabaseOperations.sql_flush = delete  # type: ignore[method-assign]
