"""问题、警示、自查的关口: what must be there before a step is taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bihuan.domains.supervision.terms import CheckKind, Result, WarningStep
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class ProblemIncomplete(Problem):
    code = "problem_without_person_or_measures"
    status = 409


class WarningIncomplete(Problem):
    code = "warning_without_talk_or_promise"
    status = 409


class WrongStep(Problem):
    code = "supervision_wrong_step"
    status = 409


class ExaminationIncomplete(Problem):
    code = "self_examination_incomplete"
    status = 409


class ResultsMissing(Problem):
    code = "results_of_check_missing"
    status = 409


class WrongResult(Problem):
    code = "wrong_result_of_check"


def require_responsibility(*, person: str, limit: date | None, measures: str) -> None:
    """整改责任、时限、措施齐全: before a problem is submitted. 依据 A14."""
    lacking = [
        label
        for label, there in (
            (Text("责任人", "the person"), person),
            (Text("整改时限", "the limit"), limit),
            (Text("整改措施", "the measures"), measures.strip()),
        )
        if not there
    ]
    if lacking:
        raise ProblemIncomplete(
            Text(
                "还缺{lacking}。请先“明确整改责任”，再提交。",
                "Lacking: {lacking}. Say who, by when and how; then submit.",
            ).format(lacking=Text("、".join(t.zh for t in lacking), ", ".join(t.en for t in lacking)))
        )


def step_of(*, talk_wanted: bool, talked_on: date | None, promised_on: date | None) -> WarningStep:
    """警示函 → 约谈 → 承诺 → 履行."""
    if talk_wanted and talked_on is None:
        return WarningStep.TALK
    return WarningStep.PROMISE if promised_on is None else WarningStep.KEEP


def require_step(*, now: WarningStep, wanted: WarningStep) -> None:
    if now is not wanted:
        raise WrongStep(
            Text(
                "这份警示函现在是“{now}”，不能做这一步。", "This warning is at “{now}”; that step isn't its turn."
            ).format(now=now.label)
        )


def require_promise_kept(*, now: WarningStep) -> None:
    """提交前: talked, where a talk was wanted, and promised."""
    if now is not WarningStep.KEEP:
        raise WarningIncomplete(
            Text(
                "警示函还在“{now}”。约谈记录和承诺齐了再提交核验。",
                "The warning is still at “{now}”. Submit when the talk is recorded and the promise given.",
            ).format(now=now.label)
        )


def require_results(missing: Sequence[str]) -> None:
    """提交前: every object of a group has its result, or doesn't apply; ticking it off is not a result."""
    if missing:
        raise ResultsMissing(
            Text(
                "还有 {n} 个检查对象没有记录结果（{first}）。", "{n} objects have no result recorded yet ({first})."
            ).format(n=len(missing), first="、".join(missing[:3]))
        )


def require_fitting(*, kind: CheckKind, result: Result) -> None:
    """“回头看”只有保持与反弹, and only it has them."""
    of_look_back = result in (Result.HELD, Result.RELAPSED)
    if of_look_back != (kind is CheckKind.LOOK_BACK):
        raise WrongResult(
            Text("“{kind}”没有“{result}”这种结果。", "“{result}” is no result of a “{kind}”.").format(
                kind=kind.label, result=result.label
            ),
            where={"result": Text("请另选。", "Choose another.")},
        )


def require_answered(*, unanswered: Sequence[str], unlinked: Sequence[str]) -> None:
    """自查提交前: every point answered, each that is present linked to a problem or a task."""
    if unanswered or unlinked:
        raise ExaminationIncomplete(
            Text(
                "还有 {n} 个问题点没有对照（{a}），{m} 个“存在”的没有对应问题清单或任务（{b}）。",
                "{n} points are unanswered ({a}); {m} that are present have no problem or task ({b}).",
            ).format(
                n=len(unanswered), a="、".join(unanswered[:5]) or "—", m=len(unlinked), b="、".join(unlinked[:5]) or "—"
            )
        )


class NoPoints(Problem):
    code = "self_examination_without_points"
