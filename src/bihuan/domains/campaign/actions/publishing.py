"""发布与派发: one switch to begin, cases in chunks by the job, one switch when all are out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Label, action
from bihuan.domains.campaign import events
from bihuan.domains.campaign.actions import indicators
from bihuan.domains.campaign.actions.limits import set_up_products
from bihuan.domains.campaign.actions.opening import NotADraft, TheCampaign, require_draft
from bihuan.domains.campaign.models import Campaign, CampaignTask, PlanItem, PlanText, TaskMilestone
from bihuan.domains.campaign.queries.plans import Plan, plan_of
from bihuan.domains.campaign.rules import dispatching, dues
from bihuan.domains.campaign.rules.dispatching import Assignment
from bihuan.domains.campaign.terms import CASE_KIND, CHUNK, CampaignGrants, CampaignState, LimitKind, ReadingState
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.loop import rules as loop_rules
from bihuan.loop.models import Case
from bihuan.loop.terms import Move, ProofRhythm
from bihuan.parties.models import Organisation
from bihuan.parties.queries import calendar_at


class NotYetRead(Problem):
    code = "campaign_not_read"
    status = 409


class NotPublishing(Problem):
    code = "campaign_not_publishing"
    status = 409


class StillOpen(Problem):
    code = "campaign_still_open"
    status = 409


class TooMany(Problem):
    code = "campaign_chunk_too_large"


@action(
    "campaign.publish",
    label=Text("发布并派发", "Publish and dispatch"),
    needs=CampaignGrants.PUBLISH,
    signs_off=True,
    confirm=Text(
        "发布后任务派发到各责任单位，方案不能再改。确定发布吗？",
        "The tasks go out to the units and the plan can't be changed any more. Publish?",
    ),
    icon="send",
)
def publish(
    *,
    ctx: Context,
    campaign: TheCampaign,
    confirm_past: Annotated[bool, Label("期限已过的任务照此派发", "Dispatch tasks whose limits have passed")] = False,
) -> Campaign:
    """发布: everything must be settled; from here on the plan stands still, and a job dispatches it."""
    require_draft(campaign)
    if campaign.reading != ReadingState.READ:
        raise NotYetRead(
            Text("文档还没有读完，或未能读取，不能发布。", "The document is not read yet, so it can't be published.")
        )
    plan = plan_of(campaign=campaign, today=day_of(ctx.at))
    dispatching.require_ready(plan.obstacles)
    dispatching.require_past_confirmed(past=plan.past, confirmed=confirm_past)
    changed = ctx.change(
        campaign,
        state=CampaignState.PUBLISHING.value,
        published_at=ctx.at,
        published_by=ctx.actor.id,
        trouble=None,
    )
    _have_dispatched(ctx, changed)
    return changed


@action(
    "campaign.resume",
    label=Text("继续派发", "Go on dispatching"),
    needs=CampaignGrants.PUBLISH,
    signs_off=True,
    icon="refresh",
)
def resume(*, ctx: Context, campaign: TheCampaign) -> Campaign:
    """继续派发: after what stopped it was put right. Cases already out stay as they are."""
    _require_publishing(campaign)
    plan = plan_of(campaign=campaign, today=day_of(ctx.at))
    dispatching.require_ready(plan.obstacles)
    changed = ctx.change(campaign, trouble=None)
    _have_dispatched(ctx, changed)
    return changed


def _have_dispatched(ctx: Context, campaign: Campaign) -> None:
    ctx.enqueue(
        "campaign.dispatch", key=f"campaign.dispatch:{campaign.pk}:{campaign.version}", campaign=str(campaign.pk)
    )


@dataclass(frozen=True, slots=True)
class CaseToBe:
    """One case of the plan that is not out yet."""

    item: PlanItem
    assignment: Assignment


def not_yet_out(plan: Plan) -> list[CaseToBe]:
    """In the order of the plan. What is out is known by its row, so a broken run goes on where it stopped."""
    out = set(CampaignTask.objects.filter(campaign=plan.campaign).values_list("item_id", "first_owner"))
    return [
        CaseToBe(item, assignment)
        for item in plan.items
        for assignment in plan.assignments(item)
        if (item.pk, assignment.owner) not in out
    ]


@action(
    "campaign.dispatch_chunk",
    label=Text("派发一批", "Dispatch a chunk"),
    needs=CampaignGrants.DISPATCH,
    faces=(),
)
def dispatch_chunk(*, ctx: Context, campaign: TheCampaign, most: int = CHUNK) -> None:
    """派发一批: the next cases of the plan, at most `CHUNK` in one transaction."""
    _require_publishing(campaign)
    if not 0 < most <= CHUNK:
        raise TooMany(Text("一批最多 {n} 件。", "At most {n} cases in one chunk.").format(n=CHUNK))
    plan = plan_of(campaign=campaign, today=day_of(ctx.at))
    chunk = not_yet_out(plan)[:most]
    units = {o.code: o for o in Organisation.objects.filter(code__in=set(plan.organisations)).select_related("region")}
    found = PlanText.objects.filter(campaign=campaign).first()
    source = found.text if found else ""
    for case_to_be in chunk:
        _dispatch(ctx, plan, case_to_be, units=units, source=source)


def _dispatch(
    ctx: Context, plan: Plan, to_be: CaseToBe, *, units: dict[str, Organisation], source: str
) -> CampaignTask:
    campaign, item, assignment = plan.campaign, to_be.item, to_be.assignment
    due = plan.drafts[item.pk].due
    owner = units[assignment.owner]
    supervisor = item.supervisor or campaign.supervisor
    assert supervisor is not None  # publishing is refused without one
    case = moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind=CASE_KIND,
            title=title_of(item.text),
            text=item.text,
            clause=_clause(item, source),
            source=campaign.name[:120],
            owner=owner,
            supervisor=supervisor,
            issuer=campaign.issuer,
            partners=[(units[code], role) for code, role in assignment.partners],
            # A unit of a higher level may own a task of a district's plan: the case still lies in the district.
            region=owner.region if owner.region_path.startswith(campaign.region_path) else campaign.region,
            due_on=_due_on(item, due, today=day_of(ctx.at)),
            is_ongoing=item.is_ongoing,
            proof_rhythm=item.rhythm,
            objects=item.named_objects,
        ),
    )
    if item.carried_from is not None:
        _end_carried(ctx, item, to=case)
    task = ctx.create(
        CampaignTask(
            case=case,
            campaign=campaign,
            item=item,
            first_owner=assignment.owner,
            position=item.position,
            no=item.no,
            section=item.section,
            start=item.start,
            end=item.end,
            units_raw=item.units_raw,
            indicators=item.indicators,
            deadlines=item.deadlines,
            due_from=due.source.value,
            due_milestone=due.milestone[:120],
            is_supporting=item.is_supporting,
        )
    )
    indicators.of_task(ctx, task, text=item.text)
    if item.limit is LimitKind.MILESTONES:
        for on, said in dues.own_milestones(item.deadlines, until=item.due_on):
            ctx.create(TaskMilestone(task=task, on=on, said=said[:200]))
    return task


def _end_carried(ctx: Context, item: PlanItem, *, to: Case) -> None:
    """结转: the task goes on under the new plan; under the old one it is no longer chased."""
    old = item.carried_from.case if item.carried_from else None
    if old is not None and old.is_open:
        note = f"结转至《{item.campaign.name}》任务 {item.no}（{to.number}）"
        moves.advance(ctx=ctx, case=old, move=Move.WITHDRAW, note=note)


def _due_on(item: PlanItem, due: dues.Due, *, today: date) -> date | None:
    if item.limit is LimitKind.MILESTONES and due.on is not None:
        days = [on for on, _ in dues.own_milestones(item.deadlines, until=due.on)]
        return next(iter(days), due.on)
    if not item.is_ongoing:
        return due.on
    calendar = calendar_at(item.campaign.region_path)
    first = loop_rules.end_of_period(rhythm=item.rhythm or ProofRhythm.QUARTERLY, on=today, calendar=calendar)
    return dues.first_proof(due=due, after=today, first=first)


def title_of(text: str) -> str:
    """The first sentence, cut where a list would break."""
    first = text.split("。", 1)[0].strip() or text.strip()
    return first if len(first) <= 80 else first[:79] + "…"


def _clause(item: PlanItem, source: str) -> str:
    """The sentence as the document has it, with the statement of who answers."""
    if item.start is None or item.end is None or not source:
        return item.units_raw
    said = " ".join(source[item.start : item.end].split())
    return f"{said}（{item.units_raw}）" if item.units_raw and item.units_raw not in said else said


@action(
    "campaign.finish_dispatching",
    label=Text("派发完毕", "All is dispatched"),
    needs=CampaignGrants.DISPATCH,
    faces=(),
)
def finish_dispatching(*, ctx: Context, campaign: TheCampaign) -> Campaign:
    """派发完毕: the one final switch, refused while a case is missing."""
    _require_publishing(campaign)
    if left := len(not_yet_out(plan_of(campaign=campaign, today=day_of(ctx.at)))):
        raise NotPublishing(Text("还有 {n} 件没有派发。", "{n} cases are not out yet.").format(n=left))
    cases = CampaignTask.objects.filter(campaign=campaign).count()
    set_up_products(ctx, campaign)
    ctx.emit(
        events.CampaignPublished(campaign.pk, campaign.name, campaign.region_path, campaign.organisation_code, cases)
    )
    return ctx.change(campaign, state=CampaignState.PUBLISHED.value, trouble=None)


@action(
    "campaign.note_stop",
    label=Text("记录派发中断", "Note that dispatching stopped"),
    needs=CampaignGrants.DISPATCH,
    faces=(),
)
def note_stop(*, ctx: Context, campaign: TheCampaign, code: str, zh: str, en: str) -> Campaign:
    """派发中断: why, in the words of whatever refused; a person puts it right and goes on."""
    _require_publishing(campaign)
    return ctx.change(campaign, trouble={"code": code, "zh": zh[:500], "en": en[:500]})


def _require_publishing(campaign: Campaign) -> None:
    if campaign.state != CampaignState.PUBLISHING:
        raise NotPublishing(Text("这个行动现在不在派发。", "This campaign is not being dispatched now."))


@action(
    "campaign.close",
    label=Text("结束行动", "Close the campaign"),
    needs=CampaignGrants.PUBLISH,
    signs_off=True,
    confirm=Text("结束后不再统计催办，确定吗？", "Close this campaign?"),
    icon="flag",
)
def close(
    *, ctx: Context, campaign: TheCampaign, note: Annotated[str, Label("总结", "Summing-up", widget="textarea")] = ""
) -> Campaign:
    """结束行动: when every task is struck off; ongoing ones go on asking for their proof."""
    if campaign.state != CampaignState.PUBLISHED:
        raise NotADraft(Text("只有推进中的行动可以结束。", "Only a running campaign can be closed."))
    left = Case.objects.filter(campaign_task__campaign=campaign, is_open=True, is_ongoing=False).count()
    if left:
        raise StillOpen(
            Text(
                "还有 {n} 项任务没有销号（持续推进的不计）。请先办结或撤回。",
                "{n} tasks are not closed out (ongoing ones don't count). Finish or withdraw them first.",
            ).format(n=left)
        )
    ctx.emit(events.CampaignClosed(campaign.pk, campaign.name, campaign.region_path, campaign.organisation_code))
    return ctx.change(campaign, state=CampaignState.CLOSED.value, closed_at=ctx.at)
