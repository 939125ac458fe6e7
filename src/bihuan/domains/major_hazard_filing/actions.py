"""备案、评估、核销, and the cases that a change opens."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from pydantic import Field as Limit

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.major_hazard_filing import queries, rules
from bihuan.domains.major_hazard_filing.models import Filing
from bihuan.domains.major_hazard_filing.terms import (
    EVALUATION_KIND,
    FILING_KIND,
    OVER_STORAGE_KIND,
    FilingGrants,
    FilingState,
)
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.loop.models import Case
from bihuan.loop.terms import Level
from bihuan.registers.major_hazards.models import Calculation, HazardUnit
from bihuan.registers.major_hazards.queries import authority_of

_STANDARD = "GB 18218-2018"


@action(
    "major_hazard_filing.file",
    label=Text("办理备案", "Put on file"),
    needs=FilingGrants.FILE,
    icon="file-check",
    tone="primary",
)
def file(
    *,
    ctx: Context,
    unit: Ref[HazardUnit],
    number: Annotated[str, Label("备案编号", "Number"), Limit(min_length=1, max_length=60)],
    evaluated_on: Annotated[date, Label("安全评估日期", "Evaluated on")],
    filed_on: Annotated[date, Label("备案日期", "Filed on")],
) -> Filing:
    """备案: the current calculation goes on file; what was on file before is superseded. 依据 危险化学品安全法 第13条."""
    calculation = queries.current_calculation(unit)
    grade = rules.require_major_hazard(grade=calculation.grade if calculation else "")
    assert calculation is not None  # a grade comes from a calculation
    today = day_of(ctx.at)
    rules.require_order(evaluated_on=evaluated_on, filed_on=filed_on, today=today)
    last = queries.current_filing(unit)
    if last is not None:
        ctx.change(last, state=FilingState.SUPERSEDED.value)
    return ctx.create(
        Filing(
            unit=unit,
            calculation=calculation,
            authority=authority_of(unit=unit, on=today),
            number=number,
            grade=grade.value,
            filed_on=filed_on,
            evaluated_on=evaluated_on,
            evaluation_due_on=rules.evaluation_due(
                evaluated_on=evaluated_on, years=queries.evaluation_years(on=evaluated_on)
            ),
            region_path=unit.thing.region_path,
            organisation_code=unit.thing.organisation_code,
        )
    )


@action(
    "major_hazard_filing.record_evaluation",
    label=Text("登记安全评估", "Record an evaluation"),
    needs=FilingGrants.EVALUATE,
    icon="certificate",
)
def record_evaluation(
    *, ctx: Context, filing: Ref[Filing], evaluated_on: Annotated[date, Label("安全评估日期", "Evaluated on")]
) -> Filing:
    """登记安全评估: the next is due so many years later. 依据 危险化学品安全法 第39条."""
    if not filing.evaluated_on < evaluated_on <= day_of(ctx.at):
        raise rules.DaysOutOfOrder(
            Text(
                "评估日期应晚于上次评估，且不晚于今天。", "It must come after the last evaluation, and not after today."
            ),
            where={"evaluated_on": Text("请核对日期。", "Check the day.")},
        )
    due = rules.evaluation_due(evaluated_on=evaluated_on, years=queries.evaluation_years(on=evaluated_on))
    return ctx.change(filing, evaluated_on=evaluated_on, evaluation_due_on=due)


@action(
    "major_hazard_filing.deregister",
    label=Text("核销", "Deregister"),
    needs=FilingGrants.FILE,
    confirm=Text(
        "核销后该重大危险源不再列管，历史保留。确定吗？", "It is no longer supervised; its history stays. Go on?"
    ),
    icon="x",
    tone="danger",
)
def deregister(
    *,
    ctx: Context,
    filing: Ref[Filing],
    because: Annotated[str, Label("核销原因", "Reason", widget="textarea"), Limit(min_length=2, max_length=300)],
) -> Filing:
    """核销（重大危险源）. Not 销号: it ends the filing, not a case."""
    calculation = queries.current_calculation(filing.unit)
    rules.require_no_longer(grade=calculation.grade if calculation else "")
    return ctx.change(filing, state=FilingState.DEREGISTERED.value, deregistered_on=day_of(ctx.at), because=because)


@action(
    "major_hazard_filing.open_filing_case",
    label=Text("按级别变化立项", "Open a case by grade"),
    needs=FilingGrants.OPEN,
    faces=(),
)
def open_filing_case(*, ctx: Context, calculation: Ref[Calculation]) -> Case:
    """级别一变即立项: identified, of another grade, or none any more. One open case a unit."""
    unit = calculation.unit
    changed = rules.what_changed(before=calculation.grade_before, after=calculation.grade)
    text = f"S = {calculation.s.normalize():f}，R = {calculation.r.normalize():f}（{_STANDARD}，{calculation.on.isoformat()}）"
    known = queries.open_case(unit=unit, kind=FILING_KIND)
    if known is not None:
        return ctx.change(known, title=f"{unit.thing.name}：{changed.zh}"[:300], text=text)
    is_rise = bool(calculation.grade) and calculation.grade in ("I", "II")
    days = queries.days_for("filing", on=day_of(ctx.at))
    return _issue(
        ctx, unit, FILING_KIND, changed.zh, text, _STANDARD, Level.MAJOR if is_rise else Level.IMPORTANT, days
    )


@action(
    "major_hazard_filing.open_over_storage_case",
    label=Text("超储立项", "Open a case of over-storage"),
    needs=FilingGrants.OPEN,
    faces=(),
)
def open_over_storage_case(
    *, ctx: Context, calculation: Ref[Calculation], vessel: str, name: str, live_t: str, design_maximum_t: str
) -> Case:
    """超储: a case of its own; the grade doesn't follow it. One open case a vessel and chemical."""
    unit = calculation.unit
    what = f"{vessel} {name} 超过设计最大量"
    known = queries.open_case(unit=unit, kind=OVER_STORAGE_KIND, title=f"{unit.thing.name}：{what}"[:300])
    if known is not None:
        ctx.about(known)
        return known
    text = f"现存 {live_t} t，设计最大量 {design_maximum_t} t。"
    days = queries.days_for("over_storage", on=day_of(ctx.at))
    return _issue(ctx, unit, OVER_STORAGE_KIND, what, text, f"{_STANDARD} 4.2.2", Level.MAJOR, days)


