from datetime import date

import pytest

from bihuan.domains.major_hazard_filing import rules
from bihuan.engines.major_hazard.terms import Grade


@pytest.mark.parametrize(
    ("evaluated", "due"),
    [
        (date(2026, 11, 22), date(2029, 11, 22)),
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2025, 2, 28), date(2028, 2, 28)),
    ],
)
def test_an_evaluation_holds_for_three_years(evaluated, due):
    assert rules.evaluation_due(evaluated_on=evaluated, years=3) == due


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [("", "III", "辨识为三级"), ("III", "I", "由三级升为一级"), ("I", "IV", "由一级降为四级"), ("IV", "", "核销")],
)
def test_the_change_is_said_in_words(before, after, said):
    assert said in rules.what_changed(before=before, after=after).zh


def test_only_a_major_hazard_is_filed_and_only_what_is_none_any_more_deregistered():
    assert rules.require_major_hazard(grade="II") is Grade.II
    rules.require_no_longer(grade="")
    with pytest.raises(rules.NotAMajorHazard):
        rules.require_major_hazard(grade="")
    with pytest.raises(rules.StillAMajorHazard, match="四级"):
        rules.require_no_longer(grade="IV")


TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("evaluated", "filed", "right"),
    [
        (TODAY, TODAY, True),
        (date(2026, 11, 21), TODAY, True),
        (TODAY, date(2026, 11, 21), False),
        (TODAY, date(2026, 11, 23), False),
    ],
)
def test_the_evaluation_comes_first_and_nothing_lies_ahead(evaluated, filed, right):
    if right:
        rules.require_order(evaluated_on=evaluated, filed_on=filed, today=TODAY)
    else:
        with pytest.raises(rules.DaysOutOfOrder):
            rules.require_order(evaluated_on=evaluated, filed_on=filed, today=TODAY)
