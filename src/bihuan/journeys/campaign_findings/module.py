"""Declaration of the journey between a campaign and the findings that count in it: campaigns to choose, and the points their plans list."""

from __future__ import annotations

from uuid import UUID

from bihuan.core.access.context import Context
from bihuan.core.modules import Module
from bihuan.core.pages.declared import ChoiceSource
from bihuan.domains.campaign.queries.family import find_campaigns
from bihuan.domains.campaign.queries.problem_points import points_of_plan
from bihuan.domains.campaign.queries.reports import PracticeSource
from bihuan.domains.campaign.rules.reports import Practices
from bihuan.domains.campaign.terms import CampaignState
from bihuan.domains.supervision.queries.points import PlanPoints
from bihuan.domains.supervision.queries.problems import published_practices
from bihuan.domains.supervision.rules.points import Point
from bihuan.domains.supervision.terms import DRIVES
from bihuan.kernel.text import Text

#: A form lists no more; the newest come first.
MOST = 100


def running(*, ctx: Context) -> list[tuple[str, str]]:
    """推进中的专项行动 that the reader may see."""
    rows = find_campaigns(ctx=ctx, text="").filter(state=CampaignState.PUBLISHED)
    return [(str(key), name) for key, name in rows.values_list("pk", "name")[:MOST]]


def points(*, ctx: Context, key: UUID) -> list[Point]:
    """突出问题 of a plan the reader may see."""
    return [Point(p.text, p.no, p.group) for p in points_of_plan(ctx=ctx, campaign_id=key)]


def practices(*, ctx: Context, region_path: str) -> Practices:
    """典型经验: those published in this place, and the standing rules made of them."""
    rows = published_practices(region_path=region_path)
    ways = [f"{p.title}（{p.organisation.name}）：{p.text}" for p in rows]
    rules = [f"{p.rule_name}，自{p.rule_from_on.isoformat()}起施行（源于“{p.title}”）" for p in rows if p.rule_from_on]
    return Practices(tuple(map(plain, ways)), tuple(map(plain, rules)))


def plain(line: str) -> str:
    """One line, without the braces by which a report calls its figures."""
    return " ".join(line.translate({ord("{"): "（", ord("}"): "）"}).split())


MODULE = Module(
    name="campaign_findings",
    label=Text("专项行动中的问题", "Findings of campaigns"),
    declares=(ChoiceSource(DRIVES, running), PlanPoints(points), PracticeSource(practices)),
)
