"""对照自查: the problems a plan lists, or the items an enterprise answers for, put to each unit and answered one by one. 依据 Y, B16."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.supervision.actions.chain import WarnedBy
from bihuan.domains.supervision.actions.checks import TheRegion, conducted_at
from bihuan.domains.supervision.actions.problems import Measures, Responsible, count_in_plan, open_problem
from bihuan.domains.supervision.models import PointAnswer, ProblemPoint, SelfExamination
from bihuan.domains.supervision.queries import drives as campaigns
from bihuan.domains.supervision.queries import points as sources
from bihuan.domains.supervision.rules import requirements
from bihuan.domains.supervision.rules.points import Point, points_of_lines, topics_of
from bihuan.domains.supervision.terms import EXAMINATION_KIND, Answer, Asks, FoundBy, ItemAnswer, SupervisionGrants
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.loop import rules as loop_rules
from bihuan.loop.actions.scopes import EvidenceList, handled_at, pieces
from bihuan.loop.models import Case
from bihuan.loop.terms import LoopGrants, Move
from bihuan.parties.models import Organisation, Region

Examiners = Annotated[list[Ref[Organisation]], Label("自查单位", "Who examines itself")]
DueOn = Annotated[date, Label("期限", "Limit", widget="date")]
ThePlan = Annotated[str, Label("方案", "Plan", widget="choice:supervision.drives")]
ThePoint = Annotated[Ref[ProblemPoint], Label("问题点", "Point", widget="hidden")]
TheAnswer = Annotated[Ref[PointAnswer], Label("问题点", "Point", widget="hidden")]
Note = Annotated[str, Field(min_length=2, max_length=500), Label("说明", "Note", widget="textarea")]
Spot = Annotated[str, Field(max_length=200), Label("在哪里", "Where")]
LinkedCase = Annotated[
    Ref[Case],
    Label(
        "对应的问题或任务",
        "The problem or task it is",
        hint=Text("“存在”“未落实”的必须对应一项。", "Needed where it is present, or not done."),
    ),
]

PROBLEMS_ASKED = "逐个对照方案所列突出问题：存在的，对应问题清单或任务；不存在、不涉及的，写明理由。"
ITEMS_ASKED = "逐项对照重点事项自查：未落实的，登记问题并整改；已落实、不涉及的，写明情况。"


@action(
    "supervision.start_examination",
    label=Text("布置自查", "Start a self-examination"),
    needs=SupervisionGrants.CONDUCT,
    scope=conducted_at,
    icon="list",
    tone="secondary",
)
def start_examination(
    *,
    ctx: Context,
    region: TheRegion,
    organisation: WarnedBy,
    drive_name: Annotated[str, Field(min_length=2, max_length=200), Label("所属方案", "Plan")],
    points: Annotated[list[str], Label("问题点（一行一个）", "Points, one a line", widget="lines")],
    units: Examiners,
    due_on: DueOn,
) -> ProblemPoint:
    """布置自查: points typed by the office; a case for each unit, with a line for each point."""
    listed = points_of_lines(points)
    return _ask(ctx, region, organisation, drive_name, listed, units, due_on, asks=Asks.PROBLEMS)


@action(
    "supervision.examine_plan",
    label=Text("按方案布置自查", "Self-examination by a plan"),
    needs=SupervisionGrants.CONDUCT,
    scope=conducted_at,
    icon="file-text",
)
def examine_plan(
    *,
    ctx: Context,
    region: TheRegion,
    organisation: WarnedBy,
    plan: ThePlan,
    units: Examiners,
    due_on: DueOn,
) -> ProblemPoint:
    """按方案布置自查: every problem point the plan itself lists, with its number, its group and its words."""
    ((key, name),) = campaigns.chosen(ctx=ctx, keys=[plan])
    listed = sources.of_plan(ctx=ctx, key=key)
    if not listed:
        raise requirements.NoPoints(
            Text(
                "《{name}》没有读出突出问题。请用“布置自查”逐行写入。",
                "No problem points were read from “{name}”. Start a self-examination and type them, one a line.",
            ).format(name=name),
            where={"plan": Text("没有问题点。", "It has no points.")},
        )
    return _ask(ctx, region, organisation, name[:200], listed, units, due_on, asks=Asks.PROBLEMS, plan=key)


@action(
    "supervision.check_items",
    label=Text("布置主体责任自查", "Self-check of main responsibility"),
    needs=SupervisionGrants.CONDUCT,
    scope=conducted_at,
    icon="certificate",
    tone="secondary",
)
def check_items(
    *,
    ctx: Context,
    region: TheRegion,
    organisation: WarnedBy,
    units: Examiners,
    due_on: DueOn,
    items: Annotated[
        list[str] | None,
        Label(
            "重点事项（一行一个）",
            "Items, one a line",
            widget="lines",
            hint=Text(
                "留空用默认清单（待核）；要增删改的，从页面下方复制默认清单来改。",
                "Empty: the default list (unverified). To change it, copy it from the foot of the page.",
            ),
        ),
    ] = None,
    name: Annotated[str, Field(min_length=2, max_length=200), Label("清单名称", "Name of the list")] = (
        "企业落实安全生产主体责任重点事项清单"
    ),
) -> ProblemPoint:
    """布置主体责任自查: the items of an enterprise's responsibility, ticked one by one. 依据 B16."""
    known = {p.text: p for p in sources.main_duties(on=day_of(ctx.at))}
    listed = [known.get(p.text, p) for p in points_of_lines(items)] if items else list(known.values())
    return _ask(ctx, region, organisation, name, listed, units, due_on, asks=Asks.ITEMS)


