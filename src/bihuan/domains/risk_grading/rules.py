"""分级录入的规则: a grade fits the score it rests on; a poor one comes with a plan. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

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


@dataclass(frozen=True, slots=True)
class Lost:
    """失分项: so many points lost in one element, and why."""

    element: str
    points: Decimal
    why: str


class LostPointsWrong(Problem):
    code = "lost_points_wrong"


def lost_points(lines: Iterable[str], *, elements: Sequence[str], score: Decimal | None) -> tuple[Lost, ...]:
    """失分清单, as the report has it: 要素 分值 说明, one a line. What is lost and what was scored make a hundred."""
    found = []
    for number, line in enumerate((said for said in lines if said.strip()), start=1):
        words = line.split(maxsplit=2)
        points = _points(words[1]) if len(words) == 3 else None
        if points is None or words[0] not in elements:
            text = Text(
                "失分清单第 {n} 行应为“要素 失分 说明”，要素为：{all}。",
                "Line {n} of the lost points should be: element, points, why. Elements: {all}.",
            ).format(n=number, all="、".join(elements))
            raise LostPointsWrong(text, where={"lost": text})
        found.append(Lost(words[0], points, words[2].strip()))
    total = sum((one.points for one in found), Decimal(0))
    if found and score is not None and total != 100 - score:
        text = Text(
            "失分合计 {t}，得分 {s}，两者之和应为 100。", "{t} lost and {s} scored: together they should make 100."
        ).format(t=f"{total.normalize():f}", s=f"{score.normalize():f}")
        raise LostPointsWrong(text, where={"lost": text})
    return tuple(found)


def _points(written: str) -> Decimal | None:
    try:
        points = Decimal(written.removesuffix("分").lstrip("-−"))
    except InvalidOperation:
        return None
    return points if points.is_finite() and 0 < points <= 100 else None


@dataclass(frozen=True, slots=True)
class Rise:
    """提升空间: what the next better grade still needs."""

    grade: ParkGrade
    points: Decimal


def next_rise(*, score: Decimal, table: ParkTable) -> Rise | None:
    """再得多少分升一级; None for the best. A veto is lifted first, whatever the score."""
    better = [(grade, floor) for grade, floor in table.floors if floor > score]
    return Rise(better[-1][0], better[-1][1] - score) if better else None


def share_of_d(grades: Sequence[str]) -> Decimal | None:
    """D 级园区占比, rounded down to a hundredth of a percent: half of them is no more than half. None without grades."""
    if not grades:
        return None
    return Decimal(10_000 * sum(g == ParkGrade.D.value for g in grades) // len(grades)) / 100
