"""阶段页: each phase, what must exist at its end, and how far that is."""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.domains.campaign.queries.phases import products
from bihuan.domains.campaign.terms import CampaignState
from bihuan.domains.campaign.web.edge import campaign_of, context_of
from bihuan.domains.campaign.web.family import crumbs_to
from bihuan.kernel.text import Text

PHASES = Text("阶段成果", "Phases")


@require_GET
def phases(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    ctx = context_of(request)
    campaign = campaign_of(request, campaign_id)
    lines = products(ctx=ctx, campaign=campaign)
    context = {
        "campaign": campaign,
        "state": CampaignState(campaign.state),
        "phases": [
            (name, due_on, list(found))
            for (due_on, name), found in groupby(lines, key=lambda line: (line.product.due_on, line.product.phase))
        ],
        "crumbs": crumbs_to(campaign, PHASES),
    }
    return render(request, "campaign/phases.html", context)
