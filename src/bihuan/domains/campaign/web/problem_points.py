"""突出问题: what the plan says to look for, beside the paragraph it says it in."""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.domains.campaign.queries.problem_points import points_of
from bihuan.domains.campaign.terms import CampaignState
from bihuan.domains.campaign.web.edge import campaign_of
from bihuan.domains.campaign.web.family import crumbs_to
from bihuan.kernel.text import Text

PROBLEMS = Text("突出问题", "Problems to look for")


@require_GET
def problem_points(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    campaign = campaign_of(request, campaign_id)
    points = points_of(campaign)
    context = {
        "campaign": campaign,
        "state": CampaignState(campaign.state),
        "number": len(points),
        "groups": [(name, list(found)) for name, found in groupby(points, key=lambda p: p.group)],
        "crumbs": crumbs_to(campaign, PROBLEMS),
    }
    return render(request, "campaign/problem_points.html", context)
