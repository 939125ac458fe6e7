"""Writing one audit row. Only the action runner calls this."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from bihuan.core.access import statements
from bihuan.core.audit import keys
from bihuan.core.audit.canonical import FORMAT, canonical_bytes, leaf_hash, plain
from bihuan.core.audit.models import AnonymousDenials, AuditRow, AuditSubject, PersonalSalt
from bihuan.kernel.identity import new_id


class Personal:
    """A personal value on its way into the audit: only its salted digest arrives."""

    __slots__ = ("subject", "value")

    def __init__(self, value: Any, subject: str) -> None:
        self.value = value
        self.subject = subject


def write(
    *,
    at: datetime,
    actor: str,
    action: str,
    outcome: str,
    subjects: Iterable[str],
    said: Mapping[str, Any],
) -> AuditRow:
    """`said` is whatever else the row tells: input, changes, cause, reason. Personal values are folded to digests."""
    row_id = new_id()
    salts: list[PersonalSalt] = []
    names = sorted(set(subjects))
    content = {
        "format": FORMAT,
        "id": row_id,
        "at": at,
        "actor": actor,
        "action": action,
        "outcome": outcome,
        "subjects": names,
        **_fold(said, "", row_id, salts),
    }
    canonical = canonical_bytes(content)
    row = AuditRow(
        id=row_id,
        at=at,
        actor=actor,
        action=action,
        outcome=outcome,
        canonical=canonical,
        leaf=leaf_hash(canonical),
        mac=keys.mac(canonical),
    )
    statements.insert([row])
    statements.insert([AuditSubject(row=row, subject=name) for name in names])
    statements.insert(salts)
    return row


def _fold(value: Any, path: str, row_id: Any, salts: list[PersonalSalt]) -> Any:
    if isinstance(value, Personal):
        if value.value in (None, ""):
            return plain(value.value)
        salt = secrets.token_hex(16)
        salts.append(PersonalSalt(row_id=row_id, path=path[:200], salt=salt, subject=value.subject))
        return {"personal": personal_digest(salt, value.value)}
    if isinstance(value, Mapping):
        return {str(k): _fold(v, f"{path}/{k}", row_id, salts) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_fold(v, f"{path}/{i}", row_id, salts) for i, v in enumerate(value)]
    return value


def personal_digest(salt: str, value: Any) -> str:
    return hashlib.sha256(f"{salt}\x00{plain(value)}".encode()).hexdigest()


def count_anonymous_denial(*, at: datetime, action: str) -> None:
    """One statement, so that many at once neither lose a count nor wait for each other longer than it takes."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    table = connection.ops.quote_name(AnonymousDenials._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (hour, action, count) VALUES (%s, %s, 1) "  # noqa: S608  # the name is our own table's
            f"ON CONFLICT (hour, action) DO UPDATE SET count = {table}.count + 1",
            [
                hour if connection.vendor == "postgresql" else connection.ops.adapt_datetimefield_value(hour),
                action,
            ],
        )
