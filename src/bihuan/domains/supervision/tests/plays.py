"""Plays of the actions of supervision, and the staging they share with the tests beside them."""

from __future__ import annotations

from datetime import date
from typing import Any

from bihuan.core.access.context import Actor
from bihuan.core.actions.runner import perform
from bihuan.domains.supervision.actions import chain, checks, examining, practices, problems
from bihuan.domains.supervision.models import (
    Check,
    CheckItem,
    PointAnswer,
    Practice,
    ProblemEntry,
    Ruling,
    WarningLetter,
)
from bihuan.domains.supervision.rules.points import Point
from bihuan.domains.supervision.terms import OPEN_CASES, UNITS, CheckKind
from bihuan.loop.actions import directing, handling, verifying
from bihuan.loop.models import Case
from bihuan.parties.models import Person
from cast import Cast, context
from plays import Play

LATER = date(2027, 3, 31)


def office_of(cast: Cast) -> Actor:
    return cast.actor("supervisor", "supervision_office", cast.office, region=cast.city)


def far_office(cast: Cast) -> Actor:
    return cast.actor("far_supervisor", "supervision_office", cast.neighbour, region=cast.next_city)


def by_office(cast: Cast, **inputs: Any) -> Play:
    return Play(office_of(cast), inputs, stranger=far_office(cast))


def by_clerk(cast: Cast, **inputs: Any) -> Play:
    return Play(cast.department_clerk, inputs, stranger=cast.stranger)


def by_works(cast: Cast, **inputs: Any) -> Play:
    return Play(cast.safety_manager, inputs, stranger=cast.stranger)


def inspectors(cast: Cast, number: int = 4) -> list[Person]:
    known = list(Person.objects.filter(organisation=cast.office, name__startswith="检查员").order_by("name"))
    return known or [cast.person(cast.office, f"检查员{n}") for n in range(1, number + 1)]


def check_of(cast: Cast, kind: CheckKind = CheckKind.RANDOM, **said: Any) -> Check:
    inputs: dict[str, Any] = {
        "kind": kind,
        "title": "危险化学品企业双随机抽查",
        "region": cast.city,
        "organisation": cast.office,
        "supervisor": cast.emergency,
        "source": UNITS,
        "from_on": date(2026, 11, 22),
        "until_on": date(2026, 12, 20),
        "inspectors": inspectors(cast),
        "units": [cast.works, cast.neighbour],
    }
    return perform(checks.open_check, ctx=context(office_of(cast)), **(inputs | said)).value


def drawn(cast: Cast, kind: CheckKind = CheckKind.RANDOM, **said: Any) -> Check:
    check = perform(checks.draw, ctx=context(office_of(cast)), check=check_of(cast, kind, **said)).value
    for group in check.groups.select_related("case"):
        perform(handling.acknowledge, ctx=context(office_of(cast)), case=group.case)
    return check


def first_item(check: Check) -> CheckItem:
    return CheckItem.objects.filter(group__check_made=check).order_by("group__position", "position")[0]


def problem_of(cast: Cast, **said: Any) -> ProblemEntry:
    inputs: dict[str, Any] = {
        "title": "可燃气体探测器未标定",
        "owner": cast.works,
        "supervisor": cast.emergency,
        "issuer": cast.office,
        "due_on": LATER,
    }
    return perform(problems.report_problem, ctx=context(office_of(cast)), **(inputs | said)).value


def taken_on(cast: Cast, problem: ProblemEntry | None = None) -> ProblemEntry:
    problem = problem or problem_of(cast)
    person = cast.person(cast.works, "马强")
    return perform(
        problems.take_on, ctx=context(cast.safety_manager), problem=problem, person=person, measures="委托标定并留档"
    ).value


def submitted(cast: Cast) -> ProblemEntry:
    problem = taken_on(cast)
    submit(cast, Case.objects.get(pk=problem.case_id))
    return ProblemEntry.objects.get(pk=problem.pk)


def submit(cast: Cast, case: Case) -> Case:
    ctx = context(cast.safety_manager)
    case = perform(handling.acknowledge, ctx=ctx, case=case).value
    piece = cast.evidence(cast.safety_manager, cast.works)
    return perform(handling.submit, ctx=ctx, case=case, note="已整改", evidence=[piece.pk]).value


