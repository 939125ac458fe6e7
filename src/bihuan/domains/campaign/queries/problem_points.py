"""突出问题: the problems a plan lists to be looked for, as they were read from it, each with its paragraph in the text. 依据 Y."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bihuan.core.access.context import Context
from bihuan.domains.campaign.models import Campaign, PlanText
from bihuan.domains.campaign.queries.plans import get_campaign, plan_text


@dataclass(frozen=True, slots=True)
class PlanPoint:
    """One point: its number as the document writes it, the group it stands in, its words, and the paragraph they stand in."""

    no: str
    group: str
    text: str
    paragraph: str


def points_of(campaign: Campaign) -> list[PlanPoint]:
    """Of a campaign the caller has already been allowed to see. A plan read by an earlier version has none."""
    kept = plan_text(campaign=campaign)
    return [] if kept is None else [_point(kept, said) for said in kept.ledger.get("problems", [])]


def points_of_plan(*, ctx: Context, campaign_id: UUID) -> list[PlanPoint]:
    return points_of(get_campaign(ctx=ctx, campaign_id=campaign_id))


def _point(kept: PlanText, said: dict[str, Any]) -> PlanPoint:
    start, end = said["span"]
    first = kept.text.rfind("\n", 0, start) + 1
    last = kept.text.find("\n", end)
    paragraph = kept.text[first : last if last >= 0 else len(kept.text)].strip()
    return PlanPoint(said["no"], said["group"], said["text"], paragraph)
