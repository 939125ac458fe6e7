"""Given, when, then: the state, the one audit row, the events; the refusals beside the successes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bihuan.core.access.context import service_actor
from bihuan.core.actions.problems import Denied, NotFound, SecondFactorNeeded, StaleVersion
from bihuan.core.actions.runner import perform
from bihuan.core.audit.models import AuditRow
from bihuan.core.events.models import OutboxEvent
from bihuan.core.notices.models import Notice
from bihuan.core.records import search
from bihuan.kernel.calendar import start_of
from bihuan.loop import jobs, moves, queries, rules
from bihuan.loop.actions import clock, directing, handling, verifying
from bihuan.loop.models import Case, CaseObject, CaseStep
from bihuan.loop.terms import Move, Stage
from bihuan.parties.models import CalendarDay, Organisation, Person
from cast import AT, context, saved


def refreshed(case):
    return Case.objects.get(pk=case.pk)


def submitted(cast, case):
    ctx = context(cast.safety_manager)
    perform(handling.acknowledge, ctx=ctx, case=refreshed(case))
    piece = cast.evidence(cast.safety_manager, cast.works)
    return perform(handling.submit, ctx=ctx, case=refreshed(case), note="已改造", evidence=[piece.pk]).value


def test_a_case_goes_round_the_loop(cast, case):
    assert refreshed(case).stage == Stage.ISSUED
    done = submitted(cast, case)
    assert done.stage == Stage.SUBMITTED
    closed = perform(verifying.close_out, ctx=context(cast.verifier), case=refreshed(case), note="现场核查属实").value
    assert closed.stage == Stage.CLOSED_OUT
    assert not closed.is_open
    assert closed.closed_at == AT
    steps = list(CaseStep.objects.filter(case=case).values_list("move", flat=True))
    assert steps == [Move.ISSUE, Move.ACKNOWLEDGE, Move.SUBMIT, Move.CLOSE_OUT]


def test_each_step_leaves_one_audit_row_and_one_event(cast, case):
    before = AuditRow.objects.count(), OutboxEvent.objects.count()
    perform(handling.acknowledge, ctx=context(cast.safety_manager), case=refreshed(case))
    assert (AuditRow.objects.count(), OutboxEvent.objects.count()) == (before[0] + 1, before[1] + 1)
    row = AuditRow.objects.latest("id")
    assert row.action == "case.acknowledge"
    assert f"loop.case:{case.pk}" in row.subjects.values_list("subject", flat=True)


def test_without_evidence_nothing_is_submitted(cast, case):
    ctx = context(cast.safety_manager)
    perform(handling.acknowledge, ctx=ctx, case=refreshed(case))
    rows = AuditRow.objects.count()
    with pytest.raises(rules.EvidenceMissing):
        perform(handling.submit, ctx=ctx, case=refreshed(case), note="已改造", evidence=[])
    assert refreshed(case).stage == Stage.ACKNOWLEDGED
    assert AuditRow.objects.count() == rows


def test_a_strangers_evidence_can_not_be_used(cast, case):
    ctx = context(cast.safety_manager)
    perform(handling.acknowledge, ctx=ctx, case=refreshed(case))
    foreign = cast.evidence(cast.stranger, cast.neighbour)
    with pytest.raises(NotFound):
        perform(handling.submit, ctx=ctx, case=refreshed(case), note="", evidence=[foreign.pk])


def test_the_owner_does_not_verify_his_own_case(cast, case):
    submitted(cast, case)
    with pytest.raises(Denied):
        perform(verifying.close_out, ctx=context(cast.safety_manager), case=refreshed(case))
    assert AuditRow.objects.latest("id").outcome == "denied"


def test_not_even_with_a_regional_grant_does_a_unit_verify_its_own(cast):
    """The office directs the whole city; a case it owns itself is still verified by another."""
    case = perform(
        directing.issue, ctx=context(cast.officer), title="制定方案", region=cast.city, owner=cast.office,
        supervisor=cast.emergency, issuer=cast.office,
    ).value  # fmt: skip
    handler = cast.actor("office_handler", "handler", cast.office)
    perform(handling.acknowledge, ctx=context(handler), case=refreshed(case))
    piece = cast.evidence(handler, cast.office)
    perform(handling.submit, ctx=context(handler), case=refreshed(case), note="已制定", evidence=[piece.pk])
    with pytest.raises(rules.NotIndependent):
        perform(verifying.close_out, ctx=context(cast.officer), case=refreshed(case))


def test_owner_and_supervisor_are_two(cast):
    with pytest.raises(rules.NotIndependent):
        perform(
            directing.issue, ctx=context(cast.officer), title="x", region=cast.city, owner=cast.office,
            supervisor=cast.office,
        )  # fmt: skip


def test_closing_out_needs_a_second_factor(cast, case):
    submitted(cast, case)
    once = cast.verifier
    weak = type(once)(kind="user", id=once.id, name="", held=once.held, organisation=once.organisation)
    with pytest.raises(SecondFactorNeeded):
        perform(verifying.close_out, ctx=context(weak), case=refreshed(case))


def test_a_stranger_finds_no_case(cast, case):
    with pytest.raises(NotFound):
        perform(handling.acknowledge, ctx=context(cast.stranger), case=case)
    with pytest.raises(NotFound):
        perform(directing.chase, ctx=context(cast.regulator_next_door), case=case)
    denial = AuditRow.objects.latest("id")
    assert (denial.outcome, refreshed(case).version) == ("denied", case.version)


def test_the_second_of_two_in_the_same_second_is_told(cast, case):
    submitted(cast, case)
    seen = refreshed(case)
    perform(verifying.close_out, ctx=context(cast.verifier), case=seen)
    with pytest.raises(StaleVersion):
        perform(verifying.close_out, ctx=context(cast.officer), case=seen)
    assert CaseStep.objects.filter(case=case, move=Move.CLOSE_OUT).count() == 1


def test_a_repeat_with_the_same_key_changes_nothing(cast, case):
    seen = refreshed(case)
    first = perform(handling.acknowledge, ctx=context(cast.safety_manager), once="k1", case=seen)
    again = perform(handling.acknowledge, ctx=context(cast.safety_manager), once="k1", case=seen)
    assert again.repeated
    assert again.audit_row == first.audit_row
    assert CaseStep.objects.filter(case=case, move=Move.ACKNOWLEDGE).count() == 1


def test_sending_back_says_why_and_counts(cast, case):
    submitted(cast, case)
    back = perform(verifying.send_back, ctx=context(cast.verifier), case=refreshed(case), note="照片看不清").value
    assert (back.stage, back.times_sent_back) == (Stage.IN_HAND, 1)
    assert CaseStep.objects.filter(case=case).last().note == "照片看不清"


def test_an_extension_is_asked_for_by_one_and_given_by_another(cast, case):
    later = date(2027, 1, 31)
    asked = perform(
        handling.ask_extension,
        ctx=context(cast.safety_manager),
        case=refreshed(case),
        new_due_on=later,
        because="到货晚",
    ).value
    assert asked.due_on == date(2026, 12, 31)
    with pytest.raises(Denied):
        perform(directing.extend, ctx=context(cast.safety_manager), case=refreshed(case), new_due_on=later, note="")
    given = perform(
        directing.extend, ctx=context(cast.verifier), case=refreshed(case), new_due_on=later, note="同意"
    ).value
    assert (given.due_on, given.first_due_on, given.wanted_due_on) == (later, date(2026, 12, 31), None)
    # The 24th is a Sunday: the reminder goes out on the Friday before it.
    assert given.next_escalation_on == date(2027, 1, 22)


def test_a_handed_over_case_has_a_new_owner_and_starts_anew(cast, case):
    moved = perform(
        directing.hand_over, ctx=context(cast.officer), case=refreshed(case), to=cast.neighbour, note="产权已转"
    ).value
    assert (moved.organisation_code, moved.stage) == ("E-NEXT", Stage.ISSUED)
    perform(handling.acknowledge, ctx=context(cast.stranger), case=refreshed(case))
    with pytest.raises(Denied):
        perform(handling.report_progress, ctx=context(cast.safety_manager), case=refreshed(case), note="我")


def test_it_is_not_handed_over_to_its_own_supervisor(cast, case):
    with pytest.raises(rules.NotIndependent):
        perform(directing.hand_over, ctx=context(cast.officer), case=refreshed(case), to=cast.emergency, note="x")


def test_an_abolished_unit_gets_no_case(cast):
    Organisation.objects.filter(pk=cast.works.pk).update(abolished_on=date(2026, 11, 22))
    with pytest.raises(moves.UnitGone):
        perform(
            directing.issue, ctx=context(cast.officer), title="x", region=cast.park,
            owner=Organisation.objects.get(pk=cast.works.pk), supervisor=cast.emergency,
        )  # fmt: skip


def test_every_object_must_be_settled_before_submitting(cast, case):
    for name in ("甲罐区", "乙罐区"):
        saved(CaseObject(case=case, name=name))
    ctx = context(cast.safety_manager)
    perform(handling.acknowledge, ctx=ctx, case=refreshed(case))
    piece = cast.evidence(cast.safety_manager, cast.works)
    with pytest.raises(rules.Unfinished):
        perform(handling.submit, ctx=ctx, case=refreshed(case), note="", evidence=[piece.pk])
    first, second = CaseObject.objects.filter(case=case)
    with pytest.raises(rules.EvidenceMissing):
        perform(handling.settle_object, ctx=ctx, object=first)
    perform(handling.settle_object, ctx=ctx, object=first, evidence=[piece.pk])
    perform(handling.settle_object, ctx=ctx, object=second, not_applicable_because="已拆除")
    assert (
        perform(handling.submit, ctx=ctx, case=refreshed(case), note="完成", evidence=[piece.pk]).value.stage
        == Stage.SUBMITTED
    )


def test_an_ongoing_case_has_its_proof_accepted_and_goes_on(cast):
    case = moves_issue_ongoing(cast)
    assert case.due_on == date(2026, 12, 31)
    submitted(cast, case)
    after = perform(verifying.close_out, ctx=context(cast.verifier), case=refreshed(case), note="属实").value
    assert (after.stage, after.is_open, after.due_on) == (Stage.IN_HAND, True, date(2027, 3, 31))


def moves_issue_ongoing(cast):
    """Ongoing cases come from sources; here straight from the inner move, inside the unit of work of a plain action."""
    made = perform(
        directing.issue, ctx=context(cast.officer), title="持续推进", region=cast.park, owner=cast.works,
        supervisor=cast.emergency, issuer=cast.office, due_on=date(2026, 12, 31),
    ).value  # fmt: skip
    Case.objects.filter(pk=made.pk).update(is_ongoing=True, proof_rhythm="quarterly")
    return refreshed(made)


def test_children_hold_their_parent_back_until_closed_or_withdrawn(cast):
    parent = perform(
        directing.issue, ctx=context(cast.officer), title="开展排查", region=cast.city, owner=cast.industry,
        supervisor=cast.emergency, issuer=cast.office, due_on=date(2026, 12, 31),
    ).value  # fmt: skip
    perform(directing.cascade, ctx=context(cast.officer), case=refreshed(parent), to=[cast.works, cast.neighbour])
    children = list(Case.objects.filter(parent=parent))
    assert {c.organisation_code for c in children} == {"E-WORKS", "E-NEXT"}
    assert {c.supervisor_code for c in children} == {"GX"}
    ctx = context(cast.department_clerk)
    perform(handling.acknowledge, ctx=ctx, case=refreshed(parent))
    piece = cast.evidence(cast.department_clerk, cast.industry)
    with pytest.raises(rules.Unfinished):
        perform(handling.submit, ctx=ctx, case=refreshed(parent), note="", evidence=[piece.pk])
    for child in children:
        perform(directing.withdraw, ctx=context(cast.officer), case=child, note="并入")
    perform(handling.submit, ctx=ctx, case=refreshed(parent), note="完成", evidence=[piece.pk])


@pytest.mark.parametrize(
    ("day", "deeds", "chased", "supervised"),
    [
        (date(2026, 12, 23), [], 0, False),
        (date(2026, 12, 24), ["remind"], 0, False),
        (date(2026, 12, 31), ["remind", "remind"], 0, False),
        (date(2027, 1, 1), ["remind", "remind", "chase"], 1, False),
        (date(2027, 1, 3), ["remind", "remind", "chase"], 1, False),  # a Sunday
        (date(2027, 1, 4), ["remind", "remind", "chase", "supervise"], 1, True),
        (date(2027, 1, 11), ["remind", "remind", "chase", "supervise", "report"], 1, True),
    ],
)
def test_escalation_fires_on_its_days(cast, case, day, deeds, chased, supervised):
    at = AT.replace(year=day.year, month=day.month, day=day.day)

    ctx = context(service_actor("loop.escalate_due", "loop.escalate", "case.read"), at=at)
    jobs.escalate_due(ctx=ctx)
    jobs.escalate_due(ctx=ctx)
    told = [e.payload["deed"] for e in OutboxEvent.objects.filter(name="loop.case_escalated").order_by("id")]
    after = refreshed(case)
    assert (told, after.times_chased, after.is_supervised) == (deeds, chased, supervised)


def test_a_closed_case_is_no_longer_escalated(cast, case):
    submitted(cast, case)
    perform(verifying.close_out, ctx=context(cast.verifier), case=refreshed(case))
    assert refreshed(case).next_escalation_on is None


def test_a_case_keeps_the_plan_it_was_opened_under(cast, case):
    perform(
        clock.set_escalation_plan, ctx=context(cast.officer), region=cast.city,
        steps=[{"days": 1, "deed": "chase", "whom": ["owner"]}], from_on=date(2026, 1, 1), basis="本市规定",
    )  # fmt: skip
    later = perform(
        directing.issue, ctx=context(cast.officer), title="新", region=cast.park, owner=cast.works,
        supervisor=cast.emergency, due_on=date(2026, 12, 31),
    ).value  # fmt: skip
    assert [s["days"] for s in refreshed(case).escalation] == [-7, -1, 1, 3, 10]
    assert [s["days"] for s in later.escalation] == [1]


def test_a_relapse_reopens_a_closed_case(cast, case):
    submitted(cast, case)
    perform(verifying.close_out, ctx=context(cast.verifier), case=refreshed(case))
    reopen = {"ctx": context(cast.officer), "case": {"id": str(case.pk)}, "note": "回头看发现反弹"}
    with pytest.raises(rules.BadDeadline):
        perform(directing.reopen, due_on=AT.date() - timedelta(days=1), **reopen)
    again = perform(directing.reopen, due_on=date(2027, 2, 1), **reopen).value
    assert (again.stage, again.is_open, again.closed_at, again.due_on) == (Stage.IN_HAND, True, None, date(2027, 2, 1))


def test_numbers_run_on_without_a_gap_within_a_year(cast):
    made = [
        perform(
            directing.issue,
            ctx=context(cast.officer),
            title=f"第{n}件",
            region=cast.park,
            owner=cast.works,
            supervisor=cast.emergency,
        ).value.number
        for n in range(3)
    ]
    assert made == ["2026-000001", "2026-000002", "2026-000003"]


def test_a_duty_makes_one_case_a_member_and_period(cast):
    duty = perform(
        clock.add_duty,
        ctx=context(cast.officer),
        name="每季度自查",
        region=cast.city,
        supervisor=cast.emergency,
        population="enterprises",
        rhythm="quarterly",
        from_on=date(2026, 1, 1),
    ).value
    service = service_actor("loop.make_duty_cases", "loop.escalate", "case.read", "parties.read")
    for at in (AT, AT, AT + timedelta(days=30)):
        jobs.make_duty_cases(ctx=context(service, at=at))
    made = Case.objects.filter(title__startswith=duty.name)
    assert {(c.organisation_code, c.due_on) for c in made} == {
        ("E-WORKS", date(2026, 12, 31)),
        ("E-NEXT", date(2026, 12, 31)),
    }
    jobs.make_duty_cases(ctx=context(service, at=AT + timedelta(days=60)))
    assert made.all().count() == 4


def test_the_search_finds_a_case_for_its_parties_and_nobody_else(cast, case):
    def hits(actor):
        return [h.code for h in search.find(actor=actor, text="罐区").hits]

    assert hits(cast.safety_manager) == hits(cast.verifier) == hits(cast.officer) == [case.number]
    assert hits(cast.stranger) == hits(cast.regulator_next_door) == []
    perform(directing.hand_over, ctx=context(cast.officer), case=refreshed(case), to=cast.neighbour, note="产权已转")
    assert hits(cast.stranger) == [case.number]


def told(cast, name):
    return list(
        Notice.objects.filter(recipient=cast.users[name]).order_by("created_at", "id").values_list("text_zh", flat=True)
    )


def test_those_whom_a_move_concerns_are_told_and_others_are_not(cast, case):
    manager, verifier, stranger = cast.safety_manager, cast.verifier, cast.stranger
    done = submitted(cast, case)
    assert told(cast, "verifier") == [f"提交核验：{done.title}（{done.number}）"]
    perform(verifying.send_back, ctx=context(verifier), case=refreshed(case), note="照片看不清")
    assert told(cast, "works") == [f"退回：{done.title}（{done.number}）"]
    assert told(cast, "stranger") == []
    assert manager.user_id != stranger.user_id


def test_an_escalation_tells_whom_the_plan_names_once(cast, case):
    assert cast.safety_manager
    service = service_actor("loop.escalate_due", "loop.escalate", "case.read")
    for _ in range(2):
        jobs.escalate_due(ctx=context(service, at=AT.replace(month=12, day=24)))
    assert told(cast, "works") == [f"提醒（还有 7 天到期）：{case.title}（{case.number}）"]


def test_steps_made_by_a_token_bear_the_name_of_its_person(cast, case):
    user = cast.user("works", cast.works)
    names = queries.names_of([f"token:{user.pk}:0123", f"user:{user.pk}", "service:loop.escalate_due", "service:other"])
    assert names[f"token:{user.pk}:0123"] == names[f"user:{user.pk}"] == user.display_name
    assert names["service:loop.escalate_due"] == "到期催办"
    assert names["service:other"] == "系统"


def test_checks_before_holidays_are_made_shortly_before_each_and_due_on_the_last_working_day(cast):
    perform(
        clock.add_duty,
        ctx=context(cast.officer),
        name="节前检查",
        region=cast.city,
        supervisor=cast.emergency,
        population="enterprises",
        rhythm="pre_holiday",
        from_on=date(2026, 1, 1),
    )
    service = service_actor("loop.make_duty_cases", "loop.escalate", "case.read", "parties.read")
    made = Case.objects.filter(title__startswith="节前检查", organisation_code="E-WORKS").order_by("due_on")
    # 2026-10-01 to 07 are off; the mid-autumn days end on 09-27, so that the check of September is due on 09-24.
    days = {date(2026, 9, 8): [], date(2026, 9, 9): [24], date(2026, 9, 24): [24], date(2026, 9, 25): [24, 30]}
    for on, due in days.items():
        jobs.make_duty_cases(ctx=context(service, at=start_of(on) + timedelta(hours=9)))
        assert [c.due_on.day for c in made.all()] == due, on
    # Nobody has entered 2027 yet: nothing is guessed.
    jobs.make_duty_cases(ctx=context(service, at=start_of(date(2026, 12, 31))))
    assert made.all().count() == 2


def test_a_place_that_works_on_a_sunday_is_chased_on_that_sunday(cast, case):
    saved(
        CalendarDay(
            day=date(2027, 1, 3), region=cast.city, region_path=cast.city.path, is_working=True, basis="市政府通知"
        )
    )
    service = service_actor("loop.escalate_due", "loop.escalate", "case.read")
    jobs.escalate_due(ctx=context(service, at=start_of(date(2027, 1, 1))))
    assert refreshed(case).next_escalation_on == date(2027, 1, 3)


def test_cases_of_an_abolished_unit_go_to_its_successor_and_to_no_verifier(cast, case):
    service = service_actor("loop.pass_on_abolished", "loop.escalate", "case.read", "parties.read")

    def run(day, **said):
        Organisation.objects.filter(pk=cast.works.pk).update(abolished_on=date(2026, 12, 1), **said)
        jobs.pass_on_abolished(ctx=context(service, at=start_of(day)))
        return refreshed(case).organisation_code

    assert run(date(2026, 12, 2), successor=None) == "E-WORKS"
    assert run(date(2026, 12, 2), successor=case.supervisor) == "E-WORKS"
    assert run(date(2026, 11, 30), successor=cast.neighbour) == "E-WORKS"
    assert run(date(2026, 12, 1), successor=cast.neighbour) == "E-NEXT"
    assert run(date(2026, 12, 2), successor=cast.neighbour) == "E-NEXT"
    steps = CaseStep.objects.filter(case=case, move=Move.HAND_OVER)
    assert ["承接" in s.note for s in steps] == [True]


def test_nobody_gets_a_case_who_has_left_or_belongs_elsewhere(cast, case):
    gone, other, stays = (
        cast.person(cast.works, "离任"), cast.person(cast.neighbour, "别家"), cast.person(cast.works, "在任")
    )  # fmt: skip
    Person.objects.filter(pk=gone.pk).update(left_on=AT.date())
    manager = context(cast.safety_manager)
    for wrong in (Person.objects.get(pk=gone.pk), other):
        with pytest.raises((handling.WrongPerson, NotFound)):
            perform(handling.assign_person, ctx=manager, case=refreshed(case), person={"id": str(wrong.pk)})
    perform(handling.assign_person, ctx=manager, case=refreshed(case), person={"id": str(stays.pk)})
    assert refreshed(case).owner_person == stays
