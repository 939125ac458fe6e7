"""Checks, the problem ledger, the chain of a warning, rulings, circulars and self-examination: each whole, and its refusals."""

from __future__ import annotations

from datetime import date

import pytest

from bihuan.core.access.context import Actor
from bihuan.core.actions.problems import Denied
from bihuan.core.actions.runner import perform
from bihuan.core.notices.models import Notice
from bihuan.domains.supervision.actions import chain, checks, circulars, examining, planning, practices, problems
from bihuan.domains.supervision.models import Check, CheckItem, PointAnswer, Practice, ProblemEntry, WarningLetter
from bihuan.domains.supervision.queries import checks as reads
from bihuan.domains.supervision.queries import circulars as circular_reads
from bihuan.domains.supervision.queries.problems import ProblemFilter, by_drive, counts, plan_matrix
from bihuan.domains.supervision.queries.problems import problems as ledger
from bihuan.domains.supervision.rules import requirements
from bihuan.domains.supervision.terms import CLOSED_CASES, DRIVES, CheckKind, ItemAnswer, Result
from bihuan.domains.supervision.tests import plays
from bihuan.loop.actions import handling, verifying
from bihuan.loop.models import Case
from bihuan.loop.moves import Guarded
from bihuan.loop.rules import BadDeadline, NotIndependent
from bihuan.loop.terms import Stage
from cast import AT, context


@pytest.fixture
def office(cast):
    return context(plays.office_of(cast))


def test_a_draw_is_done_once_and_can_be_repeated_from_its_record(cast, office):
    check = plays.drawn(cast)
    view = reads.view_of(ctx=office, check=Check.objects.get(pk=check.pk))
    assert (view.repeats, view.total, len(check.seed)) == (True, 2, 32)
    assert {c.due_on for c in Case.objects.filter(kind="supervision_check")} == {date(2026, 12, 20)}
    with pytest.raises(checks.AlreadyDrawn):
        perform(checks.draw, ctx=office, check=Check.objects.get(pk=check.pk))
    Check.objects.filter(pk=check.pk).update(seed="0" * 32)
    tampered = reads.view_of(ctx=office, check=Check.objects.get(pk=check.pk))
    CheckItem.objects.filter(pk=plays.first_item(check).pk).update(key="E-OTHER")
    swapped = reads.view_of(ctx=office, check=Check.objects.get(pk=check.pk))
    assert swapped.repeats is False
    Check.objects.filter(pk=check.pk).update(candidates=[])
    assert reads.view_of(ctx=office, check=Check.objects.get(pk=check.pk)).repeats is False
    assert tampered.total == 2


def test_an_exclusion_stands_with_its_reason_and_only_before_the_draw(cast, office):
    check = plays.check_of(cast)
    with pytest.raises(checks.NotOnTheList):
        perform(checks.exclude, ctx=office, check=check, key="E-NOBODY", because="停产检修中")
    check = perform(checks.exclude, ctx=office, check=check, key=cast.works.code, because="停产检修中").value
    check = perform(checks.draw, ctx=office, check=check).value
    assert [i.key for i in CheckItem.objects.all()] == [cast.neighbour.code]
    with pytest.raises(checks.AlreadyDrawn):
        perform(checks.exclude, ctx=office, check=check, key=cast.neighbour.code, because="停产检修中")


def test_a_group_settles_each_object_before_its_case_can_be_submitted(cast, office):
    check = plays.drawn(cast, inspectors=plays.inspectors(cast)[:2])
    case = check.groups.get().case
    case.refresh_from_db()
    with pytest.raises(Exception, match="对象"):
        perform(handling.submit, ctx=office, case=case, note="查完")
    first, second = CheckItem.objects.all()
    perform(checks.record_result, ctx=office, item=first, result="as_reported", note="查无问题")
    piece = cast.evidence(plays.office_of(cast), cast.office)
    perform(handling.settle_object, ctx=office, object=second.object, evidence=[piece.pk])
    case.refresh_from_db()
    with pytest.raises(requirements.ResultsMissing):
        perform(handling.submit, ctx=office, case=case, note="查完")
    perform(checks.record_result, ctx=office, item=second, result="as_reported", note="查无问题")
    case.refresh_from_db()
    assert perform(handling.submit, ctx=office, case=case, note="查完").value.stage == Stage.SUBMITTED


