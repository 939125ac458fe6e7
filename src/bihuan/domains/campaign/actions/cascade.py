"""方案谱系: superior and predecessor plans, what answers which task, plans asked for from below and filed. 依据 A03–A05, A09."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Label, Ref, action
from bihuan.core.actions.problems import NotFound
from bihuan.domains.campaign.actions.opening import NotADraft, TheCampaign, new_unit, require_draft
from bihuan.domains.campaign.models import (
    Campaign,
    CampaignTask,
    PlanFiling,
    PlanItem,
    PlanRelation,
    PlanUnit,
    TaskCover,
)
from bihuan.domains.campaign.queries.family import gaps_of, must_answer
from bihuan.domains.campaign.rules import families
from bihuan.domains.campaign.terms import FILING_KIND, CampaignGrants, CampaignState, Decision, Relation
from bihuan.engines.plan_reader.terms import Role
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.loop import rules as loop_rules
from bihuan.loop.actions.handling import submit_case
from bihuan.loop.actions.scopes import Note
from bihuan.loop.terms import LoopGrants, Move, Stage
from bihuan.parties.models import Organisation

TheRelation = Annotated[Ref[PlanRelation], Label("方案关系", "Relation", widget="hidden")]
TheParentItem = Annotated[Ref[PlanItem], Label("上级任务", "Superior task", widget="hidden")]
TheCover = Annotated[Ref[TaskCover], Label("任务对应", "Cover", widget="hidden")]
TheSuperior = Annotated[Ref[Campaign], Label("上级方案", "Superior", widget="hidden")]
ThePlan = Annotated[Ref[Campaign], Label("报备的方案", "The plan")]
TheFiling = Annotated[Ref[PlanFiling], Label("报备要求", "What is owed", widget="hidden")]
Because = Annotated[str, Field(max_length=300), Label("理由", "Reason", widget="textarea")]


class NoRelation(Problem):
    code = "campaign_no_relation"


class NothingToCarry(Problem):
    code = "campaign_nothing_to_carry"
    status = 409


class WrongPlan(Problem):
    code = "campaign_wrong_plan"


class AlreadyAsked(Problem):
    code = "campaign_already_asked"
    status = 409


def require_living(campaign: Campaign) -> None:
    if campaign.state in (CampaignState.CLOSED, CampaignState.DISCARDED):
        raise NotADraft(
            Text("“{name}”已结束或作废，不能再改。", "“{name}” is closed or discarded and can't be changed.").format(
                name=campaign.name
            )
        )


@action(
    "campaign.relate",
    label=Text("登记上级（前序）方案", "Record a superior or predecessor plan"),
    needs=CampaignGrants.DRAFT,
    scope=lambda *, campaign, **_: campaign.place,
    icon="hierarchy",
)
def relate(
    *,
    ctx: Context,
    campaign: TheCampaign,
    kind: Annotated[Relation, Label("关系", "Relation")],
    to: Annotated[Ref[Campaign] | None, Label("系统中的方案", "A plan of this system")] = None,
    cited: Annotated[
        str, Field(max_length=200), Label("不在系统中的，写文件名称", "Its name, where it isn't in the system")
    ] = "",
) -> PlanRelation:
    """登记方案关系: by row where the plan is here, else by its name."""
    require_living(campaign)
    if (to is None) == (not cited.strip()):
        raise NoRelation(
            Text(
                "请选择系统中的方案，或写出文件名称，二者取一。",
                "Choose a plan of this system, or write its name: one of the two.",
            ),
            where={"to": Text("选择或写名称。", "Choose, or write the name.")},
        )
    if to is not None:
        links = PlanRelation.objects.filter(is_dropped=False, to__isnull=False).values_list("campaign_id", "to_id")
        families.require_no_circle(child=campaign.pk, to=to.pk, links=links)
        ctx.about(to)
    return ctx.create(PlanRelation(campaign=campaign, kind=kind.value, to=to, cited=cited.strip()))


@action(
    "campaign.unrelate",
    label=Text("撤销方案关系", "Take the relation back"),
    needs=CampaignGrants.DRAFT,
    confirm=Text("撤销后，已作的任务对应不再计入。确定吗？", "Covers under it no longer count. Go on?"),
    icon="x",
    tone="danger",
)
def unrelate(*, ctx: Context, relation: TheRelation) -> PlanRelation:
    """撤销: it stays on record."""
    require_living(relation.campaign)
    return ctx.change(relation, is_dropped=True)


class Claim(BaseModel):
    """One task of the superior plan, and the one of this plan that answers it."""

    parent_item: UUID
    item: UUID


@action(
    "campaign.cover",
    label=Text("对应上级任务", "Answer tasks of the superior plan"),
    needs=CampaignGrants.DRAFT,
    faces=("http",),
    icon="link",
)
def cover(*, ctx: Context, campaign: TheCampaign, claims: Annotated[list[Claim], Field(max_length=2_000)]) -> Campaign:
    """任务对应: one or many at once; each must be true, else none is taken. One said twice stands once."""
    require_living(campaign)
    keys = {c.parent_item for c in claims}
    parents = {i.pk: i for i in PlanItem.objects.visible_to(ctx.actor).filter(pk__in=keys)}
    own = {i.pk: i for i in PlanItem.objects.filter(pk__in={c.item for c in claims})}
    superiors = superior_keys(campaign)
    standing = TaskCover.objects.filter(campaign=campaign, is_dropped=False, parent_item__in=keys)
    known = set(standing.values_list("parent_item_id", "item_id"))
    exempt = {c.parent_item_id: c for c in standing if c.item_id is None}
    for claim in dict.fromkeys((c.parent_item, c.item) for c in claims):
        parent, item = parents.get(claim[0]), own.get(claim[1])
        if parent is None or item is None:
            raise NotFound
        families.require_honest_cover(
            is_live=item.campaign_id == campaign.pk and not item.is_dropped,
            is_of_superior=parent.campaign_id in superiors,
            parent_is_live=not parent.is_dropped,
            reason=None,
        )
        if claim in known:
            continue
        if (no_longer := exempt.pop(parent.pk, None)) is not None:
            ctx.change(no_longer, is_dropped=True)
        ctx.create(TaskCover(campaign=campaign, parent_item=parent, item=item))
    ctx.about(campaign)
    return campaign


def superior_keys(campaign: Campaign) -> set[Any]:
    above = PlanRelation.objects.filter(campaign=campaign, kind=Relation.SUPERIOR, is_dropped=False, to__isnull=False)
    return set(above.values_list("to_id", flat=True))


@action(
    "campaign.exempt",
    label=Text("注明不适用", "Mark not applicable"),
    needs=CampaignGrants.DRAFT,
    scope=lambda *, campaign, **_: campaign.place,
    icon="x",
)
def exempt(*, ctx: Context, campaign: TheCampaign, parent_item: TheParentItem, because: Because) -> TaskCover:
    """不适用: the task of the superior plan doesn't concern this place, with the reason. A cover there was is withdrawn."""
    require_living(campaign)
    families.require_honest_cover(
        is_live=True,
        is_of_superior=parent_item.campaign_id in superior_keys(campaign),
        parent_is_live=not parent_item.is_dropped,
        reason=because,
    )
    for standing in TaskCover.objects.filter(campaign=campaign, parent_item=parent_item, is_dropped=False):
        ctx.change(standing, is_dropped=True)
    return ctx.create(TaskCover(campaign=campaign, parent_item=parent_item, because=because.strip()))


