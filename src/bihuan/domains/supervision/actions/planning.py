"""自查与年度计划: points a plan lists, answered by each unit; what a department means to inspect in a year. 依据 Y, C17."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.supervision.actions.chain import WarnedBy
from bihuan.domains.supervision.actions.checks import TheRegion, Verifier, conducted_at
from bihuan.domains.supervision.models import PlannedInspection, PointAnswer, ProblemPoint, SelfExamination
from bihuan.domains.supervision.queries import drives as campaigns
from bihuan.domains.supervision.rules import requirements
from bihuan.domains.supervision.terms import EXAMINATION_KIND, PLANNED_KIND, Answer, SupervisionGrants
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.loop import rules as loop_rules
from bihuan.loop.actions.scopes import handled_at
from bihuan.loop.models import Case
from bihuan.loop.terms import LoopGrants, Move
from bihuan.parties.models import Organisation

Examiners = Annotated[list[Ref[Organisation]], Label("自查单位", "Who examines itself")]
TheAnswer = Annotated[Ref[PointAnswer], Label("问题点", "Point", widget="hidden")]
LinkedCase = Annotated[
    Ref[Case],
    Label(
        "对应的问题或任务",
        "The problem or task it is",
        hint=Text("“存在”的必须对应一项。", "Needed where it is present."),
    ),
]
Planner = Annotated[Ref[Organisation], Label("检查单位", "Who inspects")]
Topics = Annotated[list[str], Label("涵盖的专项行动", "Campaigns it covers", widget="choice:supervision.drives")]


class PlanInThePast(Problem):
    code = "plan_in_the_past"


@action(
    "supervision.start_examination",
    label=Text("布置自查", "Start a self-examination"),
    needs=SupervisionGrants.CONDUCT,
    scope=conducted_at,
    icon="list",
)
def start_examination(
    *,
    ctx: Context,
    region: TheRegion,
    organisation: WarnedBy,
    drive_name: Annotated[str, Field(min_length=2, max_length=200), Label("所属方案", "Plan")],
    points: Annotated[list[str], Label("问题点（一行一个）", "Points, one a line", widget="lines")],
    units: Examiners,
    due_on: Annotated[date, Label("期限", "Limit", widget="date")],
) -> ProblemPoint:
    """布置自查: the points of the plan, once; a case for each unit, with a line for each point."""
    if due_on < day_of(ctx.at):
        raise loop_rules.BadDeadline(Text("期限不能早于今天。", "The limit can't lie in the past."))
    listed = [p.strip() for p in dict.fromkeys(points) if p.strip()]
    if not listed or not units:
        raise requirements.ExaminationIncomplete(
            Text("请至少写一个问题点，选一个单位。", "Name at least one point and one unit."),
            where={"points": Text("至少一个。", "At least one.")},
        )
    known: dict[str, ProblemPoint] = {
        p.text: p for p in ProblemPoint.objects.filter(region=region, drive_name=drive_name)
    }
    after = max((p.position for p in known.values()), default=0)
    rows: list[ProblemPoint] = []
    for text in listed:
        if text not in known:
            after += 1
            known[text] = ctx.create(
                ProblemPoint(
                    region=region,
                    region_path=region.path,
                    organisation=organisation,
                    organisation_code=organisation.code,
                    drive_name=drive_name,
                    position=after,
                    text=text,
                )
            )
        rows.append(known[text])
    for unit in units:
        case = moves.issue(
            ctx=ctx,
            new=moves.NewCase(
                kind=EXAMINATION_KIND,
                title=f"对照自查：{drive_name}"[:300],
                text="逐个对照方案所列突出问题：存在的，对应问题清单或任务；不存在、不涉及的，写明理由。",
                source=drive_name[:120],
                owner=unit,
                supervisor=organisation,
                issuer=organisation,
                region=unit.region if unit.region_path.startswith(region.path) else region,
                due_on=due_on,
            ),
        )
        made = ctx.create(SelfExamination(case=case, drive_name=drive_name))
        ctx.create_many([PointAnswer(examination=made, point=p) for p in rows])
    return rows[0]


@action(
    "supervision.answer_point",
    label=Text("对照", "Answer"),
    needs=LoopGrants.HANDLE,
    scope=lambda *, ctx, answer, **_: handled_at(ctx=ctx, case=answer.examination.case),
    icon="pencil",
)
def answer_point(
    *,
    ctx: Context,
    answer: TheAnswer,
    found: Annotated[Answer, Label("对照结果", "Result")],
    note: Annotated[str, Field(min_length=2, max_length=500), Label("说明", "Note", widget="textarea")],
    linked: LinkedCase | None = None,
) -> PointAnswer:
    """对照一个问题点. What is present is linked to a row of the ledger or a task."""
    case = answer.examination.case
    loop_rules.stage_after(move=Move.PROGRESS, stage=case.stage_term)
    if found is Answer.PRESENT and linked is None:
        requirements.require_answered(unanswered=[], unlinked=[answer.point.text[:40]])
    if linked is not None and linked.pk == case.pk:
        requirements.require_answered(unanswered=[], unlinked=[answer.point.text[:40]])
    return ctx.change(answer, answer=found.value, note=note, linked=linked if found is Answer.PRESENT else None)


def require_answers(*, ctx: Context, case: Case, facts: dict[str, Any]) -> None:
    """提交前: the kind's own rule."""
    rows = PointAnswer.objects.filter(examination__case=case).select_related("point")
    requirements.require_answered(
        unanswered=[r.point.text[:40] for r in rows if not r.answer],
        unlinked=[r.point.text[:40] for r in rows if r.answer == Answer.PRESENT and r.linked_id is None],
    )


