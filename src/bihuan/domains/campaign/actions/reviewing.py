"""校核: what a person does to the tasks and names that were read, until they are right."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.campaign.actions.opening import TheCampaign, new_unit, require_draft, suggest, surroundings
from bihuan.domains.campaign.models import Campaign, PlanItem, PlanText, PlanUnit
from bihuan.domains.campaign.rules import passages
from bihuan.domains.campaign.terms import CampaignGrants, CampaignState, Decision, Dispatch
from bihuan.engines.plan_reader.terms import Role
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop.terms import ProofRhythm
from bihuan.parties.models import Organisation


class BadDecision(Problem):
    code = "campaign_bad_decision"


class NothingToMerge(Problem):
    code = "campaign_nothing_to_merge"
    status = 409


class BadPeriod(Problem):
    code = "campaign_bad_period"


class NamedUnit(BaseModel):
    """A unit as the plan writes it, and how it answers."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    role: Role


class Measure(BaseModel):
    """量化指标."""

    raw: Annotated[str, Field(max_length=300)]
    op: Annotated[str, Field(max_length=2)] = "=="
    value: Annotated[str, Field(max_length=40)] = ""
    unit: Annotated[str, Field(max_length=40)] = ""


TheItem = Annotated[Ref[PlanItem], Label("任务", "Task", widget="hidden")]
TheUnit = Annotated[Ref[PlanUnit], Label("原文称谓", "Name in the plan", widget="hidden")]
Supervisor = Annotated[Ref[Organisation], Label("核验单位", "Verified by")]
TaskText = Annotated[str, Field(min_length=1, max_length=20_000), Label("任务", "Task", widget="textarea")]
SectionText = Annotated[str, Field(max_length=2_000), Label("章节", "Section")]
Number = Annotated[str, Field(max_length=60), Label("编号", "Number")]
ObjectName = Annotated[str, Field(max_length=120)]


@action(
    "campaign.change_item",
    label=Text("修改任务", "Change a task"),
    needs=CampaignGrants.DRAFT,
    faces=("http",),
    icon="pencil",
)
def change_item(
    *,
    ctx: Context,
    item: TheItem,
    no: Number,
    text: TaskText,
    section: SectionText = "",
    units: list[NamedUnit],
    due_on: date | None = None,
    is_ongoing: bool = False,
    proof_rhythm: ProofRhythm | None = None,
    indicators: list[Measure],
    dispatch: Dispatch = Dispatch.ONE,
    supervisor: Supervisor | None = None,
    is_supporting: bool = False,
    named_objects: list[ObjectName] | None = None,
) -> PlanItem:
    """修改任务: whatever the reader got wrong, or the office wants otherwise than the plan says."""
    require_draft(item.campaign)
    _ensure_units(ctx, item.campaign, [u.name for u in units])
    return ctx.change(
        item,
        no=no,
        text=text,
        section=section,
        units=_plain(units),
        due_on=due_on,
        is_ongoing=is_ongoing,
        proof_rhythm=(proof_rhythm or ProofRhythm.QUARTERLY).value if is_ongoing else "",
        indicators=[_measured(m) for m in indicators],
        dispatch=dispatch.value,
        supervisor=supervisor,
        is_supporting=is_supporting,
        named_objects=item.named_objects if named_objects is None else _once_each(named_objects),
    )


def _once_each(names: list[str]) -> list[str]:
    return list(dict.fromkeys(n.strip() for n in names if n.strip()))


def _plain(units: list[NamedUnit]) -> list[dict[str, str]]:
    return [{"name": u.name, "role": u.role.value} for u in units]


def _measured(said: Measure) -> dict[str, str]:
    return {"raw": said.raw, "op": said.op, "value": said.value, "unit": said.unit}


def _ensure_units(ctx: Context, campaign: Campaign, names: list[str]) -> None:
    """A name nobody has decided yet enters the list of names, with suggestions."""
    known = set(PlanUnit.objects.filter(campaign=campaign, name__in=names).values_list("name", flat=True))
    fresh = [n for n in dict.fromkeys(names) if n not in known]
    if not fresh:
        return
    around = surroundings(ctx=ctx, campaign=campaign)
    for name in fresh:
        ctx.create(new_unit(campaign, name, suggest(name, around=around)))