@action(
    "campaign.withdraw_cover",
    label=Text("撤回对应", "Take it back"),
    needs=CampaignGrants.DRAFT,
    icon="arrow-back-up",
    tone="secondary",
)
def withdraw_cover(*, ctx: Context, cover: TheCover) -> TaskCover:
    """撤回对应: of a cover or of a “not applicable”; it stays on record."""
    require_living(cover.campaign)
    return ctx.change(cover, is_dropped=True)


@action(
    "campaign.copy_down",
    label=Text("逐项承接各级均须落实的任务", "Take over the tasks that bind every level"),
    needs=CampaignGrants.DRAFT,
    scope=lambda *, campaign, **_: campaign.place,
    confirm=Text(
        "把上级方案中“各级均须落实”且尚未对应的任务逐项加入本方案，责任单位为本方案发文单位，可再修改。",
        "Adds every task of the superior plan that binds all levels and is not answered yet, owned by the issuer of this plan.",
    ),
    icon="arrow-down",
)
def copy_down(
    *,
    ctx: Context,
    campaign: TheCampaign,
    superior: TheSuperior,
) -> Campaign:
    """责任继承: what every level must do stands in this plan too, each copy linked to where it comes from. 依据 A09."""
    require_draft(campaign)
    if superior.pk not in superior_keys(campaign):
        raise NoRelation(Text("先登记上级方案。", "Record the superior plan first."))
    wanted = PlanItem.objects.filter(campaign=superior, is_dropped=False, is_inherited=True)
    done = TaskCover.objects.filter(campaign=campaign, is_dropped=False).values("parent_item")
    last = PlanItem.objects.filter(campaign=campaign).order_by("-position").first()
    position = last.position if last else 0.0
    taken = set(PlanItem.objects.filter(campaign=campaign).values_list("no", flat=True))
    _know_issuer(ctx, campaign)
    for source in wanted.exclude(pk__in=done):
        position += 1024
        number = f"承{source.no}"[:60]
        made = ctx.create(
            PlanItem(
                campaign=campaign,
                position=position,
                no=number if number not in taken else f"{number[:50]}-{int(position)}",
                section=source.section,
                text=source.text,
                units=[{"name": campaign.issuer.name, "role": Role.OWNER.value}],
                units_raw=f"《{superior.name}》：{source.units_raw}",
                due_on=source.due_on,
                deadlines=source.deadlines,
                is_ongoing=source.is_ongoing,
                proof_rhythm=source.proof_rhythm,
                indicators=source.indicators,
                is_supporting=source.is_supporting,
                is_inherited=True,
                added_by_hand=True,
            )
        )
        ctx.create(TaskCover(campaign=campaign, parent_item=source, item=made))
    ctx.about(superior)
    return campaign


