"""任务节点与阶段成果: several dates in one task, and what must exist when a phase ends. 依据 A10, A12."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Label, Ref, action
from bihuan.core.evidence.models import Evidence
from bihuan.domains.campaign.actions.cascade import require_living
from bihuan.domains.campaign.actions.opening import TheCampaign
from bihuan.domains.campaign.models import Campaign, PhaseProduct, TaskMilestone
from bihuan.domains.campaign.rules import phases
from bihuan.domains.campaign.rules.dues import milestones
from bihuan.domains.campaign.terms import CampaignGrants, PhaseCheck
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.loop import rules as loop_rules
from bihuan.loop.actions.scopes import EvidenceList, Note, handled_at, pieces
from bihuan.loop.models import Case
from bihuan.loop.terms import LoopGrants, Move

TheMilestone = Annotated[Ref[TaskMilestone], Label("节点", "Milestone", widget="hidden")]
TheProduct = Annotated[Ref[PhaseProduct], Label("阶段成果", "What must exist", widget="hidden")]


class MilestoneDone(Problem):
    code = "campaign_milestone_done"
    status = 409


class MilestonesOpen(Problem):
    code = "campaign_milestones_open"
    status = 409


class CountsItself(Problem):
    code = "campaign_product_counts_itself"
    status = 409


@action(
    "campaign.reach_milestone",
    label=Text("完成节点", "Milestone reached"),
    needs=LoopGrants.HANDLE,
    scope=lambda *, ctx, milestone, **_: handled_at(ctx=ctx, case=milestone.task.case),
    icon="flag",
)
def reach_milestone(
    *, ctx: Context, milestone: TheMilestone, note: Note, evidence: EvidenceList | None = None
) -> TaskMilestone:
    """完成节点: with proof. The case then falls due with the next date of the task that is open."""
    case = milestone.task.case
    if milestone.reached_at is not None:
        raise MilestoneDone(Text("这个节点已经完成。", "This milestone was reached already."))
    loop_rules.stage_after(move=Move.PROGRESS, stage=case.stage_term)
    given = pieces(ctx=ctx, ids=evidence or [])
    loop_rules.require_evidence(given=len(given), required=1)
    changed = ctx.change(milestone, reached_at=ctx.at)
    left = TaskMilestone.objects.filter(task=milestone.task, reached_at__isnull=True).order_by("on")
    days = list(left.values_list("on", flat=True))
    changes: dict[str, Any] = moves.reset_deadline(case=case, due_on=days[0]) if days else {}
    words = f"节点 {milestone.on.isoformat()} {milestone.said}：{note}"
    moves.advance(ctx=ctx, case=case, move=Move.PROGRESS, note=words, evidence=given, **changes)
    return changed


def require_milestones(*, ctx: Context, case: Case, facts: dict[str, Any]) -> None:
    """提交前: every date but the last is reached with proof of its own; the last is what is being submitted."""
    open_days = list(
        TaskMilestone.objects.filter(task__case=case, reached_at__isnull=True)
        .order_by("on")
        .values_list("on", flat=True)
    )
    last = TaskMilestone.objects.filter(task__case=case).order_by("-on").values_list("on", flat=True).first()
    if left := [d for d in open_days if d != last]:
        raise MilestonesOpen(
            Text(
                "还有 {n} 个节点没有完成（{days}）。请先逐个完成并附佐证，再提交。",
                "{n} milestones are still open ({days}). Reach each with its proof, then submit.",
            ).format(n=len(left), days="、".join(d.isoformat() for d in left))
        )


def set_up_products(ctx: Context, campaign: Campaign) -> None:
    """阶段成果: what the plan's own phases usually must leave behind; the office adds and confirms."""
    for milestone in milestones(campaign.phases):
        for product in phases.products_of(milestone.name):
            ctx.create(
                PhaseProduct(
                    campaign=campaign,
                    phase=milestone.name[:120],
                    due_on=milestone.end,
                    what=product.what,
                    check_by=product.check.value,
                )
            )


@action(
    "campaign.expect_product",
    label=Text("增加阶段成果", "Add what must exist"),
    needs=CampaignGrants.PUBLISH,
    scope=lambda *, campaign, **_: campaign.place,
    icon="plus",
)
def expect_product(
    *,
    ctx: Context,
    campaign: TheCampaign,
    phase: Annotated[str, Field(min_length=1, max_length=120), Label("阶段", "Phase")],
    due_on: Annotated[date, Label("阶段结束日", "End of the phase", widget="date")],
    what: Annotated[str, Field(min_length=2, max_length=200), Label("应有成果", "What must exist")],
    check_by: Annotated[PhaseCheck, Label("如何核对", "How it is checked")] = PhaseCheck.BY_HAND,
) -> PhaseProduct:
    """增加阶段成果."""
    require_living(campaign)
    return ctx.create(
        PhaseProduct(campaign=campaign, phase=phase, due_on=due_on, what=what.strip(), check_by=check_by.value)
    )


@action(
    "campaign.confirm_product",
    label=Text("确认成果", "Confirm that it exists"),
    needs=CampaignGrants.PUBLISH,
    icon="check",
)
def confirm_product(
    *,
    ctx: Context,
    product: TheProduct,
    note: Annotated[str, Field(min_length=2, max_length=300), Label("说明", "Note")],
    evidence: EvidenceList,
) -> PhaseProduct:
    """确认成果: by a person, with proof. What the ledger counts itself can't be confirmed past it."""
    require_living(product.campaign)
    if product.check_by != PhaseCheck.BY_HAND:
        raise CountsItself(
            Text(
                "这项成果由台账自动核对，不能手工确认。请先完成台账中的事项。",
                "The ledger counts this itself; it can't be confirmed by hand. Finish the cases first.",
            )
        )
    given: list[Evidence] = pieces(ctx=ctx, ids=evidence)
    loop_rules.require_evidence(given=len(given), required=1)
    return ctx.change(product, confirmed_at=ctx.at, confirmed_by=ctx.actor.id, note=note.strip(), evidence=given[0])
