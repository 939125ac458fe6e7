"""数据库的备份与恢复: one consistent state, while everybody goes on working.

SQLite by its own online backup; PostgreSQL table by table with COPY inside one read-only snapshot, so that no program of
the server's release has to be installed here.
"""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import psycopg
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: A file is cut into blocks of this size: those that have not changed since the last backup are there already.
BLOCK: Final = 4 << 20
Put = Callable[[bytes], str]


class DatabaseNotEmpty(Problem):
    code = "backup.database_not_empty"


class OtherKindOfDatabase(Problem):
    code = "backup.other_kind_of_database"


class UnknownMigrations(Problem):
    code = "backup.unknown_migrations"


@dataclass(slots=True)
class Snapshot:
    """`tables`: name, columns and the blocks of its rows. For SQLite the whole file is the one table `""`."""

    vendor: str
    migrations: list[list[str]] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)


class Blocks:
    """Cuts a stream into blocks and hands each to the vault."""

    def __init__(self, put: Put) -> None:
        self._put, self._waiting, self.digests = put, bytearray(), list[str]()
        self.size = 0

    def write(self, piece: bytes) -> None:
        self._waiting += piece
        self.size += len(piece)
        while len(self._waiting) >= BLOCK:
            self.digests.append(self._put(bytes(self._waiting[:BLOCK])))
            del self._waiting[:BLOCK]

    def end(self) -> None:
        if self._waiting:
            self.digests.append(self._put(bytes(self._waiting)))
            self._waiting.clear()


def take(put: Put, *, scratch: Path) -> Snapshot:
    """The whole database as of one instant."""
    return _take_sqlite(put, scratch) if connection.vendor == "sqlite" else _take_postgres(put)


def _take_sqlite(put: Put, scratch: Path) -> Snapshot:
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=scratch) as folder:
        copy = Path(folder) / "bihuan.sqlite3"
        source = sqlite3.connect(f"{sqlite_path().as_uri()}?mode=ro", uri=True, timeout=60)
        with closing(source), closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
            migrations = [list(row) for row in target.execute("SELECT app, name FROM django_migrations ORDER BY id")]
        blocks = Blocks(put)
        with copy.open("rb") as file:
            while piece := file.read(BLOCK):
                blocks.write(piece)
        blocks.end()
    return Snapshot("sqlite", migrations, [{"name": "", "size": blocks.size, "blocks": blocks.digests}])


def sqlite_path() -> Path:
    return Path(str(connection.settings_dict["NAME"])).resolve()


@contextmanager
def _raw(*, reading: bool) -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own: the backup's transaction is nobody else's."""
    mine = connections.create_connection("default")
    mine.connect()
    raw = mine.connection
    try:
        raw.autocommit = False
        if reading:
            raw.isolation_level, raw.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        with raw.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        yield raw
    finally:
        mine.close()


_TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname = current_schema() ORDER BY c.relname
"""
_COLUMNS = """
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
"""


