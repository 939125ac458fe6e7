"""分级录入的规则: a grade fits the score it rests on; a poor one comes with a plan. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from bihuan.engines.static_risk.tables import ParkTable
from bihuan.kernel.problem import Problem
from bihuan.kernel.schemes import EnterpriseGrade, ParkGrade
from bihuan.kernel.text import Text

_BRACKETS = re.compile(r"[（(].*?[）)]")
_SPLIT = re.compile(r"[、,，;；/\s]+")


class GradeDoesNotFit(Problem):
    code = "grade_does_not_fit"


class ImprovementPlanMissing(Problem):
    code = "improvement_plan_missing"


class GradeNeedsEvidence(Problem):
    code = "grade_needs_evidence"


class GradedInTheFuture(Problem):
    code = "graded_in_the_future"


def require_grade_fits(*, grade: ParkGrade, score: Decimal | None, vetoes: str, table: ParkTable) -> None:
    """园区等级与得分一致: a veto is A; without a score the grade stands as its document says it."""
    if vetoes and grade != ParkGrade.A:
        raise GradeDoesNotFit(
            Text("有否决项的园区应为 A 级。", "A park with a veto is A."),
            where={"grade": Text("请核对。", "Please check.")},
        )
    if score is None:
        return
    due = table.grade_of(score=score, is_vetoed=bool(vetoes))
    if due != grade:
        raise GradeDoesNotFit(
            Text("得分 {s} 对应{d}，与填写的{g}不一致。", "A score of {s} is {d}, not {g}.").format(
                s=score, d=due.label, g=grade.label
            ),
            where={"grade": Text("请核对。", "Please check.")},
        )


def require_plan(*, grade: EnterpriseGrade, plan: str) -> None:
    """C、D 级企业（差）须有提升方案: they are pressed to rise."""
    if grade in (EnterpriseGrade.C, EnterpriseGrade.D) and len(plan.strip()) < 5:
        raise ImprovementPlanMissing(
            Text("{g}须填写提升措施和期限。", "{g}: say how and by when it will rise.").format(g=grade.label),
            where={"plan": Text("必填。", "Needed.")},
        )


def require_past(*, on: date, today: date) -> None:
    if on > today:
        raise GradedInTheFuture(
            Text("评定日期不能晚于今天。", "It can't have been graded after today."),
            where={"graded_on": Text("请核对日期。", "Check the day.")},
        )


def require_evidence(count: int) -> None:
    if not count:
        raise GradeNeedsEvidence(
            Text("请上传评估报告或公布文件。", "Add the report or the document that publishes it."),
            where={"evidence": Text("必填。", "Needed.")},
        )


def key_processes_in(written: Iterable[str], *, known: Iterable[str]) -> tuple[str, ...]:
    """涉及的重点监管工艺: each of the list that is named, as 氯化 or 氯化工艺. 过氧化 isn't 氧化."""
    tokens = {
        part.removesuffix("工艺") for text in written for part in _SPLIT.split(_BRACKETS.sub("", text)) if part.strip()
    }
    found = []
    for name in known:
        stem = _BRACKETS.sub("", name).strip().removesuffix("工艺")
        if tokens & {stem, *stem.split("及")}:
            found.append(name)
    return tuple(found)
