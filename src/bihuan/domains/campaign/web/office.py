"""安委办晨间页、单位卡、大屏、地区完成情况."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.core.actions.problems import NotFound
from bihuan.core.pages.components import Crumb, MapShape, MapView
from bihuan.domains.campaign.queries import office
from bihuan.domains.campaign.queries.office import Locality
from bihuan.domains.campaign.rules import dues
from bihuan.domains.campaign.terms import CampaignGrants, CampaignState
from bihuan.domains.campaign.web import timeline
from bihuan.domains.campaign.web.edge import campaign_of, context_of
from bihuan.domains.campaign.web.family import crumbs_to
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop.terms import DeadlineColour, Stage

MORNING = Text("今日工作", "This morning")
MY_UNIT = Text("本单位", "My unit")
PLACES = Text("地区完成情况", "By place")


@require_GET
def morning(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    if not ctx.actor.has(CampaignGrants.PUBLISH):
        raise NotFound
    found = office.morning_of(ctx=ctx)
    context = {
        "morning": found.value,
        "as_of": found.at,
        "today": day_of(ctx.at),
        "waiting": office.waiting(ctx=ctx),
        "reports": office.reports_due(ctx=ctx),
        "crumbs": [Crumb(MORNING)],
    }
    return render(request, "campaign/office.html", context)


@require_GET
def my_unit(request: HttpRequest) -> HttpResponse:
    """One's own unit; `?unit=` another one that one may know of, as far as one sees its cases."""
    ctx = context_of(request)
    code = request.GET.get("unit", "")[:40] or ctx.actor.organisation or ""
    card = office.unit_card(ctx=ctx, organisation=office.unit_of(ctx=ctx, code=code)) if code else None
    return render(request, "campaign/my_unit.html", {"card": card, "crumbs": [Crumb(MY_UNIT)]})


@require_GET
def screen(request: HttpRequest) -> HttpResponse:
    found = office.screen(ctx=context_of(request))
    context = {
        "screen": found,
        "red": found.situation.by_colour[DeadlineColour.RED],
        "closed": found.situation.by_stage[Stage.CLOSED_OUT],
    }
    return render(request, "campaign/screen.html", context)


@require_GET
def places(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    ctx = context_of(request)
    campaign = campaign_of(request, campaign_id)
    found = office.by_locality(ctx=ctx, campaign=campaign)
    context = {
        "campaign": campaign,
        "state": CampaignState(campaign.state),
        "places": found,
        "map": _map(found),
        "strip": timeline.strip(
            milestones=dues.milestones(campaign.phases),
            from_on=campaign.from_on,
            until_on=campaign.until_on,
            today=day_of(ctx.at),
        ),
        "crumbs": crumbs_to(campaign, PLACES),
    }
    return render(request, "campaign/places.html", context)


def _map(found: list[Locality]) -> MapView | None:
    shapes = [
        MapShape(
            geometry=line.region.boundary,
            title=line.region.name,
            text=f"{line.closed}/{line.total}"
            + (f" · {Text('逾期', 'overdue')} {line.overdue}" if line.overdue else ""),
            tone=line.tone,
        )
        for line in found
        if line.region.boundary
    ]
    return MapView(PLACES, shapes) if shapes else None
