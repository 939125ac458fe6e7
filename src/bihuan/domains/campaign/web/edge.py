"""What the pages of campaigns share: the context, the campaign of an address, the answer to a form in a dialog."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.pages import doors
from bihuan.domains.campaign.models import Campaign
from bihuan.domains.campaign.queries import plans
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

CAMPAIGNS = Text("专项行动", "Campaigns")


def context_of(request: HttpRequest) -> Context:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    return ctx


def campaign_of(request: HttpRequest, campaign_id: UUID) -> Campaign:
    return plans.get_campaign(ctx=context_of(request), campaign_id=campaign_id)


def review_address(campaign: Campaign, *, at: object = "") -> str:
    address = reverse("campaign-review", kwargs={"campaign_id": campaign.pk})
    return f"{address}?at={at}" if at else address


def go(request: HttpRequest, address: str) -> HttpResponse:
    """On to a page, from a dialog or from a plain form."""
    if doors.is_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def stay(request: HttpRequest, address: str) -> HttpResponse:
    """Back to the page that a dialog stands on, read anew where one was: an address that differs from it by its anchor
    alone would load nothing, and leave the dialog open. `address`: for a plain form.
    """
    if doors.is_fragment(request):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return HttpResponseRedirect(address)


def show_form(
    request: HttpRequest, name: str, context: dict[str, Any], *, problem: Problem | None = None
) -> HttpResponse:
    """A form as a dialog or as a page; with what was wrong with it above."""
    if isinstance(problem, NotFound):
        raise problem
    template = f"campaign/{name}.html" if doors.is_fragment(request) else "campaign/form_page.html"
    context |= {"problem": problem, "form_template": f"campaign/{name}.html", "in_dialog": doors.is_fragment(request)}
    return render(request, template, context, status=problem.status if problem else 200)
