"""看板页: a running campaign by unit, section and deadline; a unit's part in it; the ledger as a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.pages.components import Chart, Crumb, Series
from bihuan.domains.campaign.models import Campaign
from bihuan.domains.campaign.queries import boards
from bihuan.domains.campaign.queries.boards import Tally, TaskFilter
from bihuan.domains.campaign.rules import dues
from bihuan.domains.campaign.terms import CampaignState
from bihuan.domains.campaign.web import ledger_file, timeline
from bihuan.domains.campaign.web.edge import CAMPAIGNS, campaign_of, context_of, review_address
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop.terms import DeadlineColour, Stage

PAGE = 50
BOARD = Text("看板", "Board")
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A chart of more bars than this is a list; the table below it has them all.
MOST_BARS = 14


@require_GET
def board(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    ctx = context_of(request)
    campaign = campaign_of(request, campaign_id)
    if campaign.state in (CampaignState.DRAFT, CampaignState.PUBLISHING):
        return HttpResponseRedirect(review_address(campaign))
    narrowed = TaskFilter.from_query(request.GET.dict())
    view = request.GET.get("view", "")
    view = view if view in ("unit", "section", "calendar") else "tasks"
    context = {
        **_head(ctx, campaign),
        "view": view,
        "narrowed": narrowed,
        "colours": list(DeadlineColour),
        "stages": [s for s in Stage if s is not Stage.WITHDRAWN],
        "crumbs": [Crumb(CAMPAIGNS, reverse("campaigns")), Crumb(BOARD)],
    }
    if view == "tasks":
        page = Paginator(boards.tasks(ctx=ctx, campaign=campaign, narrowed=narrowed), PAGE).get_page(
            request.GET.get("page")
        )
        context |= {
            "page": page,
            "rows": [(task, Stage(task.case.stage)) for task in page.object_list],
            "units": boards.units_of(ctx=ctx, campaign=campaign),
        }
    elif view == "calendar":
        context["entries"] = _entries(ctx, campaign)
    else:
        tallies = (
            boards.by_unit(ctx=ctx, campaign=campaign)
            if view == "unit"
            else boards.by_section(ctx=ctx, campaign=campaign)
        )
        context |= {"tallies": tallies, "chart": _chart(view, tallies)}
    return render(request, "campaign/board.html", context)


def _head(ctx: Context, campaign: Campaign) -> dict[str, object]:
    today = day_of(ctx.at)
    milestones = dues.milestones(campaign.phases)
    return {
        "campaign": campaign,
        "state": CampaignState(campaign.state),
        "tally": boards.overall(ctx=ctx, campaign=campaign),
        "strip": timeline.strip(
            milestones=milestones, from_on=campaign.from_on, until_on=campaign.until_on, today=today
        ),
    }


def _entries(ctx: Context, campaign: Campaign) -> list[tuple[dues.Entry, bool]]:
    """The campaign's calendar; and whether a day has passed."""
    milestones = dues.milestones(campaign.phases)
    today = day_of(ctx.at)
    first = campaign.from_on or (milestones[0].end if milestones else today)
    last = campaign.until_on or (milestones[-1].end if milestones else today + timedelta(days=365))
    found = dues.calendar_entries(phases=milestones, reports=campaign.reports, from_on=first, until_on=last)
    return [(entry, entry.on < today) for entry in found]


def _chart(view: str, tallies: Sequence[Tally]) -> Chart:
    shown = list(tallies)[:MOST_BARS]
    title = Text("各单位进度", "Progress by unit") if view == "unit" else Text("各部分进度", "Progress by section")
    return Chart(
        title,
        [short(t.label) for t in shown],
        [
            Series(Text("已销号", "Closed out"), [t.closed for t in shown], "green"),
            Series(Text("期限内", "In time"), [t.green + t.grey for t in shown], "blue"),
            Series(Text("临近到期", "Due soon"), [t.yellow for t in shown], "yellow"),
            Series(Text("已逾期", "Overdue"), [t.red for t in shown], "red"),
        ],
        stacked=True,
        horizontal=True,
        unit=str(Text("项", "tasks")),
        categories_in="zh",
    )


def short(label: str) -> str:
    """The last heading of a path, cut for an axis."""
    last = label.rpartition(" > ")[2]
    return last if len(last) <= 16 else last[:15] + "…"


@require_GET
def unit(request: HttpRequest, campaign_id: UUID, code: str) -> HttpResponse:
    ctx = context_of(request)
    campaign = campaign_of(request, campaign_id)
    organisation = boards.get_organisation_of(ctx=ctx, campaign=campaign, code=code)
    parts = boards.parts_of(ctx=ctx, campaign=campaign, organisation=organisation)
    context = {
        "campaign": campaign,
        "organisation": organisation,
        "parts": [(part, Stage(part.task.case.stage)) for part in parts],
        "crumbs": [
            Crumb(CAMPAIGNS, reverse("campaigns")),
            Crumb(BOARD, reverse("campaign", kwargs={"campaign_id": campaign.pk})),
            Crumb(Text("单位", "Unit")),
        ],
    }
    return render(request, "campaign/unit.html", context)


@require_GET
def ledger(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """台账: what the list shows, with its filters, as a workbook."""
    ctx = context_of(request)
    campaign = campaign_of(request, campaign_id)
    narrowed = TaskFilter.from_query(request.GET.dict())
    lines = boards.ledger(ctx=ctx, campaign=campaign, narrowed=narrowed)
    content = ledger_file.workbook(campaign=campaign, lines=lines, on=day_of(ctx.at))
    words = Text("任务台账", "ledger")
    answer = HttpResponse(content, content_type=EXCEL)
    answer["Content-Disposition"] = content_disposition_header(True, f"{campaign.name} {words}.xlsx") or ""
    return answer
