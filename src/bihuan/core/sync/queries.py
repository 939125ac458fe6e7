"""Reads of one's own conflicts, side by side with what is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Action
from bihuan.core.actions.problems import NotFound
from bihuan.core.modules import registry
from bihuan.core.sync.models import SyncConflict
from bihuan.core.sync.terms import ConflictState
from bihuan.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was sent, and what stands there now; None where there is nothing to compare with."""

    label: Text
    sent: Any
    there: Any = None
    is_comparable: bool = False


@dataclass(frozen=True, slots=True)
class Meeting:
    """A row the input names: the version it was sent against, the version there is, and the row itself if still seen."""

    row: Any
    id: str
    sent_version: int | None

    @property
    def is_gone(self) -> bool:
        return self.row is None

    @property
    def has_moved(self) -> bool:
        return self.row is not None and self.sent_version is not None and self.row.version != self.sent_version


@dataclass(frozen=True, slots=True)
class Comparison:
    action: Action
    lines: list[Line]
    meetings: list[Meeting]

    @property
    def seen(self) -> dict[str, int]:
        return {m.id: m.row.version for m in self.meetings if m.row is not None}


def open_count(*, ctx: Context) -> int:
    count: int = SyncConflict.objects.visible_to(ctx.actor).filter(state=ConflictState.OPEN).count()
    return count


def conflicts_of(*, ctx: Context) -> Any:
    return SyncConflict.objects.visible_to(ctx.actor)


def get_conflict(*, ctx: Context, conflict_id: UUID) -> SyncConflict:
    found: SyncConflict | None = SyncConflict.objects.visible_to(ctx.actor).filter(pk=conflict_id).first()
    if found is None:
        raise NotFound
    return found


def label_of(action: str) -> Text:
    made = registry().actions.get(action)
    return made.label if made else Text(action, action)


def compare(*, ctx: Context, conflict: SyncConflict) -> Comparison:
    made = registry().actions[conflict.action]
    meetings: list[Meeting] = []
    for name, said in made.fields.items():
        value = conflict.input.get(name)
        if said.ref is not None and value:
            for reference in value if isinstance(value, list) else [value]:
                model: Any = said.ref.model
                row = model.objects.visible_to(ctx.actor).filter(pk=reference["id"]).first()
                meetings.append(Meeting(row, str(reference["id"]), reference.get("expected_version")))
    rows = [m.row for m in meetings if m.row is not None]
    lines = []
    for name, said in made.fields.items():
        if said.ref is None and name in conflict.input:
            label = said.label.text if said.label else Text(name, name)
            holder = next((r for r in rows if hasattr(r, name)), None)
            there = getattr(holder, name) if holder is not None else None
            lines.append(Line(label, conflict.input[name], there, holder is not None))
    return Comparison(made, lines, meetings)