@action(
    "campaign.split_item",
    label=Text("拆分任务", "Split a task"),
    needs=CampaignGrants.DRAFT,
    faces=("http",),
    icon="scissors",
)
def split_item(*, ctx: Context, item: TheItem, at: int) -> PlanItem:
    """拆分: the words from `at` on become a task of their own, answered for by the same units. Answers the second."""
    require_draft(item.campaign)
    passages.require_inside(at=at, text=item.text)
    cut = None
    if item.start is not None and item.end is not None:
        source = PlanText.objects.get(campaign=item.campaign).text
        cut = passages.source_position(source, start=item.start, end=item.end, text=item.text, at=at)
    following = _next(item)
    number = f"{item.no}/2" if "/" not in item.no else f"{item.no}+"
    second = ctx.create(
        PlanItem(
            campaign=item.campaign,
            position=(item.position + following.position) / 2 if following else item.position + 1024,
            no=number[:60],
            section=item.section,
            text=item.text[at:].strip(),
            start=cut,
            end=item.end,
            units=item.units,
            units_raw=item.units_raw,
            units_start=item.units_start,
            units_end=item.units_end,
            due_on=item.due_on,
            deadlines=item.deadlines,
            is_ongoing=item.is_ongoing,
            proof_rhythm=item.proof_rhythm,
            indicators=[i for i in item.indicators if i["raw"] in item.text[at:]],
            dispatch=item.dispatch,
            supervisor=item.supervisor,
            is_supporting=item.is_supporting,
            is_inherited=item.is_inherited,
        )
    )
    ctx.change(
        item,
        text=item.text[:at].strip(),
        end=cut if cut is not None else item.end,
        indicators=[i for i in item.indicators if i["raw"] in item.text[:at]],
    )
    return second


def _next(item: PlanItem) -> PlanItem | None:
    later = PlanItem.objects.filter(campaign=item.campaign, is_dropped=False, position__gt=item.position)
    found: PlanItem | None = later.order_by("position", "id").first()
    return found


@action(
    "campaign.merge_item",
    label=Text("并入下一项", "Merge with the next"),
    needs=CampaignGrants.DRAFT,
    icon="arrows-join",
)
def merge_item(*, ctx: Context, item: TheItem) -> PlanItem:
    """合并: the next task joins this one; the units of both answer; the next one is dropped, and can come back."""
    require_draft(item.campaign)
    following = _next(item)
    if following is None:
        raise NothingToMerge(
            Text("这是最后一项，后面没有可并入的任务。", "This is the last task; there is none to merge with.")
        )
    known = {u["name"] for u in item.units}
    ctx.change(following, is_dropped=True, dropped_because=f"已并入 {item.no}"[:200])
    spans = [s for s in (item.start, following.start) if s is not None]
    ends = [e for e in (item.end, following.end) if e is not None]
    return ctx.change(
        item,
        text=f"{item.text}{following.text}",
        units=[*item.units, *(u for u in following.units if u["name"] not in known)],
        deadlines=[*item.deadlines, *(d for d in following.deadlines if d not in item.deadlines)],
        indicators=[*item.indicators, *following.indicators],
        due_on=max((d for d in (item.due_on, following.due_on) if d), default=None),
        is_ongoing=item.is_ongoing or following.is_ongoing,
        proof_rhythm=item.proof_rhythm or following.proof_rhythm,
        start=min(spans, default=None),
        end=max(ends, default=None),
    )


@action(
    "campaign.drop_item", label=Text("删去任务", "Drop a task"), needs=CampaignGrants.DRAFT, icon="trash", tone="danger"
)
def drop_item(
    *, ctx: Context, item: TheItem, because: Annotated[str, Field(max_length=200), Label("理由", "Reason")] = ""
) -> PlanItem:
    """删去: it is not dispatched; it stays in the list of dropped ones, from where it can come back."""
    require_draft(item.campaign)
    return ctx.change(item, is_dropped=True, dropped_because=because)


@action(
    "campaign.restore_item",
    label=Text("恢复任务", "Bring a task back"),
    needs=CampaignGrants.DRAFT,
    icon="arrow-back-up",
)
def restore_item(*, ctx: Context, item: TheItem) -> PlanItem:
    """恢复: undo of dropping."""
    require_draft(item.campaign)
    return ctx.change(item, is_dropped=False, dropped_because="")


