"""封存: gives sealed places to rows not yet sealed, every few seconds; signs and anchors the chain of roots."""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from bihuan.core.audit import keys, syslog
from bihuan.core.audit.canonical import leaf_hash, merkle_root
from bihuan.core.audit.models import AuditRow, Seal

log = logging.getLogger("bihuan.audit")
FIRST = "0" * 64
BATCH = 5_000


def seal_message(*, number: int, previous: str, root: str, count: int, sealed_at: str, algorithm: str) -> bytes:
    """The bytes a seal signs, and of which its successor carries the digest."""
    return f"bihuan-seal\n{number}\n{previous}\n{root}\n{count}\n{sealed_at}\n{algorithm}".encode()


def message_of(seal: Seal) -> bytes:
    return seal_message(
        number=seal.number,
        previous=seal.previous,
        root=seal.root,
        count=seal.count,
        sealed_at=spell(seal.sealed_at),
        algorithm=seal.algorithm,
    )


def spell(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def link_of(seal: Seal) -> str:
    return hashlib.sha256(message_of(seal)).hexdigest()


def seal_pending(*, at: datetime) -> Seal | None:
    """Seal one batch. Rows whose mark isn't ours are left unsealed: they are what `audit verify` reports."""
    with transaction.atomic():
        _alone()
        waiting = list(AuditRow.objects.filter(seal__isnull=True).order_by("id")[:BATCH])
        rows = [r for r in waiting if _is_ours(r)]
        if len(rows) < len(waiting):
            log.error("audit: %d rows carry no valid mark and were not sealed", len(waiting) - len(rows))
        if not rows:
            anchor_missing()  # a crash between the last commit and its anchor is mended here
            return None
        last = Seal.objects.order_by("-number").first()
        seal = Seal(
            number=last.number + 1 if last else 1,
            previous=link_of(last) if last else FIRST,
            root=merkle_root([r.leaf for r in rows]),
            count=len(rows),
            sealed_at=at,
            algorithm=keys.algorithm(),
        )
        seal.signature = keys.sign(message_of(seal))
        seal.save(force_insert=True)
        for position, row in enumerate(rows):
            row.seal, row.position = seal, position
        AuditRow.objects.bulk_update(rows, ["seal", "position"], batch_size=400)
    anchor_missing()
    return seal


def _alone() -> None:
    """One sealer at a time. On SQLite the transaction itself is alone."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [0x42_48_53_4C])


def change_signing_key(*, at: datetime) -> keys.KeyChange:
    """更换签名密钥: all seals there are stay with the old key, the next one is signed with the new."""
    with transaction.atomic():
        _alone()
        last = Seal.objects.order_by("-number").values_list("number", flat=True).first()
        return keys.change_signing_key(from_seal=(last or 0) + 1, at=spell(at))


def _is_ours(row: AuditRow) -> bool:
    canonical = bytes(row.canonical)
    return keys.is_marked(canonical, row.mac) and row.leaf == leaf_hash(canonical)


def anchor_path() -> Path:
    return Path(settings.BIHUAN_AUDIT_ANCHOR or Path(settings.BIHUAN_HOME) / "anchors" / "audit.jsonl")


def read_anchors(path: Path) -> list[dict[str, Any]]:
    """The anchored seals that still count, oldest first. A last line cut short by a power failure is not a seal."""
    return _read(path)[0]


def read_restores(path: Path) -> list[dict[str, Any]]:
    """恢复标记: where the chain was taken up again from a backup, and which seals were given up by it."""
    return _read(path)[1]


def _read(path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    anchors: list[dict[str, Any]] = []
    restores: list[dict[str, Any]] = []
    if not path.exists():
        return anchors, restores
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if not is_restore(said):
            anchors.append(said)
        elif keys.is_ours(restore_message(said), said["signature"]):
            anchors = [a for a in anchors if not said["number"] < a["number"] <= said["given_up"]]
            restores.append(said)
    return anchors, restores


def is_restore(said: dict[str, Any]) -> bool:
    return "given_up" in said


def restore_message(said: dict[str, Any]) -> bytes:
    return f"bihuan-restore\n{said['number']}\n{said['given_up']}\n{said['restored_at']}".encode()


def continue_from(number: int, *, at: datetime) -> int:
    """After a restore: anchored seals beyond `number` are given up, by a mark that only our key can make.

    They stay in the file, and the verification names them. Returns how many were given up.
    """
    path = anchor_path()
    beyond = [a["number"] for a in read_anchors(path) if a["number"] > number]
    if not beyond:
        return 0
    mark: dict[str, Any] = {"number": number, "given_up": max(beyond), "restored_at": spell(at)}
    mark["signature"] = keys.sign(restore_message(mark))
    _append(path, lambda: [json.dumps(mark, sort_keys=True)])
    return len(beyond)


def anchor_missing() -> None:
    """Append every seal the anchor file lacks. Called after the commit: an anchor never names a seal that isn't there."""
    path = anchor_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not _lacking(path).exists():
        return
    _append(
        path, lambda: [json.dumps(_anchor(s), sort_keys=True) for s in _lacking(path).order_by("number").iterator()]
    )


def _append(path: Path, wanted: Callable[[], list[str]]) -> None:
    """`wanted` is asked under the lock: what another process has just added is not added twice."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        lines = wanted()
        if lines and not _ends_whole(path):
            file.write("\n")  # a line cut short by a power failure must not swallow the next one
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    for line in lines:
        syslog.send(line)


def _lacking(path: Path) -> Any:
    return Seal.objects.filter(number__gt=last_anchored(path))


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def last_anchored(path: Path) -> int:
    """The number of the last seal the anchor file names; 0 where there is none."""
    if not path.exists():
        return 0
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - 8192))
        tail = file.read().decode("utf-8", "replace").splitlines()
    for line in reversed(tail):
        try:
            return int(json.loads(line)["number"])
        except (ValueError, KeyError):
            continue
    return 0


def _anchor(seal: Seal) -> dict[str, Any]:
    return {
        "number": seal.number,
        "previous": seal.previous,
        "root": seal.root,
        "count": seal.count,
        "sealed_at": spell(seal.sealed_at),
        "algorithm": seal.algorithm,
        "signature": seal.signature,
    }