@action(
    "major_hazard_filing.open_evaluation_case",
    label=Text("评估到期立项", "Open a case of evaluation"),
    needs=FilingGrants.OPEN,
    faces=(),
)
def open_evaluation_case(*, ctx: Context, filing: Ref[Filing]) -> Case:
    """评估到期: some weeks before the day it falls due."""
    unit = filing.unit
    known = queries.open_case(unit=unit, kind=EVALUATION_KIND)
    if known is not None:
        ctx.about(known)
        return known
    what = f"安全评估 {filing.evaluation_due_on.isoformat()} 到期"
    due = (filing.evaluation_due_on - day_of(ctx.at)).days
    return _issue(ctx, unit, EVALUATION_KIND, what, "", "危险化学品安全法第39条", Level.IMPORTANT, due)


def _issue(
    ctx: Context, unit: HazardUnit, kind: str, what: str, text: str, clause: str, level: Level, days: int
) -> Case:
    today = day_of(ctx.at)
    authority = authority_of(unit=unit, on=today)
    return moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind=kind,
            title=f"{unit.thing.name}：{what}",
            text=text,
            clause=clause,
            source="重大危险源台账",
            owner=unit.thing.organisation,
            supervisor=authority,
            issuer=authority,
            region=unit.thing.region,
            thing=unit.thing,
            level=level,
            due_on=today + timedelta(days=days),
        ),
    )
