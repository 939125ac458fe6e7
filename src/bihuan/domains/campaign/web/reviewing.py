"""校核页: the document left, the tasks right; each shows where the other has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.jobs.models import Task
from bihuan.core.jobs.terms import TaskState
from bihuan.core.pages.components import Crumb
from bihuan.domains.campaign.models import Campaign, PlanItem, PlanText, PlanUnit
from bihuan.domains.campaign.queries import plans
from bihuan.domains.campaign.queries.plans import Plan
from bihuan.domains.campaign.rules.dispatching import Obstacle
from bihuan.domains.campaign.rules.dues import Due
from bihuan.domains.campaign.rules.passages import Mark, Paragraph, paragraphs
from bihuan.domains.campaign.terms import CampaignState, Decision, Dispatch, DueFrom, ReadingState
from bihuan.domains.campaign.web.edge import CAMPAIGNS, campaign_of, context_of, go
from bihuan.engines.plan_reader.terms import Doubt, Role
from bihuan.kernel.text import Text, current_language
from bihuan.loop.terms import ProofRhythm


@dataclass(frozen=True, slots=True)
class UnitChip:
    """A unit of a task as written, its role, and who is meant."""

    name: str
    role: Role
    unit: PlanUnit | None
    meant: str

    @property
    def is_open(self) -> bool:
        return self.unit is None or self.unit.decision == Decision.UNDECIDED


@dataclass(frozen=True, slots=True)
class Card:
    """One task as the right side shows it."""

    item: PlanItem
    units: list[UnitChip]
    due: Due
    due_from: DueFrom
    rhythm: ProofRhythm | None
    dispatch: Dispatch
    cases: int
    is_past: bool
    doubts: list[Text]
    obstacles: list[Obstacle]
    indicators: list[str]


@dataclass(frozen=True, slots=True)
class UnitLine:
    unit: PlanUnit
    decision: Decision
    meant: str
    tasks: list[str]


@require_GET
def review(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    ctx = context_of(request)
    campaign = campaign_of(request, campaign_id)
    if campaign.state in (CampaignState.PUBLISHED, CampaignState.CLOSED):
        return HttpResponseRedirect(reverse("campaign", kwargs={"campaign_id": campaign.pk}))
    context: dict[str, Any] = {
        "campaign": campaign,
        "state": CampaignState(campaign.state),
        "trouble": trouble_of(campaign),
        "crumbs": [Crumb(CAMPAIGNS, reverse("campaigns")), Crumb(Text("校核", "Review"))],
    }
    if campaign.reading != ReadingState.READ or campaign.state == CampaignState.PUBLISHING:
        context |= waiting_of(campaign)
    if campaign.reading != ReadingState.READ:
        return render(request, "campaign/waiting.html", context)
    plan = plans.plan_for(ctx=ctx, campaign=campaign)
    if campaign.state == CampaignState.PUBLISHING:
        context["dispatching"] = plans.dispatching_of(ctx=ctx, campaign=campaign)
        context["units"] = unit_lines(plan)
        context["obstacles"] = plan.obstacles
        return render(request, "campaign/publishing.html", context)
    text = plans.plan_text(campaign=campaign)
    assert text is not None
    context |= {
        "plan": plan,
        "cards": cards_of(plan, text),
        "paragraphs": document_of(plan, text),
        "units": unit_lines(plan),
        "dropped": plan.dropped,
        "doubts": doubts_of(text),
        "at": request.GET.get("at", "")[:40],
        "can_publish": not plan.obstacles,
    }
    return render(request, "campaign/review.html", context)


def cards_of(plan: Plan, text: PlanText) -> list[Card]:
    past = {d.key for d in plan.past}
    by_name = {u.name: u for u in plan.units}
    doubts = text.ledger.get("warnings", [])
    cards = []
    for item in plan.items:
        draft = plan.drafts[item.pk]
        cards.append(
            Card(
                item=item,
                units=[_chip(plan, by_name, name, role) for name, role in item.named_units],
                due=draft.due,
                due_from=draft.due.source,
                rhythm=item.rhythm,
                dispatch=Dispatch(item.dispatch),
                cases=len(plan.assignments(item)),
                is_past=str(item.pk) in past,
                doubts=[_message(w) for w in doubts if _touches(w["span"], item)],
                obstacles=[o for o in plan.obstacles if o.task == str(item.pk)],
                indicators=[i["raw"] for i in item.indicators],
            )
        )
    return cards


def _chip(plan: Plan, by_name: dict[str, PlanUnit], name: str, role: Role) -> UnitChip:
    unit = by_name.get(name)
    return UnitChip(name, role, unit, meant_by(plan, unit) if unit else "")


def meant_by(plan: Plan, unit: PlanUnit) -> str:
    names = plans.named(unit.codes, plan.organisations)
    return names[0] if len(names) == 1 else "、".join(names)


def unit_lines(plan: Plan) -> list[UnitLine]:
    """Undecided ones first, else in the order of the plan."""
    lines = [
        UnitLine(
            unit=u,
            decision=Decision(u.decision),
            meant=meant_by(plan, u),
            tasks=[i.no for i in plan.items if any(name == u.name for name, _ in i.named_units)],
        )
        for u in plan.units
    ]
    return sorted(lines, key=lambda line: line.decision is not Decision.UNDECIDED)


def document_of(plan: Plan, text: PlanText) -> list[Paragraph]:
    marks = []
    for item in plan.items:
        if item.start is not None and item.end is not None:
            marks.append(Mark(item.start, item.end, "task", str(item.pk)))
        if item.units_start is not None and item.units_end is not None:
            marks.append(Mark(item.units_start, item.units_end, "units", str(item.pk)))
    for number, warning in enumerate(text.ledger.get("warnings", [])):
        start, end = warning["span"]
        marks.append(Mark(start, end, "doubt", str(number)))
    return paragraphs(text.text, marks)


def _touches(span: list[int], item: PlanItem) -> bool:
    spans = [(item.start, item.end), (item.units_start, item.units_end)]
    return any(a is not None and b is not None and span[0] < b and a < span[1] for a, b in spans)


def _message(warning: dict[str, Any]) -> Text:
    said = warning["message"]
    return Text(said["zh"], said["en"])


def doubts_of(text: PlanText) -> list[tuple[int, Text, Text]]:
    """Number, kind and words of each warning of the reader; the number stands at its place in the document."""
    return [
        (n, Doubt(w["doubt"]).label, _message(w)) for n, w in enumerate(text.ledger.get("warnings", [])) if w["span"][1]
    ]


def trouble_of(campaign: Campaign) -> Text | None:
    return Text(campaign.trouble["zh"], campaign.trouble["en"]) if campaign.trouble else None


def waiting_of(campaign: Campaign) -> dict[str, Any]:
    """How far the job of this campaign is."""
    job = "campaign.dispatch" if campaign.state == CampaignState.PUBLISHING else "campaign.read_document"
    task = Task.objects.filter(job=job, payload__campaign=str(campaign.pk)).order_by("-created_at").first()
    said = task.said.partition("|") if task else ("", "", "")
    return {
        "percent": task.progress if task else 0,
        "said": said[0] if current_language.get() == "zh" else said[2],
        "failed": task is not None and task.state == TaskState.FAILED,
    }


@require_GET
def waiting(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """The progress of reading or dispatching, asked again and again by the page; when done, the page itself."""
    ctx = context_of(request)
    campaign = campaign_of(request, campaign_id)
    reading = campaign.state == CampaignState.DRAFT and campaign.reading == ReadingState.WAITING
    publishing = campaign.state == CampaignState.PUBLISHING and not campaign.trouble
    if not reading and not publishing:
        # After dispatching the board is the place to be; after reading, or where something stopped, the review is.
        name = "campaign" if campaign.state == CampaignState.PUBLISHED else "campaign-review"
        address = f"{reverse(name, kwargs={'campaign_id': campaign.pk})}?done=1"
        return go(request, address)
    context = {"campaign": campaign, **waiting_of(campaign)}
    if publishing:
        context["dispatching"] = plans.dispatching_of(ctx=ctx, campaign=campaign)
    return render(request, "campaign/progress.html", context)
