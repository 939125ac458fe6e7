"""闭环规则: both sides of every boundary."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from bihuan.law.calendar import working_calendar
from bihuan.loop import rules
from bihuan.loop.rules import DEFAULT_ESCALATION, TRANSITIONS, EscalationStep
from bihuan.loop.terms import DeadlineColour, EscalationDeed, Move, ProofRhythm, Stage

CALENDAR = working_calendar()
LEGAL = [(move, stage) for move, (stages, _) in TRANSITIONS.items() for stage in stages]
ILLEGAL = [(move, stage) for move in TRANSITIONS for stage in Stage if stage not in TRANSITIONS[move][0]]


@pytest.mark.parametrize(("move", "stage"), LEGAL)
def test_a_legal_move_leads_to_its_stage(move, stage):
    to = TRANSITIONS[move][1]
    assert rules.stage_after(move=move, stage=stage) == (to or stage)


@pytest.mark.parametrize(("move", "stage"), ILLEGAL)
def test_any_other_move_is_refused_and_says_when_it_is_possible(move, stage):
    with pytest.raises(rules.IllegalMove) as refused:
        rules.stage_after(move=move, stage=stage)
    assert stage.label.zh in refused.value.text.zh
    assert move.label.en in refused.value.text.en


def test_only_issuing_has_no_row_in_the_table():
    assert set(Move) - set(TRANSITIONS) == {Move.ISSUE}


def test_nothing_leaves_a_withdrawn_case():
    assert rules.moves_from(Stage.WITHDRAWN) == []


def test_a_closed_case_can_only_be_reopened():
    assert rules.moves_from(Stage.CLOSED_OUT) == [Move.REOPEN]


def test_the_owner_is_never_the_supervisor():
    rules.require_independent_supervisor(owner="A", supervisor="B")
    with pytest.raises(rules.NotIndependent):
        rules.require_independent_supervisor(owner="A", supervisor="A")


@pytest.mark.parametrize(
    ("submitted_by", "verifier", "unit", "allowed"),
    [
        ("user:1", "user:2", "B", True),
        ("user:1", "user:2", None, True),
        ("user:1", "user:1", "B", False),
        ("user:1", "user:2", "A", False),
        ("token:1:9", "user:1", "B", False),
        ("token:1:9", "user:2", "B", True),
        ("service:a", "service:a", "B", False),
        ("service:a", "service:b", "B", True),
    ],
)
def test_neither_the_submitter_nor_his_unit_verifies(submitted_by, verifier, unit, allowed):
    def check():
        rules.require_independent_verifier(owner="A", submitted_by=submitted_by, verifier=verifier, verifier_unit=unit)

    if allowed:
        check()
    else:
        with pytest.raises(rules.NotIndependent):
            check()


@pytest.mark.parametrize(("given", "required", "enough"), [(0, 0, True), (0, 1, False), (1, 1, True), (1, 2, False)])
def test_evidence_is_counted(given, required, enough):
    if enough:
        rules.require_evidence(given=given, required=required)
    else:
        with pytest.raises(rules.EvidenceMissing):
            rules.require_evidence(given=given, required=required)


TODAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("due_on", "new", "allowed"),
    [
        (date(2026, 7, 1), date(2026, 7, 2), True),
        (date(2026, 7, 1), date(2026, 7, 1), False),
        (date(2026, 6, 1), date(2026, 6, 30), True),
        (date(2026, 6, 1), date(2026, 6, 29), False),
        (None, date(2026, 6, 30), True),
        (None, date(2026, 6, 29), False),
    ],
)
def test_an_extension_is_later_than_the_limit_and_not_in_the_past(due_on, new, allowed):
    if allowed:
        rules.require_later_deadline(due_on=due_on, new_due_on=new, today=TODAY)
    else:
        with pytest.raises(rules.BadDeadline):
            rules.require_later_deadline(due_on=due_on, new_due_on=new, today=TODAY)


@pytest.mark.parametrize(("due_on", "allowed"), [(date(2026, 6, 29), False), (date(2026, 6, 30), True), (None, True)])
def test_a_limit_is_not_moved_into_the_past(due_on, allowed):
    if allowed:
        rules.require_coming(due_on=due_on, today=TODAY)
    else:
        with pytest.raises(rules.BadDeadline):
            rules.require_coming(due_on=due_on, today=TODAY)


def test_a_case_is_not_overdue_on_its_due_day():
    assert not rules.is_overdue(due_on=TODAY, today=TODAY)
    assert rules.is_overdue(due_on=TODAY, today=date(2026, 7, 1))
    assert not rules.is_overdue(due_on=None, today=TODAY)


@pytest.mark.parametrize(
    ("today", "colour"),
    [
        (date(2026, 6, 22), DeadlineColour.GREEN),
        (date(2026, 6, 23), DeadlineColour.YELLOW),
        (date(2026, 6, 30), DeadlineColour.YELLOW),
        (date(2026, 7, 1), DeadlineColour.RED),
    ],
)
def test_the_colour_turns_yellow_seven_days_before_and_red_the_day_after(today, colour):
    assert rules.colour_of(due_on=TODAY, today=today) is colour


def test_without_a_limit_or_once_closed_there_is_no_colour():
    assert rules.colour_of(due_on=None, today=TODAY) is DeadlineColour.GREY
    assert rules.colour_of(due_on=TODAY, today=date(2027, 1, 1), is_open=False) is DeadlineColour.GREY


@pytest.mark.parametrize(
    ("rhythm", "on", "end"),
    [
        (ProofRhythm.MONTHLY, date(2024, 2, 1), date(2024, 2, 29)),
        (ProofRhythm.MONTHLY, date(2026, 12, 31), date(2026, 12, 31)),
        (ProofRhythm.QUARTERLY, date(2026, 1, 1), date(2026, 3, 31)),
        (ProofRhythm.QUARTERLY, date(2026, 3, 31), date(2026, 3, 31)),
        (ProofRhythm.QUARTERLY, date(2026, 4, 1), date(2026, 6, 30)),
        (ProofRhythm.HALF_YEARLY, date(2026, 6, 30), date(2026, 6, 30)),
        (ProofRhythm.HALF_YEARLY, date(2026, 7, 1), date(2026, 12, 31)),
        (ProofRhythm.YEARLY, date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_proof_is_due_at_the_end_of_its_period(rhythm, on, end):
    assert rules.end_of_period(rhythm=rhythm, on=on) == end


def test_the_next_proof_is_due_one_period_later():
    assert rules.next_proof(rhythm=ProofRhythm.QUARTERLY, after=date(2026, 12, 31)) == date(2027, 3, 31)


def test_a_step_falls_due_on_its_day_and_only_once():
    due_on = date(2026, 6, 30)
    due = lambda today, fired=(): [  # noqa: E731
        s.days
        for s in rules.steps_due(steps=DEFAULT_ESCALATION, due_on=due_on, fired=fired, today=today, calendar=CALENDAR)
    ]
    assert due(date(2026, 6, 22)) == []
    assert due(date(2026, 6, 23)) == [-7]
    assert due(date(2026, 6, 29), fired=(-7,)) == [-1]
    assert due(date(2026, 7, 1), fired=(-7, -1)) == [1]
    assert due(date(2026, 8, 1), fired=()) == [-7, -1, 1, 3, 10]


def test_after_the_last_step_there_is_nothing_to_look_for():
    steps = [EscalationStep(1, EscalationDeed.CHASE, ("owner",))]
    assert rules.next_step_on(steps=steps, due_on=TODAY, fired=(), calendar=CALENDAR) == date(2026, 7, 1)
    assert rules.next_step_on(steps=steps, due_on=TODAY, fired=(1,), calendar=CALENDAR) is None


@pytest.mark.parametrize(
    ("days", "due_on", "told_on"),
    [
        # 2026-10-01 (Thursday) to 10-07 are off, 09-27 and 10-10 count as Sunday and made-up Saturday.
        (-7, date(2026, 10, 8), date(2026, 9, 30)),
        (-1, date(2026, 10, 8), date(2026, 9, 30)),
        (-1, date(2026, 10, 9), date(2026, 10, 8)),
        (0, date(2026, 10, 7), date(2026, 9, 30)),
        (1, date(2026, 9, 30), date(2026, 10, 8)),
        (1, date(2026, 9, 29), date(2026, 9, 30)),
        (3, date(2026, 10, 4), date(2026, 10, 8)),
        (3, date(2026, 10, 7), date(2026, 10, 10)),  # a Saturday that is worked
        (-1, date(2026, 10, 11), date(2026, 10, 10)),
        (1, date(2026, 10, 10), date(2026, 10, 12)),
        (1, date(2027, 1, 1), date(2027, 1, 4)),  # nobody has said yet which days of 2027 are off
    ],
)
def test_a_reminder_moves_off_days_off_and_the_limit_does_not(days, due_on, told_on):
    step = EscalationStep(days, EscalationDeed.REMIND, ("owner",))
    assert step.due(due_on, CALENDAR) == told_on
    due = lambda today: rules.steps_due(  # noqa: E731
        steps=[step], due_on=due_on, fired=(), today=today, calendar=CALENDAR
    )
    assert due(told_on - timedelta(days=1)) == []
    assert due(told_on) == [step]
    assert rules.is_overdue(due_on=due_on, today=due_on + timedelta(days=1))


@pytest.mark.parametrize(
    ("on", "before"),
    [
        (date(2022, 9, 1), date(2022, 9, 9)),  # mid-autumn, Saturday to Monday
        (date(2022, 9, 9), date(2022, 9, 9)),
        (date(2022, 9, 10), date(2022, 9, 30)),
        (date(2022, 10, 9), date(2022, 12, 30)),  # 元旦 2023 begins in the year before
        (date(2023, 3, 31), date(2023, 4, 28)),  # 清明 2023 is one Wednesday: no holiday of three days
        (date(2023, 12, 1), date(2023, 12, 29)),  # one Monday off behind a weekend makes three
        (date(2026, 2, 1), date(2026, 2, 14)),  # the Saturday before the spring festival is worked
    ],
)
def test_a_check_before_a_holiday_is_due_on_the_last_working_day(on, before):
    assert rules.before_next_holiday(on=on, calendar=CALENDAR) == before
    assert rules.end_of_period(rhythm=ProofRhythm.PRE_HOLIDAY, on=on, calendar=CALENDAR) == before


def test_the_proof_after_one_holiday_is_due_before_the_next():
    after = rules.next_proof(rhythm=ProofRhythm.PRE_HOLIDAY, after=date(2026, 9, 24), calendar=CALENDAR)
    assert after == date(2026, 9, 30)
    assert rules.before_next_holiday(on=date(2026, 10, 8), calendar=CALENDAR) is None
    assert rules.end_of_period(rhythm=ProofRhythm.PRE_HOLIDAY, on=date(2026, 10, 8), calendar=CALENDAR) == date(
        2026, 12, 31
    )


def test_unfinished_parts_hold_a_case_back_and_are_named():
    rules.require_parts_done(open_children=0, open_objects=[])
    with pytest.raises(rules.Unfinished) as refused:
        rules.require_parts_done(open_children=2, open_objects=["甲厂"])
    assert "甲厂" in refused.value.text.zh


def test_the_diagram_draws_every_legal_transition():
    drawn = rules.diagram()
    for move, (stages, to) in TRANSITIONS.items():
        for stage in stages:
            assert f"{stage.value} --> {(to or stage).value}: {move.label.zh} {move.value}" in drawn


def test_the_page_of_the_case_draws_the_table_as_it_is():
    page = Path(__file__).parents[4] / "docs" / "rules" / "case.md"
    assert rules.diagram() in page.read_text(encoding="utf-8")