def test_a_relapse_found_by_a_look_back_reopens_its_case_and_counts(cast, office):
    kept, gone = plays.closed_case(cast, "甲"), plays.closed_case(cast, "乙")
    check = plays.drawn(cast, CheckKind.LOOK_BACK, source=CLOSED_CASES, title="“回头看”")
    items = {i.key: i for i in CheckItem.objects.filter(group__check_made=check)}
    with pytest.raises(requirements.WrongResult):
        perform(checks.record_result, ctx=office, item=items[kept.number], result="problem", note="有问题")
    perform(checks.record_result, ctx=office, item=items[kept.number], result="held", note="仍在运行")
    late = date(2027, 1, 31)
    perform(
        checks.record_result, ctx=office, item=items[gone.number], result="relapsed", note="又停用", new_due_on=late
    )
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.stage, gone.stage, gone.due_on, gone.is_open) == ("closed_out", "in_hand", late, True)
    view = reads.view_of(ctx=office, check=Check.objects.get(pk=check.pk))
    assert (view.done, view.relapsed, view.relapse_rate) == (2, 1, "50.0%")


def test_a_check_whose_organiser_would_verify_itself_is_not_set_up(cast):
    with pytest.raises(NotIndependent):
        plays.check_of(cast, supervisor=cast.office)
    with pytest.raises(checks.BadCheckPeriod):
        plays.check_of(cast, until_on=date(2026, 11, 1))


def test_a_problem_goes_from_person_and_measures_to_its_cancel_number(cast, office):
    problem = plays.problem_of(cast)
    case = perform(handling.acknowledge, ctx=context(cast.safety_manager), case=problem.case).value
    piece = cast.evidence(cast.safety_manager, cast.works)
    with pytest.raises(requirements.ProblemIncomplete):
        perform(handling.submit, ctx=context(cast.safety_manager), case=case, note="好了", evidence=[piece.pk])
    plays.taken_on(cast, ProblemEntry.objects.get(pk=problem.pk))
    case.refresh_from_db()
    case = perform(handling.submit, ctx=context(cast.safety_manager), case=case, note="好了", evidence=[piece.pk]).value
    with pytest.raises(Guarded):
        perform(verifying.close_out, ctx=context(cast.verifier), case=case)
    problem = ProblemEntry.objects.get(pk=problem.pk)
    done = perform(problems.cancel_problem, ctx=context(cast.verifier), problem=problem, recheck="属实").value
    assert (done.cancel_number, Case.objects.get(pk=case.pk).stage) == ("销号〔2026〕1号", "closed_out")
    assert counts(ctx=office)["closed"] == 1


def test_the_person_of_a_problem_belongs_to_its_unit(cast):
    with pytest.raises(handling.WrongPerson):
        plays.problem_of(cast, person=cast.person(cast.neighbour, "李四"))
    with pytest.raises(BadDeadline):
        plays.problem_of(cast, due_on=date(2026, 11, 21))


def test_who_only_handles_reports_what_its_own_unit_found_and_nothing_of_others(cast):
    """The works may list its own problem; it can't hang one on a bureau, nor on the works next door."""
    own = {"issuer": cast.works, "supervisor": cast.emergency, "title": "自查发现", "due_on": plays.LATER}
    ctx = context(cast.safety_manager)
    found = perform(problems.report_problem, ctx=ctx, owner=cast.works, found_by="self", **own).value
    assert found.case.owner == cast.works
    with pytest.raises(Denied):
        perform(problems.report_problem, ctx=ctx, owner=cast.industry, **own)


def test_one_problem_is_counted_in_every_campaign_it_belongs_to(cast, office, monkeypatch):
    keys = {"11111111-1111-1111-1111-111111111111": "集中治理", "22222222-2222-2222-2222-222222222222": "三年行动"}
    monkeypatch.setattr("bihuan.domains.supervision.queries.drives.offered", lambda *, ctx: keys)
    problem = plays.problem_of(cast, drives=list(keys))
    assert by_drive(ctx=office) == [("三年行动", 1, 0), ("集中治理", 1, 0)]
    assert counts(ctx=office)["total"] == 1
    perform(problems.count_in, ctx=office, problem=problem, drives=list(keys)[:1])
    assert by_drive(ctx=office) == [("集中治理", 1, 0)]
    with pytest.raises(Exception, match="没有这个专项行动"):
        perform(problems.count_in, ctx=office, problem=ProblemEntry.objects.get(), drives=["x"])
    narrowed = ProblemFilter(drive="集中治理")
    assert [p.pk for p in ledger(ctx=office, narrowed=narrowed)] == [problem.pk]