def _ask(
    ctx: Context,
    region: Region,
    organisation: Organisation,
    name: str,
    listed: Sequence[Point],
    units: Sequence[Organisation],
    due_on: date,
    *,
    asks: Asks,
    plan: UUID | None = None,
) -> ProblemPoint:
    if due_on < day_of(ctx.at):
        raise loop_rules.BadDeadline(Text("期限不能早于今天。", "The limit can't lie in the past."))
    if not listed or not units:
        raise requirements.NoPoints(
            Text("请至少写一个问题点，选一个单位。", "Name at least one point and one unit."),
            where={"units": Text("至少一个。", "At least one.")},
        )
    rows = _points(ctx, region, organisation, name, listed, plan)
    for unit in units:
        case = moves.issue(
            ctx=ctx,
            new=moves.NewCase(
                kind=EXAMINATION_KIND,
                title=f"对照自查：{name}"[:300],
                text=ITEMS_ASKED if asks is Asks.ITEMS else PROBLEMS_ASKED,
                source=name[:120],
                owner=unit,
                supervisor=organisation,
                issuer=organisation,
                region=unit.region if unit.region_path.startswith(region.path) else region,
                due_on=due_on,
            ),
        )
        made = ctx.create(SelfExamination(case=case, drive_name=name, asks=asks.value))
        ctx.create_many([PointAnswer(examination=made, point=p) for p in rows])
    return rows[0]


def _points(
    ctx: Context,
    region: Region,
    organisation: Organisation,
    name: str,
    listed: Sequence[Point],
    plan: UUID | None,
) -> list[ProblemPoint]:
    """Each point once in its region and plan, however often units are asked."""
    known: dict[str, ProblemPoint] = {p.text: p for p in ProblemPoint.objects.filter(region=region, drive_name=name)}
    after = max((p.position for p in known.values()), default=0)
    catalogue = sources.topics(on=day_of(ctx.at))
    rows: list[ProblemPoint] = []
    for point in listed:
        if point.text not in known:
            after += 1
            known[point.text] = ctx.create(
                ProblemPoint(
                    region=region,
                    region_path=region.path,
                    organisation=organisation,
                    organisation_code=organisation.code,
                    drive_name=name,
                    plan=plan,
                    position=after,
                    number=point.number[:20],
                    group=point.group[:200],
                    text=point.text,
                    topics=topics_of(point, catalogue),
                )
            )
        rows.append(known[point.text])
    return rows


@action(
    "supervision.correct_point",
    label=Text("更正问题点", "Correct a point"),
    needs=SupervisionGrants.CONDUCT,
    scope=lambda *, point, **_: point.place,
    icon="pencil",
    tone="secondary",
)
def correct_point(
    *,
    ctx: Context,
    point: ThePoint,
    text: Annotated[str, Field(min_length=2), Label("问题", "Problem", widget="textarea")],
    topics: Annotated[
        list[str] | None,
        Label(
            "对应目录",
            "In the catalogue",
            widget="choice:supervision.topics",
            hint=Text("不选则不变。", "None ticked: as it is."),
        ),
    ] = None,
) -> ProblemPoint:
    """更正问题点: what was misread, and which problem of the catalogue it is. Answers given stay."""
    return ctx.change(point, text=text.strip(), topics=topics or point.topics)