@action(
    "supervision.plan_inspection",
    label=Text("列入年度检查计划", "Plan an inspection"),
    needs=(SupervisionGrants.CONDUCT, LoopGrants.HANDLE),
    scope=lambda *, ctx, organisation, **_: Place(organisation.region_path, frozenset([organisation.code])),
    icon="calendar-event",
)
def plan_inspection(
    *,
    ctx: Context,
    organisation: Planner,
    supervisor: Verifier,
    year: Annotated[int, Field(ge=2020, le=2100), Label("年度", "Year")],
    month: Annotated[int, Field(ge=1, le=12), Label("月份", "Month")],
    what: Annotated[str, Field(min_length=2, max_length=300), Label("检查内容", "What is inspected")],
    objects_text: Annotated[str, Field(min_length=1, max_length=300), Label("检查对象", "Where")],
    number: Annotated[int, Field(ge=1, le=10_000), Label("计划数", "How many")] = 1,
    drives: Topics | None = None,
) -> PlannedInspection:
    """列入年度检查计划: a line of the plan is a case due at the end of its month."""
    due_on = date(year, month, monthrange(year, month)[1])
    if due_on < day_of(ctx.at):
        raise PlanInThePast(
            Text("这个月份已经过去。", "That month is over."), where={"month": Text("已过去。", "Over.")}
        )
    named = campaigns.chosen(ctx=ctx, keys=drives or [])
    case = moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind=PLANNED_KIND,
            title=f"{year}年{month}月检查：{what}"[:300],
            text=f"对象：{objects_text}，{number}家次。",
            source=f"{year}年度监督检查计划",
            owner=organisation,
            supervisor=supervisor,
            issuer=organisation,
            region=organisation.region,
            due_on=due_on,
        ),
    )
    return ctx.create(
        PlannedInspection(
            region=organisation.region,
            region_path=organisation.region_path,
            organisation=organisation,
            organisation_code=organisation.code,
            year=year,
            month=month,
            what=what,
            objects_text=objects_text,
            number=number,
            drives=[{"id": str(key), "name": name} for key, name in named],
            case=case,
        )
    )
