"""准入决定的规则. Pure."""

from __future__ import annotations

import json
from datetime import date

from bihuan.domains.project_screening.terms import Decision, HazardGrade
from bihuan.engines.geometry.shapes import WrongShape
from bihuan.engines.major_hazard.terms import Grade
from bihuan.engines.screening.terms import Verdict
from bihuan.engines.screening.verdict import Substance
from bihuan.kernel.cas import require_cas
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class DecidesOwnProject(Problem):
    code = "decides_own_project"
    status = 409


class DecidedAlready(Problem):
    code = "project_decided_already"
    status = 409


class DecisionDoesNotFit(Problem):
    code = "decision_does_not_fit"
    status = 409


class ReasonMissing(Problem):
    code = "exception_needs_reason"


REASON = 20


def require_another(*, registered_by: str, decided_by: str) -> None:
    """决定由他人签: who registered a project doesn't decide on it."""
    if registered_by == decided_by:
        raise DecidesOwnProject(
            Text("登记人不能对自己登记的项目作决定，请由另一人签批。", "Who registered a project doesn't decide on it.")
        )


def require_fitting(*, decision: Decision, verdict: Verdict, reason: str, evidence: int) -> None:
    """决定与筛查结论一致: an exception only where the rule holds in principle, with reasons and evidence."""
    if decision is Decision.ADMITTED and verdict is not Verdict.ADMITTED:
        raise DecisionDoesNotFit(
            Text("筛查结论为“{v}”，不能直接准入。", "The screening says “{v}”: it can't simply be admitted.").format(
                v=verdict.label
            )
        )
    if decision is Decision.EXCEPTION:
        if verdict is not Verdict.REFUSED_IN_PRINCIPLE:
            raise DecisionDoesNotFit(
                Text("只有“原则上不予准入”的项目可以例外准入；现为“{v}”。", "Only what is refused in principle can be an exception; this is “{v}”.").format(
                    v=verdict.label
                )
            )  # fmt: skip
        if len(reason.strip()) < REASON or not evidence:
            raise ReasonMissing(
                Text("例外准入须写明理由（不少于 {n} 字）并附论证材料。", "An exception needs its reasons ({n} characters or more) and evidence.").format(
                    n=REASON
                ),
                where={"reason": Text("请补充。", "Please add.")},
            )  # fmt: skip
    if decision is Decision.REFUSED and len(reason.strip()) < 2:
        raise ReasonMissing(
            Text("请写明不予准入的理由。", "Say why it is refused."), where={"reason": Text("必填。", "Needed.")}
        )


def require_open(decision: str) -> None:
    if decision != Decision.OPEN.value:
        raise DecidedAlready(Text("该项目已作出决定。", "It has been decided already."))


def substances_of(lines: list[str]) -> tuple[Substance, ...]:
    """一行一种：名称，可加 CAS 号."""
    found = []
    for line in lines:
        words = line.replace("，", " ").replace(",", " ").split()
        if not words:
            continue
        last = words[-1]
        if len(words) > 1 and last[:1].isdecimal() and last.count("-") == 2:
            require_cas(last)
            found.append(Substance(" ".join(words[:-1]), last))
        else:
            found.append(Substance(line.strip()))
    return tuple(found)


def grade_of(said: HazardGrade) -> Grade | None:
    return None if said in (HazardGrade.NONE, HazardGrade.UNKNOWN) else Grade(said.value)


def geometry_of(written: str) -> object:
    try:
        found: object = json.loads(written)
    except (ValueError, RecursionError) as error:
        text = Text("图形应是 GeoJSON。", "A shape is written as GeoJSON.")
        raise WrongShape(text, where={"geometry": text}) from error
    return found


class EndsBeforeItBegins(Problem):
    code = "ends_before_it_begins"


def require_later(*, from_on: date, until_on: date) -> None:
    if until_on <= from_on:
        text = Text("应晚于开始日期 {d}。", "Must be later than its beginning on {d}.").format(d=from_on.isoformat())
        raise EndsBeforeItBegins(text, where={"until_on": text})
