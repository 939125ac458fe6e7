"""年度检查计划: what a department means to inspect in a year. 依据 C17."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Annotated

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.supervision.actions.checks import Verifier
from bihuan.domains.supervision.models import PlannedInspection
from bihuan.domains.supervision.queries import drives as campaigns
from bihuan.domains.supervision.terms import PLANNED_KIND, SupervisionGrants
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.loop.terms import LoopGrants
from bihuan.parties.models import Organisation

Planner = Annotated[Ref[Organisation], Label("检查单位", "Who inspects")]
Topics = Annotated[list[str], Label("涵盖的专项行动", "Campaigns it covers", widget="choice:supervision.drives")]


class PlanInThePast(Problem):
    code = "plan_in_the_past"


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
