"""密钥环: the keys of one purpose under `BIHUAN_HOME/keys`. The newest writes, all of them read.

The first key of a ring is `NAME.key`, later ones are `NAME-2.key`, `NAME-3.key` … A rotation is one new file, made in one
step: of two at once only one makes it. Processes notice by the folder's time of change, so none has to be restarted.
"""

from __future__ import annotations

import json
import re
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from bihuan.core.secrets import write_secret

LENGTH = 32


@dataclass(frozen=True, slots=True)
class Key:
    """`number` is written beside whatever the key protects; it says nothing of the secret."""

    number: int
    secret: bytes
    made_at: datetime
    path: Path


def keys_folder() -> Path:
    return Path(settings.BIHUAN_HOME) / "keys"


@dataclass(frozen=True, slots=True)
class Ring:
    name: str

    @property
    def known(self) -> tuple[Key, ...]:
        """Newest first. The first key is made at the first question."""
        folder = keys_folder()
        found = _read(folder, self.name)
        if not found:
            write_secret(self._path(folder, 1), _spelled(secrets.token_bytes(LENGTH)))
            found = _read(folder, self.name, anew=True)
        return found

    @property
    def current(self) -> Key:
        return self.known[0]

    def find(self, number: int) -> Key | None:
        """A key that another process has only just made is looked for in the folder itself."""
        for known in (_read(keys_folder(), self.name), _read(keys_folder(), self.name, anew=True)):
            if (key := next((k for k in known if k.number == number), None)) is not None:
                return key
        return None

    def rotate(self) -> Key:
        """A new key for what is written from now on."""
        fresh, following = secrets.token_bytes(LENGTH), self.current.number + 1
        write_secret(self._path(keys_folder(), following), _spelled(fresh))
        return _read(keys_folder(), self.name, anew=True)[0]

    def _path(self, folder: Path, number: int) -> Path:
        return folder / (f"{self.name}.key" if number == 1 else f"{self.name}-{number}.key")


#: Identity and telephone numbers in the database.
FIELDS = Ring("field")
#: Secrets of one-time codes, and the digests of recovery codes.
SECOND_FACTOR = Ring("second_factor")
#: The marks of audit rows.
AUDIT_MARKS = Ring("audit_mac")
RINGS = (FIELDS, SECOND_FACTOR, AUDIT_MARKS)


def _spelled(secret: bytes) -> bytes:
    """With the moment it was made: a file brought back from a backup is as old as the key and not as the restore."""
    said = {"key": b64encode(secret).decode(), "made_at": datetime.now(UTC).isoformat(timespec="seconds")}
    return json.dumps(said).encode()


def _parsed(path: Path, number: int) -> Key:
    content = path.read_bytes()
    if len(content) == LENGTH:  # as the first releases wrote it: the bare key
        made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return Key(number, content, made_at, path)
    said = json.loads(content)
    return Key(number, b64decode(said["key"]), datetime.fromisoformat(said["made_at"]), path)


_cache: dict[tuple[Path, str], tuple[int, tuple[Key, ...]]] = {}


def _read(folder: Path, name: str, *, anew: bool = False) -> tuple[Key, ...]:
    try:
        changed = folder.stat().st_mtime_ns
    except FileNotFoundError:
        return ()
    known = _cache.get((folder, name))
    if known is not None and known[0] == changed and not anew:
        return known[1]
    pattern = re.compile(rf"{re.escape(name)}(?:-(\d{{1,6}}))?\.key")
    named = [(int(m[1] or 1), path) for path in folder.iterdir() if (m := pattern.fullmatch(path.name))]
    found = tuple(_parsed(path, number) for number, path in sorted(named, reverse=True))
    if found:
        _cache[(folder, name)] = (changed, found)
    return found
