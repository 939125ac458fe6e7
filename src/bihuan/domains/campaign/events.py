"""专项行动事件."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bihuan.core.access.scope import Place


@dataclass(frozen=True, slots=True)
class _OfCampaign:
    campaign_id: UUID
    name: str
    region_path: str
    issuer: str

    @property
    def place(self) -> Place:
        return Place(self.region_path, frozenset([self.issuer]))

    @property
    def subject(self) -> str:
        return f"campaign.campaign:{self.campaign_id}"


@dataclass(frozen=True, slots=True)
class PlanRead(_OfCampaign):
    """The document was read: so many tasks wait for review."""

    tasks: int = 0


@dataclass(frozen=True, slots=True)
class CampaignPublished(_OfCampaign):
    """All its cases are out."""

    cases: int = 0


@dataclass(frozen=True, slots=True)
class CampaignClosed(_OfCampaign):
    """Nothing is left open but what is ongoing."""
