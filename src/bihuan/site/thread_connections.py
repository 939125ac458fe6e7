"""线程连接: the connections of threads that are gone are closed by the next request.

The page server lets idle threads go. What Django keeps for a thread refers to itself in a ring, so the connection of a
thread long gone stayed open until the collector of garbage came by, which it seldom does.
"""

from __future__ import annotations

import threading
import weakref
from typing import Any

from django.core.signals import request_started
from django.db.backends.signals import connection_created


class _Thread:
    """Held by its thread alone, so it is gone when the thread is. No code runs then: a dying thread must not close
    anything itself, for that lets other threads run in the middle of its end.
    """


class ThreadConnections:
    def __init__(self) -> None:
        self._here = threading.local()
        self._open: list[tuple[weakref.ref[_Thread], Any]] = []
        self._lock = threading.Lock()

    def note(self, *, connection: Any, **_: Any) -> None:
        """This thread has opened a connection."""
        if not hasattr(self._here, "thread"):
            self._here.thread = _Thread()
        with self._lock:
            if all(known is not connection for _, known in self._open):
                self._open.append((weakref.ref(self._here.thread), connection))

    def sweep(self, **_: Any) -> int:
        """Close what belongs to nobody any more; answers how many that were."""
        with self._lock:
            gone = [connection for thread, connection in self._open if thread() is None]
            if gone:
                self._open = [(thread, c) for thread, c in self._open if thread() is not None]
        for connection in gone:
            connection.inc_thread_sharing()  # otherwise only the thread that opened it may close it
            connection.close()
        return len(gone)


_of_this_process = ThreadConnections()


def watch() -> None:
    """In a process that serves pages; elsewhere a thread that opens a connection closes it."""
    connection_created.connect(_of_this_process.note, dispatch_uid="thread_connections.note")
    request_started.connect(_of_this_process.sweep, dispatch_uid="thread_connections.sweep")
