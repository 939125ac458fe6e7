"""The live events as a process of their own, on the database of the test that starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
from django.conf import settings as site_settings
from django.db import connection

import bihuan
from bihuan.core.events.models import OutboxEvent
from bihuan.core.events.outbox import place_pending
from bihuan.core.modules import registry
from bihuan.core.pages.declared import LiveFeed

HERE = "330000/339900/339902/"


class LiveProcess:
    """granian, as `bihuan live` runs it."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/live"

    def start(self) -> None:
        package = Path(bihuan.__file__).parents[1]
        tests = Path(__file__).parent
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(self.port),
                "--no-ws", "--log-level", "warning", "--workers-kill-timeout", "2", "bihuan.site.live:application",
            ],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(package), str(tests)]),
                "DJANGO_SETTINGS_MODULE": "settings_for_live",
                "BIHUAN_TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
                "BIHUAN_HOME": str(site_settings.BIHUAN_HOME),
            },
            start_new_session=True,
        )  # fmt: skip
        limit = time.monotonic() + 60
        while True:
            assert self.process.poll() is None, "the live process ended"
            assert time.monotonic() < limit, "the live process never answered"
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=1).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        if how is signal.SIGKILL:
            os.killpg(self.process.pid, how)
        else:
            self.process.send_signal(how)
        return self.process.wait(timeout=30)


def happen(feed: LiveFeed, *, region: str = HERE, organisations: tuple[str, ...] = (), subject: str = "") -> str:
    """One event of the feed, placed as the clerk does it. Answers what it is about."""
    about = subject or f"loop.case:{uuid4()}"
    OutboxEvent.objects.create(
        name=registry().event_name(feed.events[0]),
        payload={},
        at=datetime.now(UTC),
        subject=about,
        region_path=region,
        organisations=list(organisations),
    )
    place_pending()
    return about
