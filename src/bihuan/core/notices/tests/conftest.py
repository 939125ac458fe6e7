"""People who are told, an action that tells them, and servers on this machine that hear it."""

import http.server
import socketserver
import threading
from datetime import UTC, datetime
from typing import Annotated

import pytest

from bihuan.core.access import rehearsal
from bihuan.core.access.context import Context, service_actor
from bihuan.core.actions import runner
from bihuan.core.actions.action import Label, action
from bihuan.core.modules import Registry
from bihuan.core.notices.telling import tell
from bihuan.core.notices.terms import Channel, NoticeLevel
from bihuan.core.notices.topics import Topic
from bihuan.kernel.text import Text

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # 12:00 local
NIGHT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)  # 23:00 local
NEW_TASK = Text("有新任务", "A new task")
TOPIC = Topic("test.case", Text("事项", "Cases"))


@pytest.fixture(autouse=True)
def topics(monkeypatch):
    declared = Registry.declared
    monkeypatch.setattr(Registry, "declared", lambda self, kind: [TOPIC] if kind is Topic else declared(self, kind))


@pytest.fixture
def people(db):
    def make(name, **columns):
        columns.setdefault("email", f"{name}@example.com")
        return rehearsal.make_user(name, at=NOON, **columns)

    return make


@pytest.fixture
def told():
    """Tell people through an action, as everybody does; `fails` rolls it back."""

    def say(recipients, *, at=NOON, text=NEW_TASK, fails=False, **said):
        @action("test.tell", label=Text("告知", "Tell"), needs="test.tell")
        def telling(*, ctx: Context, note: Annotated[str, Label("注", "Note")] = "") -> None:
            said.setdefault("topic", TOPIC.name)
            tell(ctx, recipients=[u.pk for u in recipients], text=text, **said)
            if fails:
                raise ValueError("the action fails after it told")

        runner.perform(telling, ctx=Context(actor=service_actor("test", "test.tell"), at=at))

    return say


class _Smtp(socketserver.StreamRequestHandler):
    """Just enough of RFC 5321 for one client; the list of mails says what it was handed."""

    def handle(self):
        server = self.server
        self.say("220 here")
        mail = {"to": []}
        while line := self.rfile.readline().decode().strip():
            word = line.split(":")[0].split(" ")[0].upper()
            if word in ("EHLO", "HELO", "MAIL", "RSET"):
                self.say("250 yes")
            elif word == "RCPT":
                server.asked += 1
                if server.refusals:
                    self.say(server.refusals.pop(0))
                else:
                    mail["to"].append(line.partition(":")[2].strip("<> "))
                    self.say("250 yes")
            elif word == "DATA":
                self.say("354 go on")
                lines = []
                while (part := self.rfile.readline()) != b".\r\n":
                    lines.append(part)
                mail["body"] = b"".join(lines)
                server.mails.append(mail)
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return

    def say(self, words):
        self.wfile.write(f"{words}\r\n".encode())


def _serving(server):
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def post_office(settings):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Smtp)
    server.mails, server.refusals, server.asked = [], [], 0
    settings.BIHUAN_MAIL_URL = f"smtp://127.0.0.1:{server.server_address[1]}"
    settings.BIHUAN_PUBLIC_URL = "https://bihuan.example"
    yield from _serving(server)


class _Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((self.path, dict(self.headers), body))
        status, headers = self.server.answers.pop(0) if self.server.answers else (200, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"x" * self.server.answer_bytes)

    def log_message(self, *args):
        pass


@pytest.fixture
def hook(settings):
    """A webhook receiver on loopback, which tests must allow by name before anything reaches it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Hook)
    server.calls, server.answers, server.answer_bytes = [], [], 2
    server.address = f"http://127.0.0.1:{server.server_address[1]}/hook"
    settings.BIHUAN_WEBHOOK_HTTP = True
    settings.BIHUAN_WEBHOOK_ALLOW = "127.0.0.1"
    yield from _serving(server)


@pytest.fixture
def channels():
    return Channel


@pytest.fixture
def levels():
    return NoticeLevel