def _know_issuer(ctx: Context, campaign: Campaign) -> None:
    name = campaign.issuer.name[:200]
    if PlanUnit.objects.filter(campaign=campaign, name=name).exists():
        return
    unit = new_unit(campaign, name, [])
    unit.decision, unit.codes, unit.is_automatic = Decision.ORGANISATION.value, [campaign.organisation_code], True
    unit.is_collective = False
    ctx.create(unit)


@action(
    "campaign.carry_over",
    label=Text("结转前序方案未完成的任务", "Carry over open tasks of the predecessor"),
    needs=CampaignGrants.DRAFT,
    scope=lambda *, campaign, **_: campaign.place,
    faces=("http",),
    icon="arrow-right",
)
def carry_over(*, ctx: Context, campaign: TheCampaign, tasks: list[Ref[CampaignTask]]) -> Campaign:
    """结转: each keeps its text, units and date; when this plan is dispatched, the old case ends with a reference. 依据 A03."""
    require_draft(campaign)
    before = PlanRelation.objects.filter(
        campaign=campaign, kind=Relation.PREDECESSOR, is_dropped=False, to__isnull=False
    )
    allowed = set(before.values_list("to_id", flat=True))
    carried = set(
        PlanItem.objects.filter(campaign=campaign, is_dropped=False, carried_from__isnull=False).values_list(
            "carried_from_id", flat=True
        )
    )
    last = PlanItem.objects.filter(campaign=campaign).order_by("-position").first()
    position = last.position if last else 0.0
    for task in tasks:
        if task.campaign_id not in allowed or not task.case.is_open or task.pk in carried:
            raise NothingToCarry(
                Text(
                    "任务 {no} 不在前序方案中、已经办结或已结转。请刷新后再选。",
                    "Task {no} is not of a predecessor, is finished or was carried over already. Reload and choose again.",
                ).format(no=task.no)
            )
        position += 1024
        units = _units_of(ctx, campaign, task)
        ctx.create(
            PlanItem(
                campaign=campaign,
                position=position,
                no=f"转{task.no}"[:60],
                section=f"前序任务 > {task.campaign.name}",
                text=task.case.text,
                units=units,
                units_raw=task.units_raw,
                due_on=task.case.due_on if not task.case.is_ongoing else None,
                deadlines=task.deadlines,
                is_ongoing=task.case.is_ongoing,
                proof_rhythm=task.case.proof_rhythm,
                indicators=task.indicators,
                is_supporting=task.is_supporting,
                carried_from=task,
                added_by_hand=True,
            )
        )
    ctx.about(campaign)
    return campaign


def _units_of(ctx: Context, campaign: Campaign, task: CampaignTask) -> list[dict[str, str]]:
    """The owner of today, not of then: cases are handed over."""
    owner = task.case.owner
    if not PlanUnit.objects.filter(campaign=campaign, name=owner.name).exists():
        unit = new_unit(campaign, owner.name, [])
        unit.decision, unit.codes, unit.is_automatic = Decision.ORGANISATION.value, [owner.code], True
        unit.is_collective = False
        ctx.create(unit)
    return [{"name": owner.name, "role": Role.OWNER.value}]


