"""轮流写: SQLite has one writer and no queue. Who waits looks again after ever longer pauses, up to a tenth of a second,
so under load whoever has just come wins, and an old waiter gives up with "database is locked".

Here each writer first takes the turn, a lock on a file beside the database, asking at one steady short pace whether it
has waited long or not. Reads take no turn. When a process dies the system gives its turn back.

A commit is on the disk before anybody hears of it, but the turn is given back before: the next writer computes while
this one waits for the disk, and several wait for it together.
"""

from __future__ import annotations

import os
import random
import time
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

try:
    import fcntl
except ImportError:  # Windows: SQLite's own waiting has to do
    fcntl = None  # type: ignore[assignment]

#: How long a waiter sleeps between two looks, in seconds; and the one who is next, who alone looks at the turn itself.
PAUSE = 0.002
PAUSE_OF_THE_NEXT = 0.0003
NORMAL = 1
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


_to_disk = getattr(os, "fdatasync", os.fsync)


class Lock:
    """An exclusive lock on a file, over all threads and processes."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.file: int | None = None
        self.process = 0
        self.is_held = False

    def take(self, *, until: float, pause: float) -> bool:
        if self.file is None or self.process != os.getpid():
            # A child must not share its parent's lock, so it opens the file for itself.
            self.file, self.process = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), os.getpid()
        while True:
            try:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() > until:
                    return False
                time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  # so that waiters don't march in step
            else:
                self.is_held = True
                return True

    def give(self) -> None:
        if self.is_held and self.file is not None and self.process == os.getpid():
            fcntl.flock(self.file, fcntl.LOCK_UN)
        self.is_held = False

    def close(self) -> None:
        self.give()
        if self.file is not None and self.process == os.getpid():
            os.close(self.file)
        self.file = None


class Turn:
    """One connection's place among the writers of one database file.

    Whoever holds the lock of the next in line looks often, so that the turn is hardly ever idle; those behind look seldom.
    """

    def __init__(self, path: str, patience: float) -> None:
        self.patience = patience
        self.lock, self.next = Lock(path), Lock(f"{path}.next")
        #: Seconds this connection has held the turn in all, and since when it does now: what a long job paces itself by.
        self.held_for = 0.0
        self._since = 0.0

    @property
    def is_held(self) -> bool:
        return self.lock.is_held

    def take(self) -> None:
        """Without end it isn't waited for: after that SQLite itself says what there is to say."""
        if fcntl is None or self.is_held:
            return
        until = time.monotonic() + self.patience
        if self.next.take(until=until, pause=PAUSE):
            try:
                self.lock.take(until=until, pause=PAUSE_OF_THE_NEXT)
                self._since = time.perf_counter()
            finally:
                self.next.give()

    def give(self) -> None:
        if self.is_held:
            self.held_for += time.perf_counter() - self._since
        self.lock.give()

    def close(self) -> None:
        self.give()
        self.lock.close()
        self.next.close()


class TurnCursor(base.SQLiteCursorWrapper):
    """A single write outside any transaction is a transaction of its own, and takes its turn too."""

    wrapper: Any

    def execute(self, query: str, params: Any = None) -> Any:
        if not self._needs_turn(query):
            return super().execute(query, params)
        self.wrapper.turn.take()
        try:
            done = super().execute(query, params)
        finally:
            self.wrapper.turn.give()
        self.wrapper.reach_the_disk()
        return done

    def executemany(self, query: str, param_list: Any) -> Any:
        if not self._needs_turn(query):
            return super().executemany(query, param_list)
        self.wrapper.turn.take()
        try:
            done = super().executemany(query, param_list)
        finally:
            self.wrapper.turn.give()
        self.wrapper.reach_the_disk()
        return done

    def _needs_turn(self, query: str) -> bool:
        turn = self.wrapper.turn
        if turn is None or turn.is_held or self.connection.in_transaction:
            return False
        return query.lstrip()[:7].upper().startswith(WRITES)


class DatabaseWrapper(base.DatabaseWrapper):
    turn: Turn | None = None
    #: The write-ahead log to wait for after a commit; None where SQLite itself waits or nobody shall.
    log: str | None = None
    log_file: int | None = None
    log_process = 0

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        path = str(conn_params["database"])
        in_memory = "memory" in path or path.startswith("file:") or not path
        held_for = 0.0 if self.turn is None else self.turn.held_for
        self.turn = None if in_memory else Turn(f"{path}.turn", patience=float(conn_params.get("timeout", 5.0)))
        if self.turn is not None:
            self.turn.held_for = held_for
        made = super().get_new_connection(conn_params)
        if fcntl is None:
            made.execute("PRAGMA synchronous=FULL")
        (mode,) = made.execute("PRAGMA journal_mode").fetchone()
        (waits,) = made.execute("PRAGMA synchronous").fetchone()
        self.log = f"{path}-wal" if self.turn is not None and (mode, waits) == ("wal", NORMAL) else None
        return made

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
        wrote = self.log is not None and self.connection.in_transaction
        try:
            super()._commit()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._give()
        if wrote:
            self.reach_the_disk()

    def reach_the_disk(self) -> None:
        """落盘: what was committed is in the write-ahead log; wait until the disk has it, with the turn given back.

        SQLite (`synchronous=NORMAL`) waits for the disk only when it carries the log over into the database, and then
        for both, so a commit lies either in the log waited for here or in a database already waited for.
        """
        if self.log is None:
            return
        if self.log_file is None or self.log_process != os.getpid():
            self.log_file, self.log_process = os.open(self.log, os.O_RDONLY | os.O_CLOEXEC), os.getpid()
        try:
            _to_disk(self.log_file)
        except OSError as failed:
            raise OperationalError(f"written, but the disk does not confirm it: {failed}") from failed

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
            if self.log_file is not None and self.log_process == os.getpid():
                os.close(self.log_file)
            self.log_file = None

    def _give(self) -> None:
        if self.turn is not None:
            self.turn.give()
