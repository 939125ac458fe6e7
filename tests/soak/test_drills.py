"""演练: a key is changed, a certificate ends, the clock jumps, while real processes work. Each drill prints what was lost
of what had been acknowledged, how long it took, and what the administrator saw.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from itertools import pairwise
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bihuan.site import main

pytestmark = pytest.mark.soak
SOURCES = str(Path(main.__file__).parents[2])
#: The one place that asks what time it is answers with what the file says beside it, in every process of a drill.
JUMPING = """
import os, sys
from datetime import timedelta
from pathlib import Path
from bihuan.core import clock
right, ahead = clock.now, Path(os.environ["DRILL_AHEAD"])
clock.now = lambda: right() + timedelta(seconds=float(ahead.read_text()))
"""
COMMAND = JUMPING + "from bihuan.site.main import main; sys.exit(main(sys.argv[1:]))"
#: Acts and seals, and says each audit row only after it is committed.
ACTS = (
    JUMPING
    + """
import time
import django
django.setup()
from bihuan.core.access.context import Context, service_actor
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions import runner
from bihuan.core.audit.sealing import seal_pending
from bihuan.site.backup.aftercare import note_restore
actor = service_actor("soak", AccessGrants.START_UP)
n = 0
while True:
    n += 1
    at = clock.now()
    done = runner.perform(note_restore, ctx=Context(actor=actor, at=at), point=f"p{n}", made_at=at, parts=[], given_up=0)
    os.write(1, f"{done.audit_row} {time.monotonic()}\\n".encode())
    if n % 7 == 0:
        seal_pending(at=clock.now())
