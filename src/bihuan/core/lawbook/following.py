"""随核对而变: every process of the installation goes by the checks of its database, within half a minute.

Rules ask `law.at(day)` and know of no database. So the edges (a request that begins, a task that is taken) bring what
was checked into the process.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from django.core.signals import request_started
from django.db import DatabaseError

from bihuan.core.jobs.queue import task_started
from bihuan.core.lawbook import queries
from bihuan.law import law

SECONDS = 30.0

_lock = threading.Lock()
_read_at = float("-inf")
_known: dict[law.VersionKey, str] = {}


def refresh(**_: Any) -> None:
    """Read the checks again when it is time. A database that is away leaves what is known as it is."""
    global _read_at  # one per process, like the law itself
    if time.monotonic() - _read_at < SECONDS or not _lock.acquire(blocking=False):
        return
    try:
        read()
        _read_at = time.monotonic()
    except DatabaseError:
        pass
    finally:
        _lock.release()


def read() -> None:
    """Read the checks now. The law is made anew only when they changed: what rules derived from it stays at hand."""
    global _known
    found = {check.version_key: check.fingerprint for check in queries.checks()}
    if found != _known:
        law.adopt(found)
        _known = found


def watch() -> None:
    """In a process that serves pages or works off tasks."""
    request_started.connect(refresh, dispatch_uid="lawbook.refresh")
    task_started.connect(refresh, dispatch_uid="lawbook.refresh")
