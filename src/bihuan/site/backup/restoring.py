"""恢复: a recovery point into a home, whole or by parts; afterwards everything is verified, and the audit says so."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.site.backup.vault import Head, Vault


class HomeNotEmpty(Problem):
    code = "backup.home_not_empty"

    def __init__(self, home: Path) -> None:
        super().__init__(
            Text(
                "{h} 不是空目录，整体恢复不会覆盖它。请另指定 --home，或用 --only 只恢复丢失的部分。",
                "{h} isn't empty, so nothing is restored over it. Name another --home, or only the lost part with --only.",
            ).format(h=home)
        )


@dataclass(slots=True)
class Restored:
    """What was put back. `kept`: files that were there already and are whole."""

    parts: list[str] = field(default_factory=list)
    files: int = 0
    kept: int = 0


def put_back_files(
    vault: Vault, manifest: dict[str, Any], *, home: Path, parts: Sequence[str], identity: X25519PrivateKey
) -> Restored:
    """Every file of these parts that is missing or altered. Needs no database and no settings."""
    done = Restored()
    for part in parts:
        done.parts.append(part)
        for said in manifest["parts"].get(part, ()):
            target = home / said["name"]
            if not target.resolve().is_relative_to(home.resolve()):
                continue  # a name that leads elsewhere is none of ours
            # Anchors are only ever added to: those on the disk know more than those of the backup.
            is_there = target.exists()
            if is_there and (said["name"].startswith("anchors/") or _digest_of(target) == said["digest"]):
                done.kept += 1
                continue
            _write_whole(vault, manifest, said, target, identity)
            done.files += 1
    return done


def _write_whole(
    vault: Vault, manifest: dict[str, Any], said: dict[str, Any], target: Path, identity: X25519PrivateKey
) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_name(f".{target.name}.restoring")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            vault.get(manifest["names"][said["digest"]], out, digest=said["digest"], identity=identity)
            out.flush()
            os.fsync(out.fileno())
        draft.chmod(said["mode"])
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def reader(vault: Vault, manifest: dict[str, Any], identity: X25519PrivateKey) -> Any:
    def read(digest: str, out: BinaryIO) -> None:
        vault.get(manifest["names"][digest], out, digest=digest, identity=identity)

    return read


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_empty(home: Path) -> None:
    if home.exists() and any(home.iterdir()):
        raise HomeNotEmpty(home)


def room_for(head: Head, home: Path) -> bool:
    there = next(p for p in (home, *home.parents) if p.exists())
    return shutil.disk_usage(there).free > head.size * 11 // 10
