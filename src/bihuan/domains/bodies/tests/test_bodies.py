"""Who sits, what was decided, which places have none of their own, and when a body must meet again."""

from __future__ import annotations

from datetime import date

import pytest

from bihuan.core.actions.runner import perform
from bihuan.domains.bodies import actions, queries, rules
from bihuan.domains.bodies.models import Body, Decision
from bihuan.domains.bodies.terms import MirrorState, SeatRole
from bihuan.domains.bodies.tests import plays
from bihuan.loop.actions import handling
from bihuan.loop.models import Case
from bihuan.loop.terms import ProofRhythm
from cast import TODAY, context


@pytest.fixture
def office(cast):
    return context(plays.office_of(cast))


@pytest.mark.parametrize(
    ("rhythm", "last_on", "by"),
    [
        (None, None, None),
        (ProofRhythm.QUARTERLY, date(2026, 9, 30), date(2026, 12, 31)),
        (ProofRhythm.QUARTERLY, date(2026, 10, 1), date(2027, 3, 31)),
        (ProofRhythm.MONTHLY, None, date(2026, 2, 28)),
    ],
)
def test_the_next_meeting_is_due_by_the_end_of_the_period_after_the_last(rhythm, last_on, by):
    assert rules.next_meeting_by(rhythm=rhythm, last_on=last_on, since=date(2026, 1, 10)) == by


def test_there_is_one_head_and_a_unit_sits_once_in_a_role(cast, office):
    body = plays.body_of(cast)
    head = plays.seat_of(cast, body, role="head", organisation=cast.office)
    with pytest.raises(rules.SeatTaken):
        plays.seat_of(cast, body, role="head", organisation=cast.industry)
    plays.seat_of(cast, body)
    with pytest.raises(rules.SeatTaken):
        plays.seat_of(cast, body)
    with pytest.raises(rules.SeatDates):
        perform(actions.end_seat, ctx=office, seat=head, until_on=head.from_on)
    perform(actions.end_seat, ctx=office, seat=head, until_on=TODAY)
    plays.seat_of(cast, body, role="head", organisation=cast.emergency, from_on=TODAY)
    view = queries.body_view(ctx=office, body=body)
    assert [(s.role_term, s.organisation.code) for s in view.seats] == [
        (SeatRole.HEAD, cast.emergency.code),
        (SeatRole.MEMBER, cast.industry.code),
    ]
    assert [s.organisation.code for s in view.former] == [cast.office.code]


def test_a_place_without_its_own_is_asked_and_closes_once_it_has_one(cast, office):
    asked = plays.asked(cast)
    body = Body.objects.get()
    assert [(r.code, s) for r, s, _ in queries.mirrored(body)] == [(cast.district.code, MirrorState.ASKED)]
    district = context(cast.actor("district", "handler", cast.district_emergency))
    case = perform(handling.acknowledge, ctx=district, case=asked.case).value
    with pytest.raises(rules.NotMirrored):
        perform(handling.submit, ctx=district, case=case, note="已设立")
    plays.body_of(
        cast, name="东湖区专业委员会", region=cast.district, organisation=cast.district_emergency, mirrors=body
    )
    assert perform(handling.submit, ctx=district, case=case, note="已设立").value.stage == "submitted"
    lines = {line.body.name: line for line in queries.bodies(ctx=office)}
    assert (lines[body.name].missing, lines["东湖区专业委员会"].missing) == (0, 1)


def test_a_decision_is_a_case_and_a_meeting_to_come_is_not_entered(cast, office):
    meeting = plays.meeting_of(cast)
    said = {"organisation": cast.industry, "supervisor": cast.emergency, "due_on": plays.LATER}
    for title in ("核查停产企业", "通报进展"):
        perform(actions.decide, ctx=office, meeting=meeting, title=title, **said)
    assert [(d.position, d.case.owner.code, d.case.kind) for d in Decision.objects.all()] == [
        (1, cast.industry.code, "meeting_decision"),
        (2, cast.industry.code, "meeting_decision"),
    ]
    assert Case.objects.filter(clause__contains="第四次全体会议").count() == 2
    with pytest.raises(rules.NotHeldYet):
        plays.meeting_of(cast, Body.objects.get(), held_on=plays.LATER)


def test_a_dissolved_body_neither_meets_nor_takes_members(cast, office):
    body = perform(actions.dissolve, ctx=office, body=plays.body_of(cast), on=TODAY).value
    with pytest.raises(rules.Dissolved):
        plays.meeting_of(cast, body)
    with pytest.raises(rules.Dissolved):
        plays.seat_of(cast, body)
    assert queries.bodies(ctx=office) == []


def test_an_expert_advises_within_his_term(cast, office):
    expert = plays.expert_of(cast)
    said = {"question": "怎样复产", "text": "先审查"}
    with pytest.raises(rules.SeatDates):
        perform(actions.note_advice, ctx=office, expert=expert, given_on=date(2028, 1, 1), **said)
    perform(actions.note_advice, ctx=office, expert=expert, given_on=TODAY, **said)
    assert len(queries.body_view(ctx=office, body=expert.body).advice) == 1


def test_a_member_sees_the_body_it_sits_in_and_a_stranger_none(cast):
    plays.seat_of(cast)
    assert Body.objects.visible_to(cast.department_clerk).count() == 1
    assert not Body.objects.visible_to(cast.stranger).exists()
    assert [m.organisation_code for m in queries.members(region_path=cast.city.path)] == [cast.emergency.code]
