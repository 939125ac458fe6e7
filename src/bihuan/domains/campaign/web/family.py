"""方案谱系的页面: relations and filings, the coverage matrix, a plan laid beside its superior, what is carried over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from bihuan.core.access.context import Context
from bihuan.core.actions import runner
from bihuan.core.actions.problems import NotFound
from bihuan.core.pages.components import Crumb
from bihuan.domains.campaign.actions import cascade
from bihuan.domains.campaign.models import Campaign, PlanItem
from bihuan.domains.campaign.queries import family, plans
from bihuan.domains.campaign.queries.family import Cell
from bihuan.domains.campaign.terms import CampaignGrants, CampaignState, CoverState, FilingState
from bihuan.domains.campaign.web.edge import CAMPAIGNS, campaign_of, context_of, go, show_form, stay
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

FAMILY = Text("方案谱系", "Plan family")
COVERAGE = Text("覆盖情况", "Coverage")
ANSWERS = Text("对照上级方案", "Beside the superior plan")
CARRY = Text("结转前序任务", "Carry over")
#: Tasks of the superior plan on one page of the matrix; a page of 40 × 60 plans still draws in a moment.
PAGE = 40


def crumbs_to(campaign: Campaign, *last: Text) -> list[Crumb]:
    return [
        Crumb(CAMPAIGNS, reverse("campaigns")),
        Crumb(Text(campaign.name, "Campaign"), campaign.get_absolute_url()),
        *(Crumb(label) for label in last),
    ]


def may_draft(ctx: Context, campaign: Campaign) -> bool:
    living = campaign.state not in (CampaignState.CLOSED, CampaignState.DISCARDED)
    return living and ctx.actor.may(CampaignGrants.DRAFT, campaign.place)


@require_GET
def family_page(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    ctx = context_of(request)
    campaign = campaign_of(request, campaign_id)
    found = family.family(ctx=ctx, campaign=campaign)
    matrix = family.sector_matrix(found.filings)
    counts = {state: sum(line.state is state for line in found.filings) for state in FilingState}
    context = {
        "campaign": campaign,
        "state": CampaignState(campaign.state),
        "family": found,
        "counts": [(state, n) for state, n in counts.items() if n],
        "matrix": [
            (sector, [matrix.lines.get((sector, unit.pk)) for unit in matrix.units]) for sector in matrix.sectors
        ],
        "matrix_units": matrix.units,
        "may_draft": may_draft(ctx, campaign),
        "may_answer": may_draft(ctx, campaign),
        "to_carry": campaign.state == CampaignState.DRAFT and bool(found.predecessors),
        "crumbs": crumbs_to(campaign, FAMILY),
    }
    return render(request, "campaign/family.html", context)


@dataclass(frozen=True, slots=True)
class MatrixRow:
    item: PlanItem
    cells: list[Cell]

    @property
    def gaps(self) -> int:
        return sum(cell.state is CoverState.GAP for cell in self.cells)


@require_GET
def coverage(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """覆盖矩阵: locality × task. Three queries, however many plans."""
    campaign = campaign_of(request, campaign_id)
    lower = family.lower_plans(campaign=campaign)
    page = Paginator(family.live_items(campaign), PAGE).get_page(request.GET.get("page"))
    items = list(page.object_list)
    known = family.cells(items=items, plans=lower)
    rows = [MatrixRow(i, [known.get((i.pk, p.pk), Cell()) for p in lower]) for i in items]
    context = {
        "campaign": campaign,
        "plans": lower,
        "page": page,
        "rows": rows,
        "states": list(CoverState),
        "crumbs": crumbs_to(campaign, COVERAGE),
    }
    return render(request, "campaign/coverage.html", context)


def _superior(ctx: Context, campaign: Campaign, superior_id: UUID) -> Campaign:
    """A plan above this one, within what the actor may see."""
    superior = plans.get_campaign(ctx=ctx, campaign_id=superior_id)
    if superior.pk not in cascade.superior_keys(campaign):
        raise NotFound
    return superior


@require_http_methods(["GET", "POST"])
def answers(request: HttpRequest, campaign_id: UUID, superior_id: UUID) -> HttpResponse:
    """对照上级方案: the diff; taking all sure proposals at once is the one thing posted here."""
    ctx = context_of(request)
    campaign = campaign_of(request, campaign_id)
    superior = _superior(ctx, campaign, superior_id)
    found = family.answers(superior=superior, plan=campaign)
    if request.method == "POST":
        wanted = set(request.POST.getlist("parent_item"))
        taken = [
            {"parent_item": line.parent.pk, "item": line.proposed.pk}
            for line in found.lines
            if line.proposed is not None and (str(line.parent.pk) in wanted or (line.is_sure and "sure" in wanted))
        ]
        runner.perform(cascade.cover, ctx=ctx, campaign={"id": str(campaign.pk)}, claims=taken)
        return go(request, request.path)
    context = {
        "campaign": campaign,
        "superior": superior,
        "answers": found,
        "counts": [(CoverState(s), n) for s, n in found.counts.items()],
        "inherited": sum(a.parent.is_inherited and not a.cell.is_settled for a in found.lines),
        "may_draft": may_draft(ctx, campaign),
        "is_draft": campaign.state == CampaignState.DRAFT,
        "crumbs": [
            *crumbs_to(campaign)[:2],
            Crumb(FAMILY, reverse("campaign-family", kwargs={"campaign_id": campaign.pk})),
            Crumb(ANSWERS),
        ],
    }
    return render(request, "campaign/answers.html", context)


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, campaign_id: UUID, superior_id: UUID, item_id: UUID) -> HttpResponse:
    """One task of the superior plan: which of ours answers it, or why none."""
    ctx = context_of(request)
    campaign = campaign_of(request, campaign_id)
    superior = _superior(ctx, campaign, superior_id)
    parent = plans.get_item(ctx=ctx, campaign=superior, item_id=item_id)
    back = reverse("campaign-answers", kwargs={"campaign_id": campaign.pk, "superior_id": superior.pk})
    problem: Problem | None = None
    if request.method == "POST":
        try:
            _take_answer(request, ctx, campaign, parent)
            return stay(request, f"{back}#item-{parent.pk}")
        except Problem as refused:
            problem = refused
    title = Text("对应上级任务", "Answer a task of the superior plan")
    context: dict[str, Any] = {
        "campaign": campaign,
        "parent": parent,
        "ranked": family.ranked_for(parent=parent, plan=campaign),
        "chosen": set(request.POST.getlist("item")),
        "because": request.POST.get("because", ""),
        "back": back,
        "form_title": title,
        "form_action": request.path,
        "crumbs": [Crumb(ANSWERS, back), Crumb(title)],
    }
    return show_form(request, "answer_form", context, problem=problem)


def _take_answer(request: HttpRequest, ctx: Context, campaign: Campaign, parent: PlanItem) -> None:
    reference = {"id": str(campaign.pk)}
    if because := request.POST.get("because", "").strip():
        runner.run(
            cascade.exempt,
            ctx=ctx,
            inputs={"campaign": reference, "parent_item": {"id": str(parent.pk)}, "because": because},
        )
    else:
        claims = [{"parent_item": str(parent.pk), "item": key} for key in request.POST.getlist("item")]
        runner.run(cascade.cover, ctx=ctx, inputs={"campaign": reference, "claims": claims})


@require_http_methods(["GET", "POST"])
def carry_over(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """结转: the open tasks of the predecessors, ticked by a person."""
    ctx = context_of(request)
    campaign = campaign_of(request, campaign_id)
    if request.method == "POST":
        tasks = [{"id": key} for key in request.POST.getlist("task")]
        runner.run(cascade.carry_over, ctx=ctx, inputs={"campaign": {"id": str(campaign.pk)}, "tasks": tasks})
        return go(request, reverse("campaign-review", kwargs={"campaign_id": campaign.pk}))
    context = {
        "campaign": campaign,
        "tasks": family.open_tasks_before(ctx=ctx, campaign=campaign),
        "crumbs": crumbs_to(campaign, CARRY),
    }
    return render(request, "campaign/carry.html", context)
