"""What happened to major hazards."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bihuan.core.access.scope import Place


@dataclass(frozen=True, slots=True)
class GradeChanged:
    """级别变化: identified, of another grade, or no major hazard any more. "" is none."""

    unit_id: UUID
    calculation_id: UUID
    before: str
    after: str
    region_path: str
    organisation_code: str

    @property
    def place(self) -> Place:
        return Place(self.region_path, frozenset([self.organisation_code]))

    @property
    def subject(self) -> str:
        return f"major_hazards.hazardunit:{self.unit_id}"


@dataclass(frozen=True, slots=True)
class OverStored:
    """超储: more stands in a vessel than it was designed for. The grade doesn't follow it."""

    unit_id: UUID
    calculation_id: UUID
    vessel: str
    name: str
    live_t: str
    design_maximum_t: str
    region_path: str
    organisation_code: str

    @property
    def place(self) -> Place:
        return Place(self.region_path, frozenset([self.organisation_code]))

    @property
    def subject(self) -> str:
        return f"major_hazards.hazardunit:{self.unit_id}"
