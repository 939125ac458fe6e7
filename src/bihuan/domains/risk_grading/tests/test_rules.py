"""Points lost: line by line, by element, and together with the score a hundred."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bihuan.domains.risk_grading import rules
from bihuan.engines.static_risk.tables import park_at
from bihuan.kernel.schemes import ParkGrade

ON = date(2026, 11, 22)
ELEMENTS = ("封闭化", "配套功能")


def lost(*lines, score="92"):
    return rules.lost_points(lines, elements=ELEMENTS, score=None if score is None else Decimal(score))


def test_points_lost_and_scored_make_a_hundred():
    found = lost("封闭化 3 未实施分级封闭", "", "配套功能 5分 没有危险货物停车场")
    assert [(one.element, one.points) for one in found] == [("封闭化", Decimal(3)), ("配套功能", Decimal(5))]
    assert lost() == ()
    assert len(lost("封闭化 3 未封闭", score=None)) == 1
    with pytest.raises(rules.LostPointsWrong, match="失分合计 3"):
        lost("封闭化 3 未封闭")


@pytest.mark.parametrize(
    "line", ["封闭化 3", "围墙 3 没有", "封闭化 三 没有", "封闭化 0 没有", "封闭化 101 没有", "封闭化 NaN 没有"]
)
def test_a_line_that_cannot_be_read_is_named(line):
    with pytest.raises(rules.LostPointsWrong, match="第 2 行"):
        lost("配套功能 1 照明", line)


@pytest.mark.parametrize(
    ("score", "grade", "points"),
    [("59.5", ParkGrade.B, "0.5"), ("60", ParkGrade.C, "10"), ("70", ParkGrade.D, "15"), ("84.9", ParkGrade.D, "0.1")],
)
def test_the_next_grade_says_what_it_needs(score, grade, points):
    rise = rules.next_rise(score=Decimal(score), table=park_at(ON))
    assert (rise.grade, rise.points) == (grade, Decimal(points))
    assert rules.next_rise(score=Decimal(85), table=park_at(ON)) is None
