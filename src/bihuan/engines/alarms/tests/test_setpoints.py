from __future__ import annotations

from decimal import Decimal as D

import pytest

from bihuan.engines.alarms import setpoints


def test_flammable_gas_is_25_and_50_percent_of_the_lower_explosive_limit():
    assert (setpoints.flammable().first, setpoints.flammable().second) == (25, 50)


@pytest.mark.parametrize(
    ("range_top", "basis", "first", "second"),
    [("20", "OEL", "10", "20"), ("19.99", "IDLH", "21.5", "43")],
)
def test_idlh_serves_only_where_the_range_cannot_reach_the_second_level(range_top, basis, first, second):
    points = setpoints.toxic(oel=D(10), idlh=D(430), range_top=D(range_top))
    assert (points.basis, points.first, points.second) == (basis, D(first), D(second))


def test_a_plant_may_set_lower_and_not_higher():
    rule = setpoints.flammable()
    assert setpoints.too_high(rule, first=D(25), second=D(50)) == []
    assert setpoints.too_high(rule, first=D("25.1"), second=D(40)) == ["first"]


def test_gas_limits_latch_and_oxygen_has_both_sides():
    assert all(x.latch for x in setpoints.limits_of(setpoints.flammable()))
    assert [(str(x.kind), x.value) for x in setpoints.oxygen()] == [("L", 19.5), ("H", 23.5)]