def _take_postgres(put: Put) -> Snapshot:
    found = Snapshot("postgresql")
    with _raw(reading=True) as raw, raw.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        found.migrations = [list(row) for row in cursor.fetchall()]
        cursor.execute(_TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(_COLUMNS, [table])
            columns = [name for (name,) in cursor.fetchall()]
            blocks = Blocks(put)
            with cursor.copy(_copy(table, columns, "TO STDOUT")) as rows:
                for piece in rows:
                    blocks.write(bytes(piece))
            blocks.end()
            found.tables.append({"name": table, "columns": columns, "size": blocks.size, "blocks": blocks.digests})
    return found


def _copy(table: str, columns: Sequence[str], direction: str) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {t} ({c}) " + direction).format(t=sql.Identifier(table), c=names)


def put_back(snapshot: Snapshot, *, read: Callable[[str, BinaryIO], None], replace: bool) -> None:
    """The database as it was. `read` writes one block into a file. Without `replace`, only into an empty one."""
    if snapshot.vendor != connection.vendor:
        raise OtherKindOfDatabase(
            Text(
                "备份来自 {a}，当前设置是 {b}。请先改 DATABASE_URL。",
                "The backup is of {a}, the settings say {b}. Change DATABASE_URL first.",
            ).format(a=snapshot.vendor, b=connection.vendor)
        )
    if not replace and not is_empty():
        raise DatabaseNotEmpty(
            Text(
                "目标数据库不是空的，不会覆盖。确要覆盖请加 --replace。",
                "The database isn't empty and is left alone. Add --replace to overwrite it.",
            )
        )
    if snapshot.vendor == "sqlite":
        _put_back_sqlite(snapshot, read)
    else:
        _put_back_postgres(snapshot, read)


def is_empty() -> bool:
    if connection.vendor == "sqlite":
        path = sqlite_path()
        return not path.exists() or not connection.introspection.table_names()
    return not connection.introspection.table_names()


def _put_back_sqlite(snapshot: Snapshot, read: Callable[[str, BinaryIO], None]) -> None:
    """Written beside, checked, then put in its place in one step."""
    connections.close_all()
    path = sqlite_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.restoring")
    with draft.open("wb") as out:
        for digest in snapshot.tables[0]["blocks"]:
            read(digest, out)
    with closing(sqlite3.connect(draft)) as made:
        if made.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("the restored file is not whole")
    for beside in (f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(beside).unlink(missing_ok=True)
    draft.replace(path)


def _put_back_postgres(snapshot: Snapshot, read: Callable[[str, BinaryIO], None]) -> None:
    """Structure by our own migrations, to where the backup stood; then all rows in one transaction."""
    _drop_everything()
    _migrate_to(snapshot.migrations)
    connections.close_all()
    with _raw(reading=False) as raw:
        with raw.cursor() as cursor:
            cursor.execute(_TABLES)
            there = [name for (name,) in cursor.fetchall()]
            cursor.execute(sql.SQL("TRUNCATE {t} CASCADE").format(t=sql.SQL(", ").join(map(sql.Identifier, there))))
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for table in snapshot.tables:
                with cursor.copy(_copy(table["name"], table["columns"], "FROM STDIN")) as rows:
                    for digest in table["blocks"]:
                        with tempfile.TemporaryFile() as block:
                            read(digest, block)
                            block.seek(0)
                            while piece := block.read(1 << 20):
                                rows.write(piece)
            _set_sequences(cursor)
        raw.commit()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


_SEQUENCES = """
    SELECT c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname = current_schema() AND a.attnum > 0 AND NOT a.attisdropped
      AND pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL
"""


def _set_sequences(cursor: Any) -> None:
    cursor.execute(_SEQUENCES)
    for table, column, sequence in cursor.fetchall():
        largest = sql.SQL("SELECT max({c}) FROM {t}").format(c=sql.Identifier(column), t=sql.Identifier(table))
        cursor.execute(largest)
        value = cursor.fetchone()[0]
        cursor.execute("SELECT setval(%s, %s, %s)", [sequence, value or 1, value is not None])


def _drop_everything() -> None:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table)} CASCADE")


def _migrate_to(applied: Sequence[Sequence[str]]) -> None:
    """To exactly the structure the rows were taken from."""
    executor = MigrationExecutor(connection)
    known = set(executor.loader.graph.nodes)
    wanted = [(app, name) for app, name in applied]
    if unknown := [f"{app}.{name}" for app, name in wanted if (app, name) not in known]:
        raise UnknownMigrations(
            Text(
                "备份来自更新的版本（本程序没有 {m}）。请先安装做备份时的版本。",
                "The backup is of a newer release ({m} is unknown here). Install the release it was made with.",
            ).format(m=", ".join(unknown[:3]))
        )
    executor.migrate(wanted)


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