@action(
    "campaign.ask_for_plans",
    label=Text("要求报备方案", "Ask for plans from below"),
    needs=CampaignGrants.PUBLISH,
    scope=lambda *, campaign, **_: campaign.place,
    icon="inbox",
)
def ask_for_plans(
    *,
    ctx: Context,
    campaign: TheCampaign,
    organisations: Annotated[list[Ref[Organisation]], Label("报备单位", "Who owes a plan")],
    due_on: Annotated[date, Label("报备期限", "Due", widget="date")],
    sector: Annotated[str, Field(max_length=60), Label("行业领域（专项方案）", "Sector, for a special plan")] = "",
) -> Campaign:
    """要求报备: one case for each, so that it is reminded, chased and escalated like any other."""
    if campaign.state != CampaignState.PUBLISHED:
        raise NotADraft(Text("方案发布后才能要求报备。", "Publish the plan first."))
    if due_on < day_of(ctx.at):
        raise loop_rules.BadDeadline(
            Text("期限不能早于今天。", "The limit can't lie in the past."),
            where={"due_on": Text("日期太早。", "Too early.")},
        )
    supervisor = campaign.supervisor or campaign.issuer
    words = Text("制定并报备本{what}方案", "Make a plan for this {what} and file it").format(
        what=Text(f"行业（{sector}）", f"sector ({sector})")
        if sector
        else Text("地区（本部门）", "place or department")
    )
    asked = set(PlanFiling.objects.filter(campaign=campaign, sector=sector).values_list("organisation_id", flat=True))
    for unit in organisations:
        if unit.pk in asked:
            raise AlreadyAsked(
                Text("已要求“{name}”报备。", "“{name}” was asked already.").format(name=unit.name),
                where={"organisations": Text("重复。", "Twice.")},
            )
        case = moves.issue(
            ctx=ctx,
            new=moves.NewCase(
                kind=FILING_KIND,
                title=f"{words.zh}：{campaign.name}"[:300],
                text=words.zh,
                source=campaign.name[:120],
                owner=unit,
                supervisor=supervisor,
                issuer=campaign.issuer,
                region=unit.region if unit.region_path.startswith(campaign.region_path) else campaign.region,
                due_on=due_on,
            ),
        )
        ctx.create(
            PlanFiling(campaign=campaign, case=case, organisation=unit, organisation_code=unit.code, sector=sector)
        )
    return campaign


@action(
    "campaign.file_plan",
    label=Text("报备方案", "File the plan"),
    needs=(CampaignGrants.PUBLISH, LoopGrants.HANDLE),
    scope=lambda *, filing, **_: filing.place,
    icon="send",
)
def file_plan(
    *,
    ctx: Context,
    filing: TheFiling,
    plan: ThePlan,
    note: Note = "",
) -> PlanFiling:
    """报备: a plan that is published and answers every task it must. The level above verifies it."""
    wanted = filing.organisation
    fits = plan.organisation_code == wanted.code or (
        plan.region_id == wanted.region_id and wanted.region_path != filing.campaign.region_path
    )
    if not fits or plan.state not in (CampaignState.PUBLISHED, CampaignState.CLOSED) or plan.sector != filing.sector:
        raise WrongPlan(
            Text(
                "所选方案不是“{unit}”已发布的{sector}方案。请核对发文单位、行业领域和状态。",
                "This is not a published plan of “{unit}”{sector}. Check its issuer, sector and state.",
            ).format(unit=wanted.name, sector=filing.sector),
            where={"plan": Text("请另选。", "Choose another.")},
        )
    if filing.campaign_id not in superior_keys(plan):
        raise NoRelation(
            Text("该方案还没有登记本方案为上级。", "That plan does not name this one as its superior yet."),
            where={"plan": Text("请先登记上级方案。", "Record the superior plan first.")},
        )
    families.require_covered(
        gaps=gaps_of(superior=filing.campaign, plan=plan, items=must_answer(filing.campaign, plan))
    )
    case = filing.case
    if case.stage_term is Stage.ISSUED:
        case = moves.advance(ctx=ctx, case=case, move=Move.ACKNOWLEDGE)
    submit_case(
        ctx=ctx, case=case, note=note or f"报备《{plan.name}》", evidence=[plan.document_id], made_by_kind=FILING_KIND
    )
    ctx.about(plan)
    return ctx.change(filing, plan=plan, filed_on=filing.filed_on or day_of(ctx.at))
