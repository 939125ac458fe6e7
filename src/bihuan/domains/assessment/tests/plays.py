"""Plays of the actions of assessments, and the staging they share with the tests beside them."""

from __future__ import annotations

from datetime import date
from typing import Any

from bihuan.core.access.context import Actor
from bihuan.core.actions.runner import perform
from bihuan.domains.assessment import actions
from bihuan.domains.assessment.models import Appeal, Scheme, ScoreSheet
from bihuan.domains.assessment.rules.criteria import PROPOSAL
from bihuan.loop.actions import directing, handling
from bihuan.loop.models import Case
from cast import Cast, context
from plays import Play

BY_HAND = "c8"


def office_of(cast: Cast) -> Actor:
    return cast.actor("assessor", "assessment_office", cast.office, region=cast.city)


def by_office(cast: Cast, **inputs: Any) -> Play:
    far = cast.actor("far_assessor", "assessment_office", cast.neighbour, region=cast.next_city)
    return Play(office_of(cast), inputs, stranger=far)


def task_of(cast: Cast, *, due_on: date = date(2026, 12, 31), **changes: Any) -> Case:
    case = perform(
        directing.issue,
        ctx=context(cast.officer),
        title="建立重点企业清单",
        region=cast.city,
        owner=cast.industry,
        supervisor=cast.emergency,
        issuer=cast.office,
        due_on=date(2026, 12, 31),
    ).value
    Case.objects.filter(pk=case.pk).update(due_on=due_on, **changes)
    return case


def scheme_of(cast: Cast, **said: Any) -> Scheme:
    inputs: dict[str, Any] = {
        "title": "云州市2026年度安全生产考核",
        "year": 2026,
        "region": cast.city,
        "organisation": cast.office,
        "reviewer": cast.emergency,
        "units": [cast.industry, cast.district_emergency],
        "criteria": list(PROPOSAL),
    }
    return perform(actions.set_scheme, ctx=context(office_of(cast)), **(inputs | said)).value


def sheet_of(cast: Cast, scheme: Scheme | None = None) -> ScoreSheet:
    return ScoreSheet.objects.get(scheme=scheme or scheme_of(cast), organisation=cast.industry)


def published(cast: Cast, scheme: Scheme | None = None) -> ScoreSheet:
    scheme = scheme or scheme_of(cast)
    ctx = context(office_of(cast))
    for sheet in ScoreSheet.objects.filter(scheme=scheme):
        perform(actions.judge, ctx=ctx, sheet=sheet, key=BY_HAND, value="4", words="主要负责人季度研究")
    perform(actions.publish, ctx=ctx, scheme=Scheme.objects.get(pk=scheme.pk))
    return sheet_of(cast, scheme)


def appealed(cast: Cast, key: str = "c1") -> Appeal:
    task_of(cast, due_on=date(2026, 11, 1))
    made = perform(
        actions.appeal, ctx=context(cast.department_clerk), sheet=published(cast), key=key, words="任务已于十月完成"
    ).value
    perform(handling.acknowledge, ctx=context(office_of(cast)), case=made.case)
    return Appeal.objects.get(pk=made.pk)


def pursuit_of(cast: Cast, **said: Any) -> dict[str, Any]:
    return {
        "region": cast.city,
        "organisation": cast.office,
        "unit": cast.industry,
        "measure": "circular",
        "rule": "云州市安全生产责任追究办法第八条",
        "words": "年度考核末位，多项任务逾期",
        "decided_on": date(2026, 11, 20),
        "sheet": published(cast),
    } | said


PLAYS = {
    "assessment.set_scheme": lambda c: by_office(
        c,
        title="年度考核",
        year=2026,
        region=c.city,
        organisation=c.office,
        reviewer=c.emergency,
        units=[c.industry],
        criteria=list(PROPOSAL),
    ),
    "assessment.score_units": lambda c: by_office(c, scheme=scheme_of(c)),
    "assessment.judge": lambda c: by_office(c, sheet=sheet_of(c), key=BY_HAND, value="4.5", words="组织有力"),
    "assessment.publish": lambda c: by_office(
        c, scheme=scheme_of(c, criteria=["任务，任务销号率，60", "问题，问题整改率，40"])
    ),
    "assessment.appeal": lambda c: Play(
        c.department_clerk, {"sheet": published(c), "key": "c1", "words": "任务已完成"}, stranger=c.stranger
    ),
    "assessment.decide_appeal": lambda c: by_office(c, appeal=appealed(c), granted="10", decision="材料属实"),
    "assessment.record_pursuit": lambda c: by_office(c, **pursuit_of(c)),
}