def closed_case(cast: Cast, title: str = "罐区防雷检测") -> Case:
    case = perform(
        directing.issue,
        ctx=context(cast.officer),
        title=title,
        region=cast.park,
        owner=cast.works,
        supervisor=cast.emergency,
        issuer=cast.office,
        due_on=date(2026, 12, 31),
    ).value
    return perform(verifying.close_out, ctx=context(cast.verifier), case=submit(cast, case)).value


def open_case(cast: Cast, owner: Any = None, due_on: date = date(2026, 12, 31)) -> Case:
    return perform(
        directing.issue,
        ctx=context(cast.officer),
        title="建立重点企业清单",
        region=cast.city,
        owner=owner or cast.industry,
        supervisor=cast.emergency,
        issuer=cast.office,
        due_on=due_on,
    ).value


def warning_of(cast: Cast, *, is_talk_wanted: bool = True) -> WarningLetter:
    return perform(
        chain.warn,
        ctx=context(office_of(cast)),
        unit=cast.industry,
        issuer=cast.office,
        reason="三项任务逾期超过一个月，多次催办未办结。",
        due_on=LATER,
        is_talk_wanted=is_talk_wanted,
    ).value


def warned(cast: Cast) -> WarningLetter:
    """No talk wanted, acknowledged: the promise is next."""
    made = warning_of(cast, is_talk_wanted=False)
    perform(handling.acknowledge, ctx=context(cast.department_clerk), case=made.case)
    return WarningLetter.objects.get(pk=made.pk)


def asked(cast: Cast) -> Ruling:
    made = perform(
        chain.ask_ruling,
        ctx=context(cast.department_clerk),
        organisation=cast.industry,
        office=cast.office,
        title="醇基燃料经营环节监管职责",
        question="醇基燃料经营环节无明确监管部门，建议由市场监管部门牵头。",
        due_on=LATER,
        concerned=[cast.emergency],
    ).value
    perform(handling.acknowledge, ctx=context(office_of(cast)), case=made.case)
    return Ruling.objects.get(pk=made.pk)


def examination_of(cast: Cast) -> PointAnswer:
    perform(
        examining.start_examination,
        ctx=context(office_of(cast)),
        region=cast.city,
        organisation=cast.office,
        drive_name="集中治理实施方案",
        points=["部分企业未开展反应风险评估", "应急物资配备不足"],
        units=[cast.industry],
        due_on=LATER,
    )
    answer = PointAnswer.objects.select_related("examination__case").order_by("point__position")[0]
    perform(handling.acknowledge, ctx=context(cast.department_clerk), case=answer.examination.case)
    return PointAnswer.objects.get(pk=answer.pk)


def items_of(cast: Cast) -> PointAnswer:
    """A works asked to tick two items of its main responsibility; the first of them."""
    perform(
        examining.check_items,
        ctx=context(office_of(cast)),
        region=cast.city,
        organisation=cast.office,
        items=["重大危险源登记建档", "特种作业人员持证上岗"],
        units=[cast.works],
        due_on=LATER,
    )
    answer = PointAnswer.objects.select_related("examination__case").order_by("point__position")[0]
    perform(handling.acknowledge, ctx=context(cast.safety_manager), case=answer.examination.case)
    return PointAnswer.objects.get(pk=answer.pk)


def offer_plan(monkeypatch: Any, *points: Point) -> str:
    """A plan that a journey would offer, with the points read from it; answers its key."""
    key = "11111111-1111-1111-1111-111111111111"
    monkeypatch.setattr("bihuan.domains.supervision.queries.drives.offered", lambda *, ctx: {key: "集中治理实施方案"})
    monkeypatch.setattr("bihuan.domains.supervision.queries.points.of_plan", lambda *, ctx, key: list(points))
    return key


def practice_of(cast: Cast, *steps: str) -> Practice:
    ctx = context(office_of(cast))
    practice = perform(
        practices.recommend,
        ctx=context(cast.department_clerk),
        organisation=cast.industry,
        title="精细化工“一企一策”诊断",
        text="逐企诊断，隐患下降三成。",
    ).value
    if "review" in steps:
        practice = perform(
            practices.review_practice, ctx=ctx, practice=practice, is_accepted=True, opinion="可推广"
        ).value
    if "publish" in steps:
        practice = perform(practices.publish_practice, ctx=ctx, practice=practice).value
    return practice


