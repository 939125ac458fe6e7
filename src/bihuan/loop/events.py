"""What happened to cases, told to whoever listens: pages, notices, domains."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from bihuan.core.access.scope import Place


@dataclass(frozen=True, slots=True)
class CaseMoved:
    """Any move of any case."""

    case_id: UUID
    number: str
    kind: str
    move: str
    from_stage: str
    to_stage: str
    region_path: str
    organisations: tuple[str, ...] = field(default=())

    @property
    def place(self) -> Place:
        return Place(self.region_path, frozenset(self.organisations))

    @property
    def subject(self) -> str:
        return f"loop.case:{self.case_id}"


@dataclass(frozen=True, slots=True)
class CaseEscalated:
    """A step of the escalation plan fell due: what is to be done, and to whom."""

    case_id: UUID
    number: str
    deed: str
    days: int
    due_on: date
    region_path: str
    whom: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        return Place(self.region_path, frozenset(self.organisations))

    @property
    def subject(self) -> str:
        return f"loop.case:{self.case_id}"
