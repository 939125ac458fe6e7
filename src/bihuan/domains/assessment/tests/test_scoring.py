"""The engine of scores: the same rows give the same sheet; every point lost is some row's."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.domains.assessment.rules import criteria, scoring
from bihuan.domains.assessment.rules.scoring import Counted, Criterion
from bihuan.domains.assessment.terms import Measure


def one(measure, points="20", each="0", *, rows=0, against=0, by_hand=None):
    listed = tuple(f"r{n}" for n in range(rows))
    found = {measure: Counted(listed, listed[:against] or tuple(f"w{n}" for n in range(against)))}
    judged = {} if by_hand is None else {"a": (Decimal(by_hand), "好")}
    made = scoring.score([Criterion("a", "项", measure, Decimal(points), Decimal(each))], found=found, by_hand=judged)
    return made.lines[0]


@pytest.mark.parametrize(
    ("rows", "against", "score"),
    [(0, 0, "20"), (3, 0, "20"), (3, 1, "13.33"), (3, 2, "6.67"), (3, 3, "0"), (7, 1, "17.14")],
)
def test_a_share_gives_points_in_proportion_rounded_half_up(rows, against, score):
    line = one(Measure.CLOSED_SHARE, rows=rows, against=against)
    assert (line.score, len(line.against)) == (Decimal(score), against)


@pytest.mark.parametrize(("against", "score"), [(0, "5"), (1, "2.5"), (2, "0"), (3, "0")])
def test_a_count_takes_off_for_each_row_and_never_more_than_its_points(against, score):
    line = one(Measure.WARNINGS, "5", "2.5", against=against)
    assert line.score == Decimal(score)
    assert len(line.against) == against


@pytest.mark.parametrize(("said", "score"), [(None, "0"), ("4.5", "4.5"), ("9", "5"), ("-1", "0")])
def test_what_is_judged_by_hand_stays_within_its_points(said, score):
    assert one(Measure.BY_HAND, "5", by_hand=said).score == Decimal(score)


@given(
    st.lists(st.sampled_from([m for m in Measure if m is not Measure.BY_HAND]), min_size=1, max_size=7, unique=True),
    st.integers(0, 40),
    st.integers(0, 40),
)
@settings(max_examples=80, deadline=None)
def test_every_line_lies_between_nothing_and_its_points_and_the_sum_is_of_the_lines(measures, rows, against):
    against = min(rows, against)
    listed = tuple(str(n) for n in range(rows))
    found = {m: Counted(listed, listed[:against]) for m in measures}
    told = [Criterion(m.value, m.value, m, Decimal("12.5"), Decimal("0.7")) for m in measures]
    sheet = scoring.score(told, found=found, by_hand={})
    assert all(0 <= line.score <= line.points for line in sheet.lines)
    assert sheet.total == sum(line.score for line in sheet.lines)
    assert sheet == scoring.score(told, found=found, by_hand={})
    assert all(line.lost == 0 for line in sheet.lines) or against


def test_the_products_own_proposal_adds_up():
    found = criteria.parse(criteria.PROPOSAL)
    scoring.require_weights(found)
    assert {c.measure for c in found} == set(Measure)


@pytest.mark.parametrize(("line", "said"), [("任务，任务销号率", "应为"), ("任务，幸运指数，20", "幸运指数"), ("任务，任务销号率，很多", "不是数字"),
                                             ("任务，任务销号率，NaN", "不是数字"), ("警示，警示约谈，5", "每项扣几分")])  # fmt: skip
def test_a_line_that_is_wrong_is_named(line, said):
    with pytest.raises(criteria.BadCriterion, match=said) as refused:
        criteria.parse(["创新，人工评定，5", line])
    assert "第 2 行" in refused.value.text.zh


@pytest.mark.parametrize(
    ("points", "fits"),
    [(("60", "40"), True), (("60", "39.99"), False), (("60", "40.01"), False), (("100", "0"), False)],
)
def test_weights_are_a_hundred_and_none_is_nothing(points, fits):
    told = [Criterion(str(n), "项", Measure.CLOSED_SHARE, Decimal(p)) for n, p in enumerate(points)]
    if fits:
        scoring.require_weights(told)
    else:
        with pytest.raises((scoring.WeightsDontAddUp, scoring.BadPoints)):
            scoring.require_weights(told)


def test_equals_share_a_place_and_the_next_one_is_left_out():
    totals = {"a": Decimal("90"), "b": Decimal("90.00"), "c": Decimal("89.99"), "d": Decimal("95")}
    assert scoring.places(totals) == {"d": 1, "a": 2, "b": 2, "c": 4}
