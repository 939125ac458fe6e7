"""监测进程: `bihuan monitor` answers health checks and metrics on a port of its own, also when the pages do not.

Bound to this machine; elsewhere only with a token. `/healthz` of this process says nothing about people, but
`/metrics` counts what an office does: nobody else's business.
"""

from __future__ import annotations

import hmac
import json
import logging
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.db import connections

from bihuan.core import clock
from bihuan.core.pages.answering import is_ready
from bihuan.kernel.meters import CONTENT_TYPE
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.site.environment import setting
from bihuan.site.operations import gauges, pulses

log = logging.getLogger("bihuan.monitor")
WEB_WITHIN = 3.0


class MonitorNeedsToken(Problem):
    code = "monitor_needs_token"

    def __init__(self, host: str) -> None:
        super().__init__(
            Text(
                "监测端口要监听 {host}，但没有设置令牌。请设置 BIHUAN_MONITOR_TOKEN，或监听 127.0.0.1。",
                "The monitor shall listen on {host} but has no token. Set BIHUAN_MONITOR_TOKEN, or listen on 127.0.0.1.",
            ).format(host=host)
        )


def serve(*, stop: Callable[[], bool]) -> None:
    server, pulse = make_server(settings.BIHUAN_MONITOR_BIND, settings.BIHUAN_MONITOR_PORT), pulses.of("monitor")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while not stop():
        pulse.beat()
        time.sleep(0.2)
    pulse.end()
    server.shutdown()


def make_server(host: str, port: int) -> ThreadingHTTPServer:
    require_token(host)
    return ThreadingHTTPServer((host, port), Handler)


def require_token(host: str) -> None:
    if not is_own_machine(host) and not settings.BIHUAN_MONITOR_TOKEN:
        raise MonitorNeedsToken(host)


def is_own_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Handler(BaseHTTPRequestHandler):
    server_version, sys_version = "bihuan", ""
    timeout = 10

    def do_GET(self) -> None:
        what, _, name = self.path.partition("?")[0].strip("/").partition("/")
        if what == "metrics" and not name:
            if not self._may_read():
                self._answer(401, "a token is needed\n", "text/plain; charset=utf-8")
            else:
                self._guarded(lambda: (200, gauges.read(at=clock.now()), CONTENT_TYPE))
        elif what == "healthz":
            self._guarded(lambda: _told(healthy(name)))
        elif what == "readyz":
            self._guarded(lambda: _told(ready(name)))
        else:
            self._answer(404, "/healthz /readyz /healthz/PROCESS /readyz/PROCESS /metrics\n", "text/plain")

    def _may_read(self) -> bool:
        token = settings.BIHUAN_MONITOR_TOKEN
        scheme, _, shown = self.headers.get("Authorization", "").partition(" ")
        said = shown.strip() if scheme.lower() == "bearer" else ""
        return not token or hmac.compare_digest(said.encode(), token.encode())

    def _guarded(self, work: Callable[[], tuple[int, str, str]]) -> None:
        try:
            status, body, kind = work()
        except Exception:  # whoever asks how we are must hear something
            log.exception("the monitor could not answer")
            status, body, kind = 500, "broken\n", "text/plain; charset=utf-8"
        finally:
            # Each request has a thread of its own, and with it a connection of its own.
            connections.close_all()
        self._answer(status, body, kind)

    def _answer(self, status: int, body: str, kind: str) -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """A probe every few seconds is no news."""


def _told(found: dict[str, bool] | None) -> tuple[int, str, str]:
    if found is None:
        return 404, "no such process\n", "text/plain; charset=utf-8"
    fine = all(found.values())
    said = {"status": "ok" if fine else "failing", "checks": found}
    return 200 if fine else 503, json.dumps(said) + "\n", "application/json"


def healthy(name: str = "") -> dict[str, bool] | None:
    """Every process, or one. The pages are alive when they answer, whatever their pulse says."""
    found = pulses.health(now=clock.now().timestamp()) | {"monitor": True}
    if "web" in found and name in ("", "web"):
        found["web"] = found["web"] and web_answers()
    if name:
        return {name: found[name]} if name in found else None
    return found


def ready(name: str = "") -> dict[str, bool] | None:
    """Alive, and what it works with is there."""
    found = healthy(name)
    if found is None:
        return None
    return found | {"database": is_ready(), "space": gauges.space_is_enough()}


def web_answers() -> bool:
    host = setting("BIHUAN_BIND")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # asked, not bound
    address = f"[{host}]" if ":" in host else host
    try:
        with urllib.request.urlopen(  # our own pages
            f"http://{address}:{setting('BIHUAN_PORT')}/healthz", timeout=WEB_WITHIN
        ) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
