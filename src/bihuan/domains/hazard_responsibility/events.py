"""What happened to responsibility."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bihuan.core.access.scope import Place


@dataclass(frozen=True, slots=True)
class LeadAppointed:
    """任命了包保责任人."""

    unit_id: UUID
    appointment_id: UUID
    region_path: str
    organisation_code: str

    @property
    def place(self) -> Place:
        return Place(self.region_path, frozenset([self.organisation_code]))
