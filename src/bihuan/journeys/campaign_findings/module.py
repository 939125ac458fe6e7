"""Declaration of the journey from a finding to the campaigns it counts in."""

from __future__ import annotations

from bihuan.core.access.context import Context
from bihuan.core.modules import Module
from bihuan.core.pages.declared import ChoiceSource
from bihuan.domains.campaign.queries.family import find_campaigns
from bihuan.domains.campaign.terms import CampaignState
from bihuan.domains.supervision.terms import DRIVES
from bihuan.kernel.text import Text

#: A form lists no more; the newest come first.
MOST = 100


def running(*, ctx: Context) -> list[tuple[str, str]]:
    """推进中的专项行动 that the reader may see."""
    rows = find_campaigns(ctx=ctx, text="").filter(state=CampaignState.PUBLISHED)
    return [(str(key), name) for key, name in rows.values_list("pk", "name")[:MOST]]


MODULE = Module(
    name="campaign_findings",
    label=Text("专项行动中的问题", "Findings of campaigns"),
    declares=(ChoiceSource(DRIVES, running),),
)
