"""应答: what every answer leaves in log and counters, and the two addresses by which a proxy asks how we are."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

from bihuan.core import meters

log = logging.getLogger("bihuan.web")
GetResponse = Callable[[HttpRequest], HttpResponse]
#: So often the database is asked at most, however many strangers ask us.
ASK_EVERY = 5.0


class HealthMiddleware:
    """`/healthz`: this process answers. `/readyz`: it can also serve. A bare word: strangers may read it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._asked: tuple[float, bool] = (-ASK_EVERY, False)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return _word("ok", 200)
        if request.path == "/readyz":
            return _word("ready", 200) if self._is_ready() else _word("not ready", 503)
        request.begun = time.monotonic()  # type: ignore[attr-defined]
        return self.get_response(request)

    def _is_ready(self) -> bool:
        asked, said = self._asked
        if time.monotonic() - asked >= ASK_EVERY:
            said = is_ready()
            self._asked = (time.monotonic(), said)
        return said


def is_ready() -> bool:
    """The database answers and is as far as this code."""
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        connection.close()
        return False


def _word(word: str, status: int) -> HttpResponse:
    return HttpResponse(f"{word}\n", status=status, content_type="text/plain; charset=utf-8")


def note_answer(request: HttpRequest, response: HttpResponse) -> None:
    """One line of the log and one count. The route, not the address: an address may hold a name."""
    seconds = time.monotonic() - getattr(request, "begun", time.monotonic())
    match = request.resolver_match
    meters.COUNTS.add(meters.REQUESTS, status=f"{response.status_code // 100}xx")
    meters.COUNTS.observe(meters.REQUEST_SECONDS, seconds)
    log.info(
        "request",
        extra={
            "method": request.method,
            "route": match.route if match else "",
            "status": response.status_code,
            "ms": round(seconds * 1000),
        },
    )
