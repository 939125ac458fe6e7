"""更换密钥, without downtime: the new key writes at once, the old ones go on reading, a job seals anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bihuan.core.access.context import Context
from bihuan.core.actions import runner
from bihuan.core.audit import sealing
from bihuan.core.jobs.queue import enqueue
from bihuan.core.protection.actions import note_key
from bihuan.core.protection.resealing import KEEPER
from bihuan.core.protection.rings import AUDIT_MARKS, FIELDS, SECOND_FACTOR, Ring, keys_folder
from bihuan.core.secrets import rotate_session_key
from bihuan.kernel.term import Term

RESEAL_JOB = "protection.reseal"


class KeyKind(Term):
    SESSION = "session", "会话", "Sessions"
    FIELDS = "fields", "身份证件与电话号码", "Identity and telephone numbers"
    SECOND_FACTOR = "second-factor", "动态口令", "One-time codes"
    AUDIT = "audit", "审计签名与行标记", "Signatures and marks of the audit"


RESEALED: Mapping[KeyKind, Ring] = {KeyKind.FIELDS: FIELDS, KeyKind.SECOND_FACTOR: SECOND_FACTOR}


def rotate(kind: KeyKind, *, at: datetime, cause: str) -> None:
    """The audit keeps that it was done; for the signing key both public keys, sealed under the new one."""
    noted: dict[str, Any] = {"kind": kind.value}
    if kind is KeyKind.SESSION:
        rotate_session_key(keys_folder())
    elif kind is KeyKind.AUDIT:
        # What is not sealed yet is sealed by the old key first: its rows are then vouched for by both.
        while sealing.seal_pending(at=at):
            pass
        noted["number"] = AUDIT_MARKS.rotate().number
        change = sealing.change_signing_key(at=at)
        noted |= {"public_key": change.new, "former_key": change.old, "from_seal": change.from_seal}
    else:
        noted["number"] = RESEALED[kind].rotate().number
    runner.perform(note_key, ctx=Context(actor=KEEPER, at=at, cause=cause), **noted)
    if kind is KeyKind.AUDIT:
        while sealing.seal_pending(at=at):
            pass
    elif kind is not KeyKind.SESSION:
        enqueue(job=RESEAL_JOB, payload={}, key=f"{RESEAL_JOB}:{kind.value}:{noted['number']}", at=at)
