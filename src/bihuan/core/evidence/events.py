"""What happened to evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bihuan.core.access.scope import Place


@dataclass(frozen=True, slots=True)
class _OfEvidence:
    evidence_id: UUID
    region_path: str = ""
    organisation_code: str = ""

    @property
    def place(self) -> Place:
        return Place(self.region_path, frozenset([self.organisation_code] if self.organisation_code else []))

    @property
    def subject(self) -> str:
        return f"evidence.evidence:{self.evidence_id}"


@dataclass(frozen=True, slots=True)
class EvidenceAdded(_OfEvidence):
    revises_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class EvidenceExpiring(_OfEvidence):
    """Said thirty days before and seven days before. `stage` is an `ExpiryStage`."""

    expires_on: date = date.max
    stage: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceExpired(_OfEvidence):
    expires_on: date = date.max