def _handled_at(*, ctx: Context, answer: PointAnswer, **_: Any) -> Place:
    return handled_at(ctx=ctx, case=answer.examination.case)


@action(
    "supervision.answer_point",
    label=Text("对照", "Answer"),
    needs=LoopGrants.HANDLE,
    scope=_handled_at,
    icon="pencil",
)
def answer_point(
    *,
    ctx: Context,
    answer: TheAnswer,
    found: Annotated[Answer, Label("对照结果", "Result")],
    note: Note,
    linked: LinkedCase | None = None,
    spot: Spot = "",
    evidence: EvidenceList | None = None,
) -> PointAnswer:
    """对照一个问题点: present or not, where, and what shows it. What is present is linked to a row of the ledger or a task."""
    return _answer(ctx, answer, found, note=note, linked=linked, spot=spot, evidence=evidence)


@action(
    "supervision.tick_item",
    label=Text("勾选", "Tick"),
    needs=LoopGrants.HANDLE,
    scope=_handled_at,
    icon="circle-check",
)
def tick_item(
    *,
    ctx: Context,
    answer: TheAnswer,
    found: Annotated[ItemAnswer, Label("落实情况", "Done or not")],
    note: Note,
    linked: LinkedCase | None = None,
    evidence: EvidenceList | None = None,
) -> PointAnswer:
    """勾选一个重点事项. What is not done is linked to a row of the ledger or a task. 依据 B16."""
    return _answer(ctx, answer, found.answer, note=note, linked=linked, spot="", evidence=evidence)


@action(
    "supervision.admit_point",
    label=Text("存在（未落实），登记问题", "Report it as a problem"),
    needs=LoopGrants.HANDLE,
    scope=_handled_at,
    icon="flag",
    tone="secondary",
)
def admit_point(
    *,
    ctx: Context,
    answer: TheAnswer,
    title: Annotated[str, Field(min_length=2, max_length=300), Label("具体问题", "What exactly")],
    due_on: Annotated[date, Label("整改时限", "Limit", widget="date")],
    spot: Spot = "",
    person: Responsible | None = None,
    measures: Measures | None = None,
    evidence: EvidenceList | None = None,
) -> PointAnswer:
    """存在，登记问题: the answer and the row of the problem ledger in one step, verified by whoever asked."""
    case = answer.examination.case
    entry = open_problem(
        ctx=ctx,
        title=title,
        text=answer.point.text,
        owner=case.owner,
        issuer=case.owner,
        supervisor=case.supervisor,
        due_on=due_on,
        found_by=FoundBy.SELF,
        source=answer.examination.drive_name,
        spot=spot,
        person=person,
        measures=measures or "",
    )
    if answer.point.plan is not None:
        count_in_plan(entry=entry, key=answer.point.plan, name=answer.point.drive_name)
    return _answer(ctx, answer, Answer.PRESENT, note=title, linked=entry.case, spot=spot, evidence=evidence)


def _answer(
    ctx: Context,
    answer: PointAnswer,
    found: Answer,
    *,
    note: str,
    linked: Case | None,
    spot: str,
    evidence: list[UUID] | None,
) -> PointAnswer:
    case = answer.examination.case
    loop_rules.stage_after(move=Move.PROGRESS, stage=case.stage_term)
    if found is Answer.PRESENT and (linked is None or linked.pk == case.pk):
        requirements.require_answered(unanswered=[], unlinked=[answer.point.text[:40]])
    proofs = pieces(ctx=ctx, ids=evidence or [])
    moves.attach(ctx=ctx, case=case, evidence=proofs)
    return ctx.change(
        answer,
        answer=found.value,
        note=note[:500],
        spot=spot,
        linked=linked if found is Answer.PRESENT else None,
        # Answered anew, a point keeps what showed it before.
        proofs=list(dict.fromkeys([*answer.proofs, *(str(p.pk) for p in proofs)])),
    )


def require_answers(*, ctx: Context, case: Case, facts: dict[str, Any]) -> None:
    """提交前: the kind's own rule."""
    rows = PointAnswer.objects.filter(examination__case=case).select_related("point")
    requirements.require_answered(
        unanswered=[r.point.text[:40] for r in rows if not r.answer],
        unlinked=[r.point.text[:40] for r in rows if r.answer == Answer.PRESENT and r.linked_id is None],
    )
