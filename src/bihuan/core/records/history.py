"""历史: who changed what of a row and when, read back from the audit rows that are about it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bihuan.core.access.context import Actor
from bihuan.core.access.models import User
from bihuan.core.audit.models import AuditRow
from bihuan.core.modules import registry
from bihuan.core.records.fields import Field
from bihuan.core.records.register import Register, follow
from bihuan.kernel.text import Text

PERSONAL = Text("（个人信息，已改）", "(personal, changed)")
SYSTEM = Text("系统", "System")


@dataclass(frozen=True, slots=True)
class Change:
    label: Text
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Past:
    """One audit row about this row of the register."""

    audit_row: UUID
    at: datetime
    by: str
    action: Text
    changes: tuple[Change, ...]


def history_of(
    register: Register, row: Any, *, actor: Actor, limit: int = 50, before: UUID | None = None
) -> list[Past]:
    """Newest first. What happened to the base of a row (its name, its place) is the row's history too."""
    subjects = [row.subject]
    below = register.base_of(row)
    if below is not None:
        subjects.append(below.subject)
    rows = AuditRow.objects.filter(subjects__subject__in=subjects, outcome="done").distinct()
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = [(r, json.loads(bytes(r.canonical))) for r in rows.order_by("-pk")[:limit]]
    columns = _columns(register, row, below, actor)
    names = _names(r.actor for r, _ in found)
    targets = _targets(columns, [said for _, said in found])
    return [
        Past(
            audit_row=r.pk,
            at=r.at,
            by=names.get(r.actor, str(SYSTEM)),
            action=_label(r.action),
            changes=tuple(_changes(said, columns, targets)),
        )
        for r, said in found
    ]


def _label(action: str) -> Text:
    known = registry().actions.get(action)
    return known.label if known is not None else Text(action, action)


def _columns(register: Register, row: Any, below: Any, actor: Actor) -> dict[tuple[str, str], tuple[Field, bool]]:
    """(subject, column as the audit names it) → field, and whether its value may be shown."""
    found = {}
    for f in register.fields:
        owner = follow(row, f.path.rpartition("__")[0])
        column = owner._meta.get_field(f.attribute).attname
        found[(owner.subject, column)] = (f, register.shows(f, row, actor))
    return found


def _changes(
    said: dict[str, Any], columns: dict[tuple[str, str], tuple[Field, bool]], targets: dict[str, str]
) -> Iterable[Change]:
    for subject, changed in said.get("changes", {}).items():
        for column, (before, after) in changed.items():
            if (known := columns.get((subject, column))) is None:
                continue
            field, shown = known
            if isinstance(before, dict) or isinstance(after, dict) or not shown:
                yield Change(field.label, "", str(PERSONAL))
            else:
                yield Change(field.label, _word(field, before, targets), _word(field, after, targets))


def _word(field: Field, value: Any, targets: dict[str, str]) -> str:
    if value is None or value == "":
        return ""
    if field.kind == "reference":
        return targets.get(str(value), str(value))
    if field.terms is not None:
        return str(field.terms.of(value).label) if value in set(field.terms) else str(value)
    if field.kind == "number" and isinstance(value, str):
        return field.shown(field.read(value))
    return field.shown(value)


def _names(actors: Iterable[str]) -> dict[str, str]:
    ids = {a: UUID(a.partition(":")[2]) for a in set(actors) if a.startswith(("user:", "token:"))}
    users = {u.pk: str(u) for u in User.objects.filter(pk__in=ids.values())}
    return {a: users.get(pk, "") for a, pk in ids.items()}


def _targets(columns: dict[tuple[str, str], tuple[Field, bool]], said: Sequence[dict[str, Any]]) -> dict[str, str]:
    """What references were called, one query a table."""
    asked: dict[type[Any], set[str]] = {}
    for one in said:
        for subject, changed in one.get("changes", {}).items():
            for column, pair in changed.items():
                known = columns.get((subject, column))
                if known is not None and known[0].kind == "reference":
                    asked.setdefault(known[0].to, set()).update(v for v in pair if isinstance(v, str))  # type: ignore[arg-type]
    return {str(row.pk): str(row) for model, ids in asked.items() for row in model._base_manager.filter(pk__in=ids)}
