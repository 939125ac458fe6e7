"""取备份: one recovery point of everything.

The cut: the records first, as of one instant; then what they point to. Evidence and history are written before a record
names them and are never changed, so whatever the records of the point name is in the point. What came later may be in
it too: a file no record names, a sample no alarm speaks of yet.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import logging
import secrets
import stat
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from bihuan import __version__
from bihuan.core.audit.models import Seal
from bihuan.core.audit.sealing import anchor_path
from bihuan.core.evidence import store
from bihuan.core.secrets import write_secret
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.site import plane
from bihuan.site.backup import records, sealed
from bihuan.site.backup.vault import FORMAT, Head, Vault
from bihuan.site.environment import SETTINGS
from bihuan.site.operations import diary

log = logging.getLogger("bihuan.backup")
PARTS: Final = ("keys", "records", "evidence", "history", "bus")
RECIPIENT: Final = "backup_recipient.txt"
NAME_KEY: Final = "backup_names.key"
#: A historian that compacts takes files away while we read: then its newest list is read again.
TRIES = 5


class NoRecipient(Problem):
    code = "backup.no_recipient"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "还没有恢复密钥。请先运行 bihuan backup-key 文件名，把那个文件存到机器之外（两份，分开保管）。",
                "There is no identity yet. Run bihuan backup-key FILE first, and keep that file off this machine (twice, apart).",
            )
        )


def home() -> Path:
    return Path(settings.BIHUAN_HOME)


def recipient_path() -> Path:
    return home() / "keys" / RECIPIENT


def vault_at(folder: Path) -> Vault:
    """For writing: with the recipient and the key of names of this installation."""
    try:
        recipient = sealed.read_recipient(recipient_path().read_text(encoding="ascii"))
    except FileNotFoundError:
        raise NoRecipient from None
    path = home() / "keys" / NAME_KEY
    name_key = path.read_bytes() if path.exists() else write_secret(path, secrets.token_bytes(32))
    vault = Vault(folder, name_key=name_key)
    vault.prepare(recipient)
    return vault


@dataclass(slots=True)
class Taken:
    """What goes into the manifest, while it is gathered."""

    vault: Vault
    names: list[str] = field(default_factory=list)
    new_bytes: int = 0
    files: int = 0
    size: int = 0
    missing: list[str] = field(default_factory=list)

    def block(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self.new_bytes += self.vault.put(io.BytesIO(content), digest=digest)
        self.names.append(self.vault.name_of(digest))
        return digest

    def file(self, path: Path, name: str, *, digest: str = "") -> dict[str, Any]:
        """One whole file. With a known digest a file that is in the vault is not even opened."""
        digest = digest or store.digest_of(path)
        if not self.vault.has(digest):
            with path.open("rb") as source:
                self.new_bytes += self.vault.put(source, digest=digest)
        self.names.append(self.vault.name_of(digest))
        said = path.stat()
        self.files += 1
        self.size += said.st_size
        return {"name": name, "digest": digest, "size": said.st_size, "mode": stat.S_IMODE(said.st_mode)}


def take(folder: Path, *, at: datetime) -> Head:
    """One recovery point. Returns its head; what records name and the disk lacks is told in the log and the diary."""
    begun = time.monotonic()
    vault = vault_at(folder)
    with vault.alone():
        taken = Taken(vault)
        snapshot = records.take(taken.block, scratch=home())
        seal = Seal.objects.order_by("-number").first()
        parts = {
            "keys": [taken.file(path, name) for path, name in _keys()],
            "evidence": list(_evidence(taken)),
            "history": _history(taken),
            "bus": [*(taken.file(path, name) for path, name in _bus()), *_streams(taken)],
        }
        identifier = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        seconds = round(time.monotonic() - begun, 3)
        manifest = {
            "format": FORMAT,
            "id": identifier,
            "at": at.isoformat(),
            "version": __version__,
            "records": {"vendor": snapshot.vendor, "migrations": snapshot.migrations, "tables": snapshot.tables},
            "parts": parts,
            "last_seal": seal.number if seal else 0,
            "settings": {s.name: s.value for s in SETTINGS.values() if s.value != s.default},
            "names": {},
        }
        manifest["names"] = {d: vault.name_of(d) for d in sorted(_digests(manifest))}
        head = {
            "id": identifier,
            "at": at.isoformat(),
            "seconds": seconds,
            "files": taken.files,
            "size": taken.size + sum(t["size"] for t in snapshot.tables),
            "new_bytes": taken.new_bytes,
            "version": __version__,
        }
        vault.add_point(head, manifest, taken.names)
    diary.note("backup", at=at, seconds=seconds, point=identifier, missing=len(taken.missing))
    for digest in taken.missing:
        log.error("backup: the evidence file %s is missing on the disk", digest)
    return vault.point(identifier)


def _digests(manifest: dict[str, Any]) -> set[str]:
    blocks = {d for t in manifest["records"]["tables"] for d in t["blocks"]}
    return blocks | {f["digest"] for files in manifest["parts"].values() for f in files}


def _keys() -> Iterator[tuple[Path, str]]:
    """Keys, anchors and the diary: small, and nothing works without them."""
    for path in sorted((home() / "keys").glob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield path, f"keys/{path.name}"
    if anchor_path().exists():
        yield anchor_path(), "anchors/audit.jsonl"
    for name in ("demo.json",):
        if (home() / name).exists():
            yield home() / name, name


def _evidence(taken: Taken) -> Iterator[dict[str, Any]]:
    """Named by its digest: what is in the vault is not read again."""
    for digest in store.stored_digests():
        name = f"evidence/{digest[:2]}/{digest[2:4]}/{digest}"
        try:
            yield taken.file(store.path_of(digest), name, digest=digest)
        except Problem:
            taken.missing.append(digest)  # its bytes are not those of its name any more


def _history(taken: Taken) -> list[dict[str, Any]]:
    """As the newest manifest lists it: each day's file with its digest, then the manifest itself."""
    folder = home() / "history"
    if not folder.is_dir():
        return []
    for _ in range(TRIES):
        try:
            return [*_history_files(taken, folder)]
        except FileNotFoundError:
            continue
    return [*_history_files(taken, folder)]


