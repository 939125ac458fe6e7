"""Plays of risk grading."""

from __future__ import annotations

from typing import Any

from bihuan.core.access.context import Actor
from bihuan.core.actions.runner import perform
from bihuan.domains.risk_grading import actions
from bihuan.domains.risk_grading.models import Assessment
from bihuan.registers.enterprises.models import Enterprise
from bihuan.registers.licences.tests.plays import a_holder
from bihuan.registers.parks.tests.plays import a_park
from cast import TODAY, Cast, context, saved
from plays import Play


def assessor(cast: Cast) -> Actor:
    return cast.actor("assessor", "risk_assessor", cast.district_emergency, region=cast.district)


def next_door(cast: Cast) -> Actor:
    return cast.actor("assessor_next_door", "risk_assessor", cast.district_emergency, region=cast.next_city)


def an_enterprise(cast: Cast, **said: Any) -> Enterprise:
    thing = a_holder(cast)
    found = Enterprise.objects.filter(thing=thing).first()
    return found or saved(Enterprise(thing=thing, type="production", **said))


def assessed(cast: Cast, answers: dict[str, int] | None = None, direct: dict[str, bool] | None = None) -> Assessment:
    return perform(
        actions.assess,
        ctx=context(assessor(cast)),
        enterprise=an_enterprise(cast),
        answers=answers or {},
        direct=direct or {},
    ).value


def play(cast: Cast, **inputs: Any) -> Play:
    return Play(assessor(cast), inputs, stranger=next_door(cast))


def report(cast: Cast) -> Any:
    return cast.evidence(assessor(cast), cast.district_emergency, "园区风险评估报告").pk


PLAYS = {
    "risk_grading.assess": lambda c: play(c, enterprise=an_enterprise(c), answers={"5.1": 0}, direct={"R1": False}),
    "risk_grading.grade_park": lambda c: play(
        c, park=a_park(c), grade="C", score="72", document="云应急〔2026〕8号", graded_on=TODAY, evidence=[report(c)]
    ),
    "risk_grading.grade_enterprise": lambda c: play(
        c, enterprise=an_enterprise(c), grade="B", document="云应急〔2026〕9号", graded_on=TODAY
    ),
}
