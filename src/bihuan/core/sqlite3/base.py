"""轮流写: SQLite has one writer and no queue. Who waits looks again after ever longer pauses, up to a tenth of a second,
so under load whoever has just come wins, and an old waiter gives up with "database is locked".

Here each writer first takes the turn, a lock on a file beside the database, asking at one steady short pace whether it
has waited long or not. Reads take no turn. When a process dies the system gives its turn back.
"""

from __future__ import annotations

import os
import random
import time
from typing import Any

from django.db.backends.sqlite3 import base

try:
    import fcntl
except ImportError:  # Windows: SQLite's own waiting has to do
    fcntl = None  # type: ignore[assignment]

#: How long a waiter sleeps between two looks, in seconds.
PAUSE = 0.002
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class Turn:
    """One connection's place among the writers of one database file, over all threads and processes."""

    def __init__(self, path: str, patience: float) -> None:
        self.path = path
        self.patience = patience
        self.file: int | None = None
        self.process = 0
        self.is_held = False

    def take(self) -> None:
        if fcntl is None or self.is_held:
            return
        if self.file is None or self.process != os.getpid():
            # A child must not share its parent's lock, so it opens the file for itself.
            self.file, self.process = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), os.getpid()
        until = time.monotonic() + self.patience
        while True:
            try:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() > until:
                    return  # SQLite itself then says what there is to say
                time.sleep(PAUSE * random.uniform(0.5, 1.5))  # noqa: S311  # so that waiters don't march in step
            else:
                self.is_held = True
                return

    def give(self) -> None:
        if self.is_held and self.file is not None and self.process == os.getpid():
            fcntl.flock(self.file, fcntl.LOCK_UN)
        self.is_held = False

    def close(self) -> None:
        self.give()
        if self.file is not None and self.process == os.getpid():
            os.close(self.file)
        self.file = None


class TurnCursor(base.SQLiteCursorWrapper):
    """A single write outside any transaction is a transaction of its own, and takes its turn too."""

    wrapper: Any

    def execute(self, query: str, params: Any = None) -> Any:
        if not self._needs_turn(query):
            return super().execute(query, params)
        self.wrapper.turn.take()
        try:
            return super().execute(query, params)
        finally:
            self.wrapper.turn.give()

    def executemany(self, query: str, param_list: Any) -> Any:
        if not self._needs_turn(query):
            return super().executemany(query, param_list)
        self.wrapper.turn.take()
        try:
            return super().executemany(query, param_list)
        finally:
            self.wrapper.turn.give()

    def _needs_turn(self, query: str) -> bool:
        turn = self.wrapper.turn
        if turn is None or turn.is_held or self.connection.in_transaction:
            return False
        return query.lstrip()[:7].upper().startswith(WRITES)


class DatabaseWrapper(base.DatabaseWrapper):
    turn: Turn | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        path = str(conn_params["database"])
        in_memory = "memory" in path or path.startswith("file:") or not path
        self.turn = None if in_memory else Turn(f"{path}.turn", patience=float(conn_params.get("timeout", 5.0)))
        return super().get_new_connection(conn_params)

    def create_cursor(self, name: str | None = None) -> Any:
        cursor = self.connection.cursor(factory=TurnCursor)
        cursor.wrapper = self
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        if self.turn is None:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs leave it out
            return
        self.turn.take()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs leave it out
        except BaseException:
            self.turn.give()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._give()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._give()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # the stubs leave it out
        finally:
            if self.turn is not None:
                self.turn.close()

    def _give(self) -> None:
        if self.turn is not None:
            self.turn.give()