def _history_files(taken: Taken, folder: Path) -> Iterator[dict[str, Any]]:
    lists = sorted((folder / "manifest").glob("*.json"))
    for path in lists:
        yield taken.file(path, f"history/manifest/{path.name}")
    for name in sorted(_named_by(lists)):
        yield taken.file(folder / name, f"history/{name}")
    for path in sorted(folder.glob("*")):
        if path.is_file():
            yield taken.file(path, f"history/{path.name}")


def _named_by(lists: list[Path]) -> set[str]:
    """The files the newest version names, read without the stream extra."""
    named: set[str] = set()
    for path in lists:
        said = json.loads(path.read_text(encoding="utf-8"))
        if "state" in said:
            named = {x["name"] for x in said["state"]}
        else:
            named = (named - set(said["remove"])) | {x["name"] for x in said["add"]}
    return named


def _bus() -> Iterator[tuple[Path, str]]:
    """Credentials of the bus."""
    path = home() / "bus" / "users.json"
    if path.exists():
        yield path, "bus/users.json"


def _streams(taken: Taken) -> list[dict[str, Any]]:
    """Its streams, each as of one instant. A bus that is away is told and keeps nobody from the rest."""
    if not plane.is_wanted():
        return []
    # late: the stream extra may be left out of an installation
    from bihuan.streams.bus import client, copies
    from bihuan.streams.settings import from_environment

    async def copy(folder: Path) -> list[str]:
        chosen = from_environment()
        async with client.connect(url=chosen.url(), user=chosen.user(), name="backup", patient=False) as bus:
            return await copies.take_all(bus, folder)

    with tempfile.TemporaryDirectory(prefix=".streams-", dir=home()) as scratch:
        try:
            names = asyncio.run(copy(Path(scratch)))
        except Exception as wrong:  # whatever the bus's library throws when nobody answers
            log.error("backup: the streams of the bus are not in this point: %s", type(wrong).__name__)
            return []
        return [taken.file(Path(scratch) / name, f"bus/{copies.WAITING}/{name}") for name in names]