def _open_check(cast: Cast) -> Play:
    open_case(cast)
    return by_office(
        cast,
        kind="table",
        title="十一月对表",
        region=cast.city,
        organisation=cast.office,
        supervisor=cast.emergency,
        source=OPEN_CASES,
        from_on=date(2026, 11, 22),
        until_on=date(2026, 11, 30),
        inspectors=inspectors(cast),
    )


def _circular(cast: Cast) -> Play:
    open_case(cast)
    return by_office(
        cast,
        region=cast.city,
        organisation=cast.office,
        title="十一月份工作进展通报",
        from_on=date(2026, 1, 1),
        until_on=date(2026, 12, 31),
    )


PLAYS = {
    "supervision.open_check": _open_check,
    "supervision.exclude": lambda c: by_office(
        c, check=check_of(c), key=c.works.code, because="正在停产检修，无法检查"
    ),
    "supervision.draw": lambda c: by_office(c, check=check_of(c)),
    "supervision.record_result": lambda c: by_office(
        c, item=first_item(drawn(c)), result="problem", note="探测器未标定"
    ),
    "supervision.report_problem": lambda c: by_office(
        c, title="未标定", owner=c.works, supervisor=c.emergency, issuer=c.office, due_on=LATER
    ),
    "supervision.count_in": lambda c: by_office(c, problem=problem_of(c), drives=[]),
    "supervision.take_on": lambda c: by_works(
        c, problem=problem_of(c), person=c.person(c.works), measures="委托标定并留档"
    ),
    "supervision.cancel_problem": lambda c: Play(
        c.verifier, {"problem": submitted(c), "recheck": "现场复查，已标定"}, stranger=c.regulator_next_door
    ),
    "supervision.warn": lambda c: by_office(c, unit=c.industry, issuer=c.office, reason="多项任务逾期", due_on=LATER),
    "supervision.record_talk": lambda c: by_office(
        c, warning=warning_of(c), talked_on=date(2026, 11, 20), record="分管副主任约谈，要求限期补齐"
    ),
    "supervision.promise": lambda c: by_clerk(
        c, warning=warned(c), words="十二月底前全部办结", due_on=date(2026, 12, 31)
    ),
    "supervision.ask_ruling": lambda c: by_clerk(
        c, organisation=c.industry, office=c.office, title="职责不清", question="请明确牵头部门。", due_on=LATER
    ),
    "supervision.give_ruling": lambda c: by_office(
        c, ruling=asked(c), body="conference", words="由市场监管部门牵头。", responsible=c.emergency, due_on=LATER
    ),
    "supervision.publish_circular": _circular,
    "supervision.start_examination": lambda c: by_office(
        c,
        region=c.city,
        organisation=c.office,
        drive_name="集中治理实施方案",
        points=["未开展反应风险评估"],
        units=[c.industry],
        due_on=LATER,
    ),
    "supervision.answer_point": lambda c: by_clerk(c, answer=examination_of(c), found="absent", note="已全部评估"),
    "supervision.check_items": lambda c: by_office(
        c, region=c.city, organisation=c.office, items=["重大危险源登记建档"], units=[c.works], due_on=LATER
    ),
    "supervision.correct_point": lambda c: by_office(
        c, point=examination_of(c).point, text="部分企业未完成反应安全风险评估", topics=["Y11"]
    ),
    "supervision.tick_item": lambda c: by_works(c, answer=items_of(c), found="done", note="已登记建档并备案"),
    "supervision.admit_point": lambda c: by_clerk(
        c, answer=examination_of(c), title="两家企业未开展反应风险评估", due_on=LATER
    ),
    "supervision.plan_inspection": lambda c: by_clerk(
        c,
        organisation=c.industry,
        supervisor=c.emergency,
        year=2027,
        month=3,
        what="民爆企业检查",
        objects_text="民爆企业",
        number=3,
    ),
    "supervision.recommend": lambda c: by_clerk(
        c, organisation=c.industry, title="诊断做法", text="逐企诊断，成效明显。"
    ),
    "supervision.review_practice": lambda c: by_office(c, practice=practice_of(c), is_accepted=True, opinion="可推广"),
    "supervision.publish_practice": lambda c: by_office(c, practice=practice_of(c, "review")),
    "supervision.make_standing": lambda c: by_office(
        c, practice=practice_of(c, "review", "publish"), rule_name="诊断工作规范", rule_from_on=date(2027, 1, 1)
    ),
}
