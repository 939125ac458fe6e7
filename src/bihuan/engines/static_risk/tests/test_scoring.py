"""The scoring of document 19: both sides of each boundary, categories that reach 0, direct red, repairs."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.engines.static_risk.scoring import Answer, WrongAnswer, best_repairs, score, what_if
from bihuan.engines.static_risk.tables import doc19_at, park_at
from bihuan.kernel.schemes import Doc19Colour, EnterpriseGrade, ParkGrade, RiskColour, SchemesMixed
from bihuan.law.state import LawState

TABLE = doc19_at(date(2026, 11, 22))
NOTHING = {item.code: Answer(0) for item in TABLE.items}
NO_RED = {rule.code: False for rule in TABLE.direct_red}


def scored(**counts):
    answers = {**NOTHING, **{code.removeprefix("i").replace("_", "."): Answer(n) for code, n in counts.items()}}
    return score(table=TABLE, answers=answers, direct=NO_RED)


def test_the_table_is_whole():
    assert len(TABLE.items) == 42
    assert sum(TABLE.full_marks.values()) == 100
    assert len(TABLE.direct_red) == 4
    assert TABLE.state is LawState.TRANSCRIBED


def test_nothing_wrong_is_a_hundred_and_blue():
    found = scored()
    assert (found.score, found.colour) == (100, Doc19Colour.BLUE)


@pytest.mark.parametrize(
    ("points", "colour"),
    [
        ("100", Doc19Colour.BLUE), ("90", Doc19Colour.BLUE), ("89.9", Doc19Colour.YELLOW), ("75", Doc19Colour.YELLOW),
        ("74.9", Doc19Colour.ORANGE), ("60", Doc19Colour.ORANGE), ("59.9", Doc19Colour.RED), ("0", Doc19Colour.RED),
    ],
)  # fmt: skip
def test_a_floor_belongs_to_its_own_colour(points, colour):
    assert TABLE.colour_of(Decimal(points)) is colour


@pytest.mark.parametrize(
    ("points", "grade"),
    [("85", ParkGrade.D), ("84.9", ParkGrade.C), ("70", ParkGrade.C), ("69.9", ParkGrade.B), ("60", ParkGrade.B), ("59.9", ParkGrade.A)],
)  # fmt: skip
def test_a_floor_belongs_to_its_own_grade_of_a_park(points, grade):
    table = park_at(date(2026, 11, 22))
    assert table.grade_of(score=Decimal(points), is_vetoed=False) is grade
    assert table.grade_of(score=Decimal(points), is_vetoed=True) is ParkGrade.A


def test_a_category_ends_at_0_and_repairs_of_it_say_what_they_win():
    found = scored(i8_1=1, i8_3=1)
    assert found.score == 90
    lines = {line.item.code: line for line in found.lines}
    assert lines["8.1"].gain == 5
    assert lines["8.3"].gain == 0
    assert "一并整改" in lines["8.3"].wins_back.zh
    assert [line.item.code for line in best_repairs(assessment=found)] == ["8.1"]
    both = what_if(assessment=found, put_right={"8.1": 0, "8.3": 0})
    assert both.score == 100


def test_an_addition_goes_to_the_total_and_not_to_its_category():
    assert scored(i12_1=1, i12_4=1).score == 90 + 15
    assert scored(i9_5=2, i9_1=3).score == 85 + 4


def test_a_direct_red_comes_before_any_score_and_before_open_questions():
    for rule in TABLE.direct_red:
        found = score(table=TABLE, answers={}, direct={rule.code: True})
        assert found.colour is Doc19Colour.RED
        assert found.red_rules == (rule.code,)


def test_there_is_no_colour_while_a_question_is_open():
    answers = {code: a for code, a in NOTHING.items() if code != "5.2"}
    found = score(table=TABLE, answers=answers, direct=NO_RED)
    assert found.colour is None
    assert found.open_questions == ("5.2",)
    assert score(table=TABLE, answers=NOTHING, direct={}).colour is None


@pytest.mark.parametrize(
    ("answers", "where"),
    [
        ({"1.1": Answer(1), "1.2": Answer(1)}, "1.2"),
        ({"5.1": Answer(2)}, "5.1"),
        ({"2.1": Answer(-1)}, "2.1"),
        ({"99.9": Answer(1)}, "99.9"),
    ],
)
def test_an_impossible_answer_is_refused_at_its_item(answers, where):
    with pytest.raises(WrongAnswer) as refused:
        score(table=TABLE, answers=answers)
    assert set(refused.value.where) == {where}


COUNTS = st.fixed_dictionaries(
    {i.code: st.integers(0, 4 if i.counts else 1) for i in TABLE.items if not i.choice and not i.adds}
)


@settings(deadline=None, max_examples=40)
@given(COUNTS)
def test_putting_something_right_never_costs_points(counts):
    found = score(table=TABLE, answers={**NOTHING, **{c: Answer(n) for c, n in counts.items()}}, direct=NO_RED)
    assert 0 <= found.score <= 100
    for line in found.lines:
        assert line.gain >= 0
        if line.gain:
            assert what_if(assessment=found, put_right={line.item.code: 0}).score == found.score + line.gain


def independent(counts):
    """A second calculation, written from the sentence and not from the code: full marks of each class less what is lost."""
    total = Decimal(0)
    for category, full in TABLE.full_marks.items():
        rest = full
        for item in TABLE.items:
            if item.category == category and not item.adds:
                for _ in range(counts.get(item.code, 0)):
                    rest = rest - item.points if rest > item.points else Decimal(0)
        total += rest
    return total


@settings(deadline=None, max_examples=40)
@given(COUNTS)
def test_a_second_calculation_agrees(counts):
    found = score(table=TABLE, answers={**NOTHING, **{c: Answer(n) for c, n in counts.items()}}, direct=NO_RED)
    assert found.score == independent(counts)


def test_mixing_two_schemes_raises_wherever_it_is_tried():
    with pytest.raises(SchemesMixed):
        assert ParkGrade.D == EnterpriseGrade.D
    with pytest.raises(SchemesMixed):
        Doc19Colour.RED.is_graver_than(RiskColour.MAJOR)
    with pytest.raises(SchemesMixed):
        ParkGrade.gravest([ParkGrade.D, EnterpriseGrade.D])
    with pytest.raises(SchemesMixed):
        sorted(EnterpriseGrade)
    assert ParkGrade.A.is_graver_than(ParkGrade.D)
    assert EnterpriseGrade.D.is_graver_than(EnterpriseGrade.A)
    assert ParkGrade.D == "D"
    assert ParkGrade.D != "A"
