"""总线凭据: one user per enterprise that may say RAW of itself and hear its receipts; everything else is refused.

Devices reach no `$JS.API` and no bucket, so a stolen password of one plant neither reads nor writes another's data.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bihuan.streams.bus.layout import token

OURS = "bihuan"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    name: str
    password: str
    enterprise: str = ""  # empty: one of our own processes

    @property
    def inbox(self) -> str:
        """A private prefix: nobody hears the answers meant for somebody else."""
        return f"_INBOX_{self.name}"

    def configuration(self) -> str:
        who = f"user: {json.dumps(self.name)}, password: {json.dumps(self.password)}"
        if not self.enterprise:
            return f"{{ {who} }}"
        code = token(self.enterprise)
        say = json.dumps([f"RAW.{code}.>", f"HEARTBEAT.{code}.>"])
        # MQTT sessions of the listener hear their QoS 1 deliveries on these; nothing of ours is published there.
        hear = json.dumps([f"{self.inbox}.>", f"DOWN.{code}.>", "$MQTT.sub.>"])
        return f"{{ {who}, permissions: {{ publish: {{ allow: {say} }}, subscribe: {{ allow: {hear} }} }} }}"


class Register:
    """凭据登记: kept beside the bus, readable by its owner only; passwords are made here and shown once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def users(self) -> tuple[User, ...]:
        if not self.path.exists():
            return ()
        return tuple(User(**x) for x in json.loads(self.path.read_text(encoding="utf-8")))

    def ours(self) -> User:
        """Ours, made by whoever asks first: bus, intake, folds and historian start side by side on an empty home."""
        if found := self._ours():
            return found
        with self._alone():
            return self._ours() or self._put(User(name=OURS, password=secrets.token_urlsafe(24)))

    def _ours(self) -> User | None:
        return next((x for x in self.users() if not x.enterprise), None)

    def issue(self, enterprise: str) -> User:
        """发放: a new password replaces the old one, which ends at the next reload of the server."""
        code = token(enterprise)
        with self._alone():
            return self._put(User(name=f"e-{code}", password=secrets.token_urlsafe(24), enterprise=code))

    def withdraw(self, enterprise: str) -> None:
        with self._alone():
            self._write(tuple(x for x in self.users() if x.enterprise != enterprise))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Reading, changing and writing back is one step."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _put(self, user: User) -> User:
        self._write((*(x for x in self.users() if x.name != user.name), user))
        return user

    def _write(self, users: tuple[User, ...]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        rows = [{"name": x.name, "password": x.password, "enterprise": x.enterprise} for x in users]
        new = self.path.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(rows, out, indent=1)
            out.flush()
            os.fsync(out.fileno())
        new.replace(self.path)