@action(
    "campaign.add_item", label=Text("增加任务", "Add a task"), needs=CampaignGrants.DRAFT, faces=("http",), icon="plus"
)
def add_item(
    *,
    ctx: Context,
    campaign: TheCampaign,
    text: TaskText,
    no: Number = "",
    section: SectionText = "",
    start: int | None = None,
    end: int | None = None,
) -> PlanItem:
    """增加任务: from words selected in the document, in its place there; or by hand, at the end."""
    require_draft(campaign)
    live = PlanItem.objects.filter(campaign=campaign)
    before = after = None
    if start is not None and end is not None:
        source = PlanText.objects.get(campaign=campaign).text
        passages.require_selection(start=start, end=end, length=len(source))
        before = live.filter(start__lte=start).order_by("-position").first()
        after = live.filter(start__gt=start).order_by("position").first()
    else:
        before = live.order_by("-position").first()
    low = before.position if before else 0.0
    high = after.position if after and after.position > low else low + 1024
    section = section or (before.section if before and start is not None else "")
    return ctx.create(
        PlanItem(
            campaign=campaign,
            position=(low + high) / 2,
            no=no or f"增{live.filter(added_by_hand=True).count() + 1}",
            section=section,
            text=text,
            start=start,
            end=end,
            added_by_hand=True,
        )
    )


@action(
    "campaign.decide_unit",
    label=Text("认定单位", "Decide who is meant"),
    needs=CampaignGrants.DRAFT,
    faces=("http",),
    icon="check",
)
def decide_unit(
    *,
    ctx: Context,
    unit: TheUnit,
    decision: Decision,
    organisations: list[Ref[Organisation]],
    because: Annotated[str, Field(max_length=300), Label("理由", "Reason")] = "",
) -> PlanUnit:
    """认定单位: one organisation, a list of them, or not ours with the reason."""
    # While dispatching stands still on an abolished unit, naming its successor is what gets it going again.
    if not (unit.campaign.state == CampaignState.PUBLISHING and unit.campaign.trouble):
        require_draft(unit.campaign)
    number = len(organisations)
    fits = {
        Decision.UNDECIDED: number == 0,
        Decision.ORGANISATION: number == 1,
        Decision.LIST: number >= 1,
        Decision.NOT_OURS: number == 0 and bool(because.strip()),
    }
    if not fits[decision]:
        raise BadDecision(
            Text(
                "认定不完整：一家单位须选一家，名单须至少一家，“不由本级派发”须写理由。",
                "Incomplete: choose one organisation, or at least one for a list; “not ours” needs a reason.",
            ),
            where={"organisations": Text("请选择单位。", "Choose.")}
            if decision is not Decision.NOT_OURS
            else {"because": Text("请写理由。", "Say why.")},
        )
    today = day_of(ctx.at)
    if gone := [o for o in organisations if o.abolished_on and o.abolished_on <= today]:
        raise BadDecision(
            Text("“{name}”已撤销，请选其承接单位。", "“{name}” was abolished; choose its successor.").format(
                name=gone[0].name
            ),
            where={"organisations": Text("已撤销。", "Abolished.")},
        )
    return ctx.change(
        unit,
        decision=decision.value,
        codes=[o.code for o in organisations],
        because=because if decision is Decision.NOT_OURS else "",
        is_automatic=False,
    )


@action(
    "campaign.set_frame",
    label=Text("行动设置", "Settings of the campaign"),
    needs=CampaignGrants.DRAFT,
    icon="settings",
)
def set_frame(
    *,
    ctx: Context,
    campaign: TheCampaign,
    name: Annotated[str, Field(min_length=1, max_length=200), Label("行动名称", "Name")],
    supervisor: Supervisor,
    from_on: Annotated[date | None, Label("开始日期", "From", widget="date")] = None,
    until_on: Annotated[date | None, Label("结束日期", "Until", widget="date")] = None,
) -> Campaign:
    """行动设置: its name, who verifies, from when until when."""
    require_draft(campaign)
    if from_on and until_on and until_on < from_on:
        raise BadPeriod(
            Text("结束日期早于开始日期。", "The end lies before the start."),
            where={"until_on": Text("须不早于开始日期。", "Not before the start.")},
        )
    return ctx.change(campaign, name=name, supervisor=supervisor, from_on=from_on, until_on=until_on)