def test_a_warning_is_kept_only_after_talk_and_promise(cast, office):
    warning, clerk = plays.warning_of(cast), context(cast.department_clerk)
    assert warning.number == "警示〔2026〕1号"
    case = perform(handling.acknowledge, ctx=clerk, case=warning.case).value
    with pytest.raises(requirements.WrongStep):
        perform(chain.promise, ctx=clerk, warning=warning, words="尽快办结", due_on=plays.LATER)
    warning = perform(
        chain.record_talk, ctx=office, warning=warning, talked_on=date(2026, 11, 22), record="要求限期补齐"
    ).value
    with pytest.raises(BadDeadline):
        perform(chain.promise, ctx=clerk, warning=warning, words="尽快办结", due_on=date(2027, 6, 1))
    piece = cast.evidence(cast.department_clerk, cast.industry)
    case = Case.objects.get(pk=case.pk)
    with pytest.raises(requirements.WarningIncomplete):
        perform(handling.submit, ctx=clerk, case=case, note="办结", evidence=[piece.pk])
    warning = WarningLetter.objects.get(pk=warning.pk)
    perform(chain.promise, ctx=clerk, warning=warning, words="年底前办结", due_on=date(2026, 12, 31))
    case = Case.objects.get(pk=case.pk)
    assert case.due_on == date(2026, 12, 31)
    assert perform(handling.submit, ctx=clerk, case=case, note="办结", evidence=[piece.pk]).value.stage == "submitted"


def test_a_question_is_ruled_on_once_and_the_unit_ruled_onto_gets_a_case(cast, office):
    ruling = plays.asked(cast)
    with pytest.raises(Guarded):
        perform(handling.submit, ctx=office, case=ruling.case, note="答复")
    said = {"body": "conference", "words": "由应急部门牵头。", "responsible": cast.emergency, "due_on": plays.LATER}
    done = perform(chain.give_ruling, ctx=office, ruling=ruling, **said).value
    follow = done.follow_up
    assert (follow.owner, follow.due_on, follow.supervisor) == (cast.emergency, plays.LATER, cast.office)
    case = Case.objects.get(pk=ruling.case_id)
    assert (case.stage, case.supervisor) == ("submitted", cast.industry)


def test_a_circular_keeps_its_figures_and_tells_its_units(cast, office):
    cast.user("clerk", cast.industry)
    plays.open_case(cast, due_on=date(2026, 11, 30))
    plays.open_case(cast, owner=cast.district_emergency, due_on=date(2026, 12, 1))
    Case.objects.filter(owner=cast.industry).update(due_on=date(2026, 11, 1))
    said = {
        "region": cast.city,
        "organisation": cast.office,
        "from_on": date(2026, 1, 1),
        "until_on": date(2026, 12, 31),
    }
    first = perform(circulars.publish_circular, ctx=office, title="十一月通报", **said).value
    Case.objects.filter(owner=cast.industry).update(due_on=date(2026, 12, 1))
    Case.objects.filter(owner=cast.district_emergency).update(due_on=date(2026, 11, 1))
    second = perform(
        circulars.publish_circular, ctx=context(plays.office_of(cast), at=AT.replace(hour=5)), title="续报", **said
    ).value
    assert [(p.line.rank, p.facts.code, p.facts.overdue) for p in circular_reads.lines_of(first)] == [
        (1, cast.district_emergency.code, 0),
        (2, cast.industry.code, 1),
    ]
    assert {p.facts.code: p.moved for p in circular_reads.lines_of(second)} == {
        cast.industry.code: 1,
        cast.district_emergency.code: -1,
    }
    assert Notice.objects.filter(topic="supervision.circular").count() == 2
    nobody = {**said, "region": cast.next_city}
    far: Actor = plays.far_office(cast)
    with pytest.raises(circulars.NothingToRank):
        perform(circulars.publish_circular, ctx=context(far), title="邻市", **(nobody | {"organisation": cast.office}))


def test_a_self_examination_is_whole_when_every_point_is_answered_and_what_is_present_has_a_row(cast):
    first, clerk = plays.examination_of(cast), context(cast.department_clerk)
    with pytest.raises(requirements.ExaminationIncomplete):
        perform(examining.answer_point, ctx=clerk, answer=first, found="present", note="两家未评估")
    own = perform(
        problems.report_problem, ctx=clerk, title="两家未评估", owner=cast.industry, issuer=cast.industry,
        supervisor=cast.office, due_on=plays.LATER, found_by="self",
    ).value  # fmt: skip
    shown = cast.evidence(cast.department_clerk, cast.industry)
    said = {"answer": first, "found": "present", "note": "两家未评估", "linked": own.case}
    perform(examining.answer_point, ctx=clerk, evidence=[shown.pk], **said)
    said["answer"] = PointAnswer.objects.get(pk=first.pk)
    again = perform(examining.answer_point, ctx=clerk, **said).value
    assert again.proofs == [str(shown.pk)], "answered anew it keeps what showed it"
    case = Case.objects.get(pk=first.examination.case_id)
    with pytest.raises(requirements.ExaminationIncomplete, match="应急物资"):
        perform(handling.submit, ctx=clerk, case=case, note="自查完毕")
    second = PointAnswer.objects.get(point__position=2)
    perform(examining.answer_point, ctx=clerk, answer=second, found="absent", note="配备齐全")
    assert perform(handling.submit, ctx=clerk, case=case, note="自查完毕").value.stage == Stage.SUBMITTED


