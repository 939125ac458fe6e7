"""指标缺口: indicator by unit, with target, value, gap, since when, and how it went."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.core.pages.components import Crumb
from bihuan.domains.campaign.queries import indicators
from bihuan.domains.campaign.web.edge import context_of
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text

PAGE = 50
#: Of those that nobody has measured so many are named; the rest by number.
MOST = 30
GAPS = Text("指标缺口", "Gaps of indicators")


@require_GET
def gaps_page(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    today = day_of(ctx.at)
    choices = indicators.campaigns_with_indicators(ctx=ctx)
    said = request.GET.get("campaign", "")
    chosen = next((c for c in choices if str(c.pk) == said), None)
    campaign: UUID | None = chosen.pk if chosen else None
    show_all = request.GET.get("show") == "all"
    rows = (indicators.everything if show_all else indicators.gaps)(ctx=ctx, campaign=campaign)
    page = Paginator(indicators.with_names(rows), PAGE).get_page(request.GET.get("page"))
    missing = indicators.unmeasured(ctx=ctx, campaign=campaign)
    number = missing.count()
    context = {
        "page": page,
        "lines": indicators.lines(list(page.object_list), today=today),
        "campaigns": choices,
        "chosen": chosen,
        "show_all": show_all,
        "unmeasured": list(missing[:MOST]),
        "number_unmeasured": number,
        "exceptions": list(indicators.waiting_exceptions(ctx=ctx)[:MOST]),
        "crumbs": [Crumb(GAPS)],
    }
    return render(request, "campaign/indicators.html", context)
