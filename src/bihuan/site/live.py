"""实时事件服务: server-sent events from the outbox, as an ASGI application of its own.

One task reads what is new in the table and hands it to the open connections; another asks whether the sessions and
grants behind them still hold. A connection that falls behind is closed, and resumes from the table by its cursor.
What is sent is a hint (which event, about what), never the content: a page asks again through its scoped query.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.site.settings")
django.setup()

from django.db import close_old_connections  # noqa: E402
from django.db.models import Max  # noqa: E402

from bihuan.core import clock  # noqa: E402
from bihuan.core.events.models import OutboxEvent  # noqa: E402
from bihuan.core.pages.live import feeds, tickets  # noqa: E402
from bihuan.site.operations import pulses  # noqa: E402

log = logging.getLogger("bihuan.live")

LOOK_EVERY = 0.5
HEARTBEAT_EVERY = 10.0
CHECK_EVERY = 4.0
SEND_WITHIN = 20.0
BUFFER = 200
CONNECTIONS = 2_000
CONNECTIONS_A_SESSION = 6
#: Whoever is further behind is told to load its pages afresh instead.
RESUME_AT_MOST = 1_000

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Told:
    """One placed event, as far as a filter and a page need it."""

    position: int
    name: str
    subject: str
    region_path: str
    organisations: tuple[str, ...]
    at: str

    def line(self, feeds_heard: list[str]) -> bytes:
        said = {"name": self.name, "subject": self.subject, "feeds": feeds_heard, "at": self.at}
        return _event("told", said, cursor=self.position)


@dataclass(slots=True, eq=False)
class Connection:
    ticket: tickets.Ticket
    cursor: int
    waiting: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(BUFFER))
    is_over: bool = False

    def offer(self, told: Told, feeds_of_event: frozenset[str]) -> None:
        """Never waits: a full buffer ends the connection, which comes back with its cursor."""
        if told.position <= self.cursor or self.is_over:
            return
        heard = [
            h.feed
            for h in self.ticket.heard
            if h.feed in feeds_of_event
            and h.takes(subject=told.subject, region_path=told.region_path, organisations=told.organisations)
        ]
        if not heard:
            return
        try:
            self.waiting.put_nowait(told.line(sorted(set(heard))))
        except asyncio.QueueFull:
            self.end()

    def end(self, last: bytes | None = None) -> None:
        """Whatever waits is dropped: the reader must not be held up by a buffer nobody empties."""
        if self.is_over:
            return
        self.is_over = True
        while not self.waiting.empty():
            self.waiting.get_nowait()
        if last is not None:
            self.waiting.put_nowait(last)
        self.waiting.put_nowait(None)


def _event(kind: str, said: Any, *, cursor: int | None = None) -> bytes:
    mark = f"id: {cursor}\n" if cursor is not None else ""
    return f"{mark}event: {kind}\ndata: {json.dumps(said, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


def _newest() -> int:
    return int(OutboxEvent.objects.aggregate(last=Max("position"))["last"] or 0)


def _after(position: int, limit: int) -> list[Told]:
    rows = OutboxEvent.objects.filter(position__gt=position).order_by("position")[:limit]
    return [
        Told(r.position, r.name, r.subject, r.region_path, tuple(r.organisations), r.at.isoformat())
        for r in rows
        if r.position is not None
    ]


class Live:
    """The application. Its tasks live as long as the loop that serves it."""

    def __init__(self) -> None:
        self.connections: set[Connection] = set()
        self.position: int | None = None
        self.tasks: list[asyncio.Task[None]] = []
        # One thread, so one database connection, whatever the number of pages.
        self.reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live-reader")
        self.feeds = feeds.feeds_by_event()
        self.pulse = pulses.of("live")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.tasks = [asyncio.create_task(self._look()), asyncio.create_task(self._check())]
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                for connection in list(self.connections):
                    connection.end()
                for task in self.tasks:
                    task.cancel()
                self.pulse.end()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _ask(self, question: Callable[..., Any], *arguments: Any) -> Any:
        def asked() -> Any:
            close_old_connections()
            return question(*arguments)

        return await asyncio.get_running_loop().run_in_executor(self.reader, asked)

    async def _look(self) -> None:
        """Reads what is new, and hands it round. With nobody connected it only keeps its place."""
        while True:
            try:
                self.pulse.beat()  # from the loop itself: one that hangs falls silent
                await self._look_once()
            except Exception:  # the database may be away for a while; pages turn stale meanwhile
                log.exception("live events pause")
            await asyncio.sleep(LOOK_EVERY)

    async def _look_once(self) -> None:
        if self.position is None or not self.connections:
            newest = int(await self._ask(_newest))
            # Somebody may have joined while we asked: what came in between is still owed to him.
            if not self.connections:
                self.position = newest
            elif self.position is None:
                self.position = min(c.cursor for c in self.connections)
            return
        for told in await self._ask(_after, self.position, 500):
            self.position = told.position
            for connection in list(self.connections):
                connection.offer(told, self.feeds.get(told.name, frozenset()))

    async def _check(self) -> None:
        """Ends connections whose session was closed or whose grants changed."""
        while True:
            await asyncio.sleep(CHECK_EVERY)
            by_ticket: dict[tuple[UUID, str], list[Connection]] = {}
            for connection in self.connections:
                by_ticket.setdefault((connection.ticket.login, connection.ticket.grants), []).append(connection)
            for group in by_ticket.values():
                try:
                    ticket = group[0].ticket
                    if not await self._ask(lambda ticket=ticket: tickets.holds(ticket, at=clock.now())):
                        for connection in group:
                            connection.end(_event("revoked", {}))
                except Exception:  # asked again in a moment
                    log.exception("the check of sessions pauses")

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        if scope["path"].rstrip("/").endswith("/healthz"):
            await _answer(send, 200, b"ok")
            return
        if scope["path"].rstrip("/").endswith("/readyz"):
            await _answer(send, *((200, b"ready") if self.position is not None else (503, b"not ready")))
            return
        if scope["method"] != "GET":
            await _answer(send, 405)
            return
        ticket = tickets.read(query.get("ticket", [""])[0])
        # The ticket names the origin it was given to; a browser always says where a page comes from.
        if ticket is None or headers.get("origin", ticket.origin) != ticket.origin:
            await _answer(send, 403)
            return
        same = sum(1 for c in self.connections if c.ticket.login == ticket.login)
        if len(self.connections) >= CONNECTIONS or same >= CONNECTIONS_A_SESSION:
            await _answer(send, 429, origin=ticket.origin)
            return
        await self._stream(ticket, headers.get("last-event-id") or query.get("after", [""])[0], receive, send)

    async def _stream(self, ticket: tickets.Ticket, after: str, receive: Receive, send: Send) -> None:
        newest = int(await self._ask(_newest))
        cursor = min(int(after), newest) if after.isdigit() else newest
        connection = Connection(ticket, cursor)
        gone = asyncio.create_task(_until_gone(receive))
        gone.add_done_callback(lambda _: connection.end())

        async def send_soon(message: dict[str, Any]) -> None:
            # A browser that stopped reading must not keep its place for ever.
            await asyncio.wait_for(send(message), SEND_WITHIN)

        try:
            await send_soon({"type": "http.response.start", "status": 200, "headers": _headers(ticket.origin)})
            await self._resume(connection, newest, send_soon)
            # From here on what the reader hands round is queued; what lies between was read from the table.
            while True:
                try:
                    piece = await asyncio.wait_for(connection.waiting.get(), HEARTBEAT_EVERY)
                except TimeoutError:
                    piece = _event("heartbeat", {"at": clock.now().isoformat()})
                if piece is None:
                    break
                await send_soon(_body(piece))
        except (OSError, TimeoutError):
            pass  # the browser has gone, or stopped reading
        finally:
            self.connections.discard(connection)
            gone.cancel()
            with contextlib.suppress(Exception):
                await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _resume(self, connection: Connection, newest: int, send: Send) -> None:
        """What was missed, from the table, in the order of the cursor; joined without a gap and without a double."""
        if newest - connection.cursor > RESUME_AT_MOST:
            connection.cursor = newest
            await send(_body(_event("reset", {}, cursor=newest)))
        missed = await self._ask(_after, connection.cursor, RESUME_AT_MOST * 2)
        # No await between the last missed event and joining: the reader's own place may be behind or ahead of ours,
        # so events up to it are taken from the table and later ones from the reader.
        self.connections.add(connection)
        pieces = [_event("hello", {"cursor": connection.cursor}, cursor=connection.cursor)]
        for told in missed:
            before = connection.waiting.qsize()
            connection.offer(told, self.feeds.get(told.name, frozenset()))
            if connection.waiting.qsize() > before:
                pieces.append(connection.waiting.get_nowait() or b"")
            connection.cursor = told.position
        await send(_body(b"".join(pieces)))


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _body(piece: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": piece, "more_body": True}


def _headers(origin: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"x-content-type-options", b"nosniff"),
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"vary", b"origin"),
    ]


async def _answer(send: Send, status: int, body: bytes = b"", *, origin: str = "") -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if origin:
        headers.append((b"access-control-allow-origin", origin.encode("latin-1")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


application = Live()