"""
)


class Drill:
    """One home, one worker on it that never rests, one mailbox."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.said = folder, folder / "home", folder / "said"
        self.ahead, self.certificate = folder / "ahead", folder / "site.pem"
        self.mails: list[str] = []
        self.mail_url = ""
        self.jump(0)

    def jump(self, seconds: float) -> None:
        draft = self.ahead.with_suffix(".new")
        draft.write_text(str(seconds))
        draft.replace(self.ahead)

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("BIHUAN_", "DJANGO_", "DATABASE_"))}
        ours = {"BIHUAN_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "bihuan.site.settings", "PYTHONPATH": SOURCES}
        ours |= {"BIHUAN_CERTIFICATE": str(self.certificate)} if self.certificate.exists() else {}
        ours |= {"BIHUAN_MAIL_URL": self.mail_url, "BIHUAN_ALARM_MAIL": "duty@example.gov"} if self.mail_url else {}
        ours |= {"BIHUAN_STREAMS": "0", "BIHUAN_LANGUAGE": "en", "DRILL_AHEAD": str(self.ahead)}
        return kept | ours

    def bihuan(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", COMMAND, *arguments],
            env=self.environment(), capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip

    def acknowledged(self) -> list[tuple[str, float]]:
        lines = self.said.read_text().split("\n")[:-1] if self.said.exists() else []
        return [(row, float(at)) for row, at in (line.split() for line in lines)]

    @contextmanager
    def working(self) -> Iterator[None]:
        with self.said.open("ab") as out, (self.folder / "errors").open("ab") as errors:
            worker = subprocess.Popen([sys.executable, "-c", ACTS], env=self.environment(), stdout=out, stderr=errors)
        try:
            self.more_acts(lambda: worker.poll() is None)
            yield
            self.more_acts(lambda: worker.poll() is None)
        finally:
            worker.kill()
            worker.wait()

    def more_acts(self, alive: Callable[[], bool]) -> None:
        before = len(self.acknowledged())
        until(
            lambda: len(self.acknowledged()) > before + 20, lambda: (self.folder / "errors").read_text()[-3000:], alive
        )

    @contextmanager
    def watched(self) -> Iterator[None]:
        with (self.folder / "watchdog").open("ab") as log:
            dog = subprocess.Popen(
                [sys.executable, "-c", COMMAND, "watchdog"], env=self.environment(), stdout=log, stderr=log
            )
        try:
            yield
        finally:
            dog.terminate()
            dog.wait(timeout=120)

    def wait_for_mail(self, words: str) -> float:
        begun = time.monotonic()
        until(lambda: any(words in mail for mail in self.mails), lambda: str(self.mails) + self.log())
        return time.monotonic() - begun

    def log(self) -> str:
        return (self.folder / "watchdog").read_text()[-3000:] if (self.folder / "watchdog").exists() else ""

    def lost(self) -> int:
        """Acknowledged rows that are not there, after the seals are whole again and everything verifies."""
        round_ = "import django; django.setup(); from bihuan.site.running import clerk_round; clerk_round()"
        mended = subprocess.run(
            [sys.executable, "-c", round_], env=self.environment(), capture_output=True, check=False
        )
        assert mended.returncode == 0, mended.stderr
        verified = self.bihuan("audit", "verify")
        assert verified.returncode == 0, verified.stdout
        with sqlite3.connect(self.home / "bihuan.sqlite3") as database:
            kept = {str(row[0]).replace("-", "") for row in database.execute("SELECT id FROM audit_auditrow")}
        return sum(row.replace("-", "") not in kept for row, _ in self.acknowledged())

    def longest_gap(self) -> float:
        moments = [at for _, at in self.acknowledged()]
        return max(later - earlier for earlier, later in pairwise(moments))


def until(
    condition: Callable[[], bool], said: Callable[[], str], alive: Callable[[], bool] = lambda: True, limit: float = 300
) -> None:
    end = time.monotonic() + limit
    while not condition():
        assert alive(), said()
        assert time.monotonic() < end, said()
        time.sleep(0.05)


@pytest.fixture
def drill(tmp_path: Path) -> Drill:
    made = Drill(tmp_path)
    done = made.bihuan("migrate")
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def mailbox(drill: Drill) -> Iterator[None]:
    class Handler:
        async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
            message = message_from_bytes(envelope.content, policy=policy.default)  # type: ignore[attr-defined]
            drill.mails.append(message.get_content())
            return "250 OK"

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    listening = loop.create_server(lambda: SMTP(Handler(), loop=loop), "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(listening, loop).result(60)
    drill.mail_url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def report(name: str, **said: object) -> None:
    print(json.dumps({"drill": name, **said}, ensure_ascii=False))


def test_each_key_is_changed_while_people_work(drill: Drill) -> None:
    took = {}
    with drill.working():
        for kind in ("session", "fields", "second-factor", "audit"):
            begun = time.monotonic()
            done = drill.bihuan("keys", "rotate", kind)
            took[kind] = round(time.monotonic() - begun, 1)
            assert done.returncode == 0, done.stdout + done.stderr
            assert "new from now on" in done.stdout
    listed = drill.bihuan("keys", "list")
    assert "Audit: number 2 signs" in listed.stdout
    lost = drill.lost()
    report(
        "keys", acknowledged=len(drill.acknowledged()), lost=lost, seconds_with_the_start=took,
        longest_gap_s=round(drill.longest_gap(), 2), saw=done.stdout.strip().splitlines()[-1],
    )  # fmt: skip
    assert lost == 0


def certificate(path: Path, *, ends: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bihuan.example")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(ends - timedelta(days=90))
    signed = made.not_valid_after(ends).sign(key, hashes.SHA256())
    draft = path.with_suffix(".new")
    draft.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    draft.replace(path)


def test_a_certificate_comes_near_its_end_ends_and_is_renewed(drill: Drill, mailbox: None) -> None:
    now = datetime.now(UTC)
    certificate(drill.certificate, ends=now + timedelta(days=20))
    near = next(line for line in drill.bihuan("doctor").stdout.splitlines() if "certificate ends on" in line.lower())
    certificate(drill.certificate, ends=now - timedelta(minutes=1))
    with drill.working(), drill.watched():
        ended = drill.wait_for_mail("The certificate ended on")
        seen = drill.bihuan("doctor")
        assert seen.returncode == 1
        assert "The certificate ended on" in seen.stdout
        certificate(drill.certificate, ends=now + timedelta(days=90))
        told = len(drill.mails)
        begun = time.monotonic()
        until(lambda: len(drill.mails) > told, lambda: str(drill.mails) + drill.log())
        over = time.monotonic() - begun
    assert "certificate is good until" in drill.bihuan("doctor").stdout
    lost = drill.lost()
    report(
        "certificate", acknowledged=len(drill.acknowledged()), lost=lost, mailed_after_s=round(ended, 1),
        over_mailed_after_s=round(over, 1), twenty_days_before=near.strip(), saw=drill.mails[0].strip().splitlines()[0],
    )  # fmt: skip
    assert lost == 0


def test_the_clock_jumps_two_hours_ahead_and_back(drill: Drill, mailbox: None) -> None:
    with drill.working(), drill.watched():
        until(lambda: (drill.home / "heartbeat.json").exists(), drill.log)
        time.sleep(1)
        drill.jump(7200)
        ahead = drill.wait_for_mail("The clock jumped by +7")
        drill.more_acts(lambda: True)
        drill.jump(0)
        drill.more_acts(lambda: True)
    behind = drill.bihuan("doctor")
    lost = drill.lost()
    clock = [line.strip() for line in behind.stdout.splitlines() if "clock" in line.lower()]
    report(
        "clock", acknowledged=len(drill.acknowledged()), lost=lost, mailed_after_s=round(ahead, 1),
        longest_gap_s=round(drill.longest_gap(), 2), doctor_afterwards=clock[:2],
        saw=next(line for line in "\n".join(drill.mails).splitlines() if "The clock jumped" in line).strip(),
    )  # fmt: skip
    assert lost == 0