def test_points_given_again_are_not_doubled(cast, office):
    plays.examination_of(cast)
    said = {"region": cast.city, "organisation": cast.office, "drive_name": "集中治理实施方案", "due_on": plays.LATER}
    points = ["应急物资配备不足", "园区封闭化未完成"]
    perform(examining.start_examination, ctx=office, points=points, units=[cast.district_emergency], **said)
    asked = PointAnswer.objects.filter(examination__case__owner=cast.district_emergency)
    assert [a.point.position for a in asked] == [2, 3]
    with pytest.raises(requirements.NoPoints):
        perform(examining.start_examination, ctx=office, points=["x"], units=[], **said)


def test_a_plan_without_problem_points_is_said_to_have_none(cast, office, monkeypatch):
    said = {"region": cast.city, "organisation": cast.office, "units": [cast.industry], "due_on": plays.LATER}
    key = plays.offer_plan(monkeypatch)
    with pytest.raises(requirements.NoPoints, match="集中治理实施方案"):
        perform(examining.examine_plan, ctx=office, plan=key, **said)


def test_an_item_of_main_responsibility_is_ticked_or_becomes_a_problem(cast):
    first, works = plays.items_of(cast), context(cast.safety_manager)
    with pytest.raises(requirements.ExaminationIncomplete):
        perform(examining.tick_item, ctx=works, answer=first, found="not_done", note="尚未备案")
    said = {"title": "二号罐区重大危险源未备案", "due_on": plays.LATER}
    admitted = perform(examining.admit_point, ctx=works, answer=first, **said).value
    assert (admitted.answer_term, admitted.linked.owner) == (ItemAnswer.NOT_DONE, cast.works)
    second = PointAnswer.objects.get(point__position=2)
    ticked = perform(examining.tick_item, ctx=works, answer=second, found="done", note="十二人均持证").value
    assert ticked.answer_term is ItemAnswer.DONE


def test_a_plan_shows_the_campaigns_it_forgets(cast, office, monkeypatch):
    keys = {"11111111-1111-1111-1111-111111111111": "集中治理", "22222222-2222-2222-2222-222222222222": "三年行动"}
    monkeypatch.setattr("bihuan.domains.supervision.queries.drives.offered", lambda *, ctx: keys)
    said = {"organisation": cast.industry, "supervisor": cast.emergency, "objects_text": "民爆企业", "what": "检查"}
    ctx = context(cast.department_clerk)
    line = perform(planning.plan_inspection, ctx=ctx, year=2027, month=2, drives=list(keys)[:1], **said).value
    assert line.case.due_on == date(2027, 2, 28)
    matrix = plan_matrix(ctx=office, year=2027)
    assert (matrix.columns, matrix.lines[0][2], matrix.gaps) == (["三年行动", "集中治理"], [0, 1], 1)
    with pytest.raises(planning.PlanInThePast):
        perform(planning.plan_inspection, ctx=ctx, year=2026, month=10, **said)


def test_a_practice_is_seen_by_others_once_it_is_published_and_no_step_is_skipped(cast, office):
    practice = plays.practice_of(cast)
    with pytest.raises(requirements.WrongStep):
        perform(practices.publish_practice, ctx=office, practice=practice)
    assert not Practice.objects.visible_to(cast.stranger).exists()
    declined = perform(
        practices.review_practice, ctx=office, practice=practice, is_accepted=False, opinion="材料不足"
    ).value
    with pytest.raises(requirements.WrongStep):
        perform(practices.publish_practice, ctx=office, practice=declined)
    plays.practice_of(cast, "review", "publish")
    assert Practice.objects.visible_to(cast.stranger).count() == 1


def test_the_names_by_which_a_journey_offers_campaigns_are_known():
    assert DRIVES == "supervision.drives"
    assert {r for r in Result if r.is_good} == {Result.AS_REPORTED, Result.HELD}
