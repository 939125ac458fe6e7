"""备份库: a folder of sealed objects and recovery points. An object is there once, however many points name it.

    vault.json                     format and the public half that all of it is sealed to
    objects/ab/<name>              name: a keyed digest, so that nobody can ask the folder whether it holds a known file
    points/<id>.json               what a reader may know without the identity: when, how large, which objects
    points/<id>.sealed             the manifest: every file with its digest and its objects

A point is written last: a backup that broke off leaves objects that the next one uses.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import io
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.site.backup import sealed

FORMAT: Final = 1


class NotAVault(Problem):
    code = "backup.not_a_vault"


class VaultBusy(Problem):
    code = "backup.vault_busy"


class OtherRecipient(Problem):
    code = "backup.other_recipient"


class NoSuchPoint(Problem):
    code = "backup.no_such_point"


class ObjectDamaged(Problem):
    code = "backup.object_damaged"

    def __init__(self, name: str) -> None:
        super().__init__(
            Text(
                "备份库中的对象 {n} 缺失或损坏。请换另一份备份库副本，或另一个恢复点。",
                "The object {n} of this backup is missing or damaged. Use another copy of the folder, or another point.",
            ).format(n=name[:16])
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What may be read without the identity."""

    id: str
    at: datetime
    seconds: float
    files: int
    size: int
    new_bytes: int
    version: str


class Vault:
    def __init__(self, folder: Path, *, name_key: bytes = b"") -> None:
        self.folder, self.name_key = folder, name_key

    @property
    def recipient(self) -> X25519PublicKey:
        return sealed.read_recipient(str(self._about()["recipient"]))

    def prepare(self, recipient: X25519PublicKey) -> None:
        """An empty folder becomes a vault; one that is sealed to somebody else is left alone."""
        path = self.folder / "vault.json"
        if path.exists():
            if sealed.spelled(self.recipient) != sealed.spelled(recipient):
                raise OtherRecipient(
                    Text(
                        "{d} 属于另一把恢复密钥。请换一个备份目录，或使用原来的公钥。",
                        "{d} belongs to another identity. Use another folder, or the recipient it was made with.",
                    ).format(d=self.folder)
                )
            return
        if self.folder.exists() and any(self.folder.iterdir()):
            raise NotAVault(
                Text(
                    "{d} 不是空目录，也不是备份库。请指定一个空目录。",
                    "{d} is neither empty nor a vault. Name an empty folder.",
                ).format(d=self.folder)
            )
        for folder in (self.folder, self.folder / "objects", self.folder / "points"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path, json.dumps({"format": FORMAT, "recipient": sealed.spelled(recipient)}).encode())

    def _about(self) -> dict[str, Any]:
        try:
            said = json.loads((self.folder / "vault.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            said = {}
        if said.get("format") != FORMAT:
            raise NotAVault(
                Text("{d} 不是本版本认识的备份库。", "{d} is no vault that this release knows.").format(d=self.folder)
            )
        return dict(said)

    @contextmanager
    def alone(self) -> Iterator[None]:
        with (self.folder / "vault.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise VaultBusy(
                    Text("另一个备份正在写 {d}。", "Another backup is writing to {d}.").format(d=self.folder)
                ) from None
            yield

    # Objects
    def name_of(self, digest: str) -> str:
        return hmac.new(self.name_key, digest.encode(), hashlib.sha256).hexdigest()

    def _object(self, name: str) -> Path:
        return self.folder / "objects" / name[:2] / name

    def has(self, digest: str) -> bool:
        return self._object(self.name_of(digest)).exists()

    def put(self, source: BinaryIO, *, digest: str) -> int:
        """Seals what has this digest, unless it is there. Answers the bytes written; a source that changed is refused."""
        target = self._object(self.name_of(digest))
        if target.exists():
            return 0
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            with draft.open("xb") as out:
                found, _ = sealed.seal(source, out, recipient=self.recipient)
                out.flush()
                os.fsync(out.fileno())
            if found != digest:
                raise ObjectDamaged(digest)
            written = draft.stat().st_size
            draft.replace(target)
            return written
        finally:
            draft.unlink(missing_ok=True)

    def get(self, name: str, target: BinaryIO, *, digest: str, identity: X25519PrivateKey) -> None:
        try:
            with self._object(name).open("rb") as source:
                found = sealed.unseal(source, target, identity=identity)
        except (FileNotFoundError, sealed.CannotOpen):
            raise ObjectDamaged(name) from None
        if found != digest:
            raise ObjectDamaged(name)

    # Points
    def add_point(self, head: Mapping[str, Any], manifest: Mapping[str, Any], names: list[str]) -> None:
        out = io.BytesIO()
        sealed.seal(io.BytesIO(json.dumps(manifest).encode()), out, recipient=self.recipient)
        point = self.folder / "points" / str(head["id"])
        _write(point.with_suffix(".sealed"), out.getvalue())
        digest = hashlib.sha256(out.getvalue()).hexdigest()
        _write(
            point.with_suffix(".json"), json.dumps({**head, "manifest": digest, "objects": sorted(set(names))}).encode()
        )

    def points(self) -> list[Head]:
        """Oldest first."""
        self._about()
        heads = []
        for path in sorted((self.folder / "points").glob("*.json")):
            said = json.loads(path.read_text(encoding="utf-8"))
            wanted = {k: said[k] for k in ("id", "seconds", "files", "size", "new_bytes", "version")}
            heads.append(Head(**wanted, at=datetime.fromisoformat(said["at"])))
        return heads

    def point(self, wanted: str = "") -> Head:
        """The newest, or the one of this id or its beginning."""
        found = [h for h in self.points() if h.id.startswith(wanted)]
        if not found:
            raise NoSuchPoint(
                Text("{d} 中没有恢复点 {p}。", "{d} holds no recovery point {p}.").format(d=self.folder, p=wanted)
            )
        return found[-1]

    def manifest(self, head: Head, *, identity: X25519PrivateKey) -> dict[str, Any]:
        out = io.BytesIO()
        with (self.folder / "points" / f"{head.id}.sealed").open("rb") as source:
            sealed.unseal(source, out, identity=identity)
        return dict(json.loads(out.getvalue()))

    def forget(self, *, keep: int) -> int:
        """Points beyond the newest `keep`, and objects no point names any more. Answers the points forgotten."""
        with self.alone():  # a backup under way has objects that no point names yet
            return self._forget(keep)

    def _forget(self, keep: int) -> int:
        old = self.points()[:-keep]
        for head in old:
            for suffix in (".json", ".sealed"):
                (self.folder / "points" / f"{head.id}{suffix}").unlink(missing_ok=True)
        if old:
            named: set[str] = set()
            for path in (self.folder / "points").glob("*.json"):
                named |= set(json.loads(path.read_text(encoding="utf-8"))["objects"])
            for stored in (self.folder / "objects").glob("*/*"):
                if stored.name not in named:
                    stored.unlink(missing_ok=True)
        return len(old)


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with draft.open("xb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)
