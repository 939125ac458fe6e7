"""布置报告: what the office asks for by hand, beside the days that the plan names. 依据 C06."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Label, action
from bihuan.domains.campaign.actions.opening import NotADraft, TheCampaign
from bihuan.domains.campaign.actions.reports import call_for, require_period
from bihuan.domains.campaign.models import Campaign
from bihuan.domains.campaign.terms import CampaignGrants, CampaignState, ReportKind
from bihuan.kernel.period import Period
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class NobodyToAsk(Problem):
    code = "campaign_nobody_to_report"


@action(
    "campaign.request_reports",
    label=Text("布置报告", "Ask for reports"),
    needs=CampaignGrants.PUBLISH,
    scope=lambda *, campaign, **_: campaign.place,
    icon="send",
)
def request_reports(
    *,
    ctx: Context,
    campaign: TheCampaign,
    kind: Annotated[ReportKind, Label("种类", "Kind")],
    from_on: Annotated[date, Label("报告期起", "Period from", widget="date")],
    last_on: Annotated[date, Label("报告期止", "Period until", widget="date")],
    due_on: Annotated[date, Label("应报日期", "Due", widget="date")],
) -> Campaign:
    """布置报告: to every unit that reports on this campaign and owes none of this kind for this day yet."""
    if campaign.state != CampaignState.PUBLISHED:
        raise NotADraft(Text("方案发布后、结束前才能布置报告。", "Reports are asked for while the campaign runs."))
    require_period(ctx=ctx, from_on=from_on, last_on=last_on, due_on=due_on)
    period = Period(from_on, last_on + timedelta(days=1))
    if not call_for(ctx=ctx, campaign=campaign, kind=kind, on=due_on, period=period):
        raise NobodyToAsk(
            Text(
                "没有可布置的单位：尚未确定报送单位，或各单位这一天的报告都已布置。",
                "There is nobody to ask: no unit reports yet, or each owes this report already.",
            )
        )
    ctx.about(campaign)
    return campaign
