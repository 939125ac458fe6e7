"""The watchdog's own mail, to a real server on this machine."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP

from bihuan.kernel.text import Text
from bihuan.loop.watchdog import Standstill
from bihuan.site import main
from bihuan.site.operations import alarm_mail, alarms
from cast import AT


class Sink:
    """Takes every mail, or refuses for now."""

    def __init__(self):
        self.mails, self.refuses = [], False

    async def handle_DATA(self, server, session, envelope):
        if self.refuses:
            return "451 later"
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def sink():
    """On a port that the system chooses, in a thread of its own."""
    handler, loop = Sink(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    listening = loop.create_server(lambda: SMTP(handler, loop=loop), "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(listening, loop).result(60)
    handler.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield handler
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def told(home, sink, settings):
    """`told(minutes, "disk", …)`: what stands still then; answers the text of the mail it made, or None."""
    settings.BIHUAN_MAIL_URL, settings.BIHUAN_ALARM_MAIL = sink.url, "duty@example.gov, chief@example.gov"

    def tell(minutes, *whats):
        at = AT + timedelta(minutes=minutes)
        count = len(sink.mails)
        alarm_mail.tell([Standstill(w, AT, Text(f"{w}停了", f"{w} stands still")) for w in whats], at)
        return sink.mails[-1][1].get_content() if len(sink.mails) > count else None

    return tell


def test_a_standstill_is_mailed_once_in_both_languages_and_once_when_it_is_over(told, sink):
    text = told(0, "disk")
    assert "disk停了" in text
    assert "disk stands still" in text
    assert "bihuan doctor" in text
    (to, mail), *_ = sink.mails
    assert to == ["duty@example.gov", "chief@example.gov"]
    assert "1 项需要处理" in mail["Subject"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert told(1, "disk") is None
    assert "jobs停了" in told(2, "disk", "jobs")
    over = told(3, "jobs")
    assert "磁盘空间恢复" in over
    assert "There is disk space again" in over
    assert told(4, "jobs") is None


def test_what_lasts_is_mailed_again_after_a_day_and_what_flickers_once_an_hour(told):
    assert told(0, "disk")
    assert told(23 * 60, "disk") is None
    assert told(24 * 60, "disk")
    assert told(24 * 60 + 1)  # over
    assert told(24 * 60 + 2, "disk") is None
    assert told(24 * 60 + 3) is None
    assert told(25 * 60, "disk")


def test_a_mail_that_was_refused_is_tried_again(told, sink):
    sink.refuses = True
    assert told(0, "disk") is None
    sink.refuses = False
    assert told(1, "disk")


def test_a_disk_without_room_still_lets_the_mail_out(told, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(alarm_mail.os, "replace", full)
    assert told(0, "disk")


def test_a_clock_that_jumps_is_said_for_an_hour():
    watch, steady = alarms.ClockWatch(), 1000.0
    assert list(watch.look(AT, steady=steady)) == []
    assert list(watch.look(AT + timedelta(seconds=31), steady=steady + 30)) == []
    (found,) = watch.look(AT - timedelta(hours=2), steady=steady + 60)
    assert (found.what, found.detail.en) == ("clock", "The clock jumped by -7261 s; see what time it is")
    (still,) = watch.look(AT - timedelta(hours=2) + timedelta(seconds=30), steady=steady + 90)
    assert still.since == found.since
    assert list(watch.look(AT - timedelta(hours=1), steady=steady + 60 + 3601)) == []


def test_with_pages_worker_and_database_gone_the_duty_officer_still_gets_a_mail(tmp_path, sink):
    """End to end: nothing runs but `bihuan watchdog`, on a home whose database was never made."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BIHUAN_", "DJANGO_", "DATABASE_"))}
    ours = {"PYTHONPATH": str(Path(main.__file__).parents[2]), "BIHUAN_HOME": str(tmp_path)}
    ours |= {"BIHUAN_MAIL_URL": sink.url, "BIHUAN_ALARM_MAIL": "duty@example.gov"}
    with (tmp_path / "log").open("w") as log:
        watchdog = subprocess.Popen(
            [sys.executable, "-m", "bihuan.site.main", "watchdog"], env=kept | ours, stdout=log, stderr=log
        )
    try:
        limit = time.monotonic() + 300
        while not sink.mails:
            assert watchdog.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < limit, (tmp_path / "log").read_text()
            time.sleep(0.05)
    finally:
        watchdog.terminate()
        watchdog.wait(timeout=120)
    (to, mail), *_ = sink.mails
    assert to == ["duty@example.gov"]
    assert "数据库没有应答" in mail.get_content()
    assert "The database does not answer" in mail.get_content()
