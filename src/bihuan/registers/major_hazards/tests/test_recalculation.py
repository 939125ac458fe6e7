"""A change of what a unit is or holds is calculated anew in its own transaction, and told when the grade changes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bihuan.core.actions.problems import InvalidInput
from bihuan.core.actions.runner import perform
from bihuan.core.events.models import OutboxEvent
from bihuan.core.jobs import queue
from bihuan.core.jobs.models import Task
from bihuan.parties.models import Parameter, Thing
from bihuan.registers.major_hazards import queries
from bihuan.registers.major_hazards.models import Calculation
from bihuan.registers.major_hazards.module import STOCK, UNITS, check_stock
from bihuan.registers.major_hazards.rules import newly_over, wrong_in
from bihuan.registers.major_hazards.tests import plays
from cast import AT, TODAY, Cast, context, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return Cast.build()


@pytest.fixture
def unit(cast):
    return plays.add_unit(cast)


def current(unit) -> Calculation:
    return Calculation.objects.get(unit=unit, is_current=True)


def told(name: str) -> list[dict]:
    queue.drain(at=AT)
    return [e.payload for e in OutboxEvent.objects.filter(name=name).order_by("id")]


def test_stock_makes_a_unit_a_major_hazard_and_it_is_told(cast, unit):
    assert not Calculation.objects.exists()
    plays.add_stock(cast, unit)
    made = current(unit)
    assert (made.s, made.r, made.grade, made.grade_before) == (10, 40, "III", "")
    (event,) = told("major_hazards.grade_changed")
    assert (event["before"], event["after"]) == ("", "III")


def test_a_larger_design_maximum_raises_the_level_and_is_told_once(cast, unit):
    stock = plays.add_stock(cast, unit)
    plays.change_stock(cast, stock, design_maximum=Decimal(150))
    assert (current(unit).grade, current(unit).grade_before) == ("I", "III")
    assert [(e["before"], e["after"]) for e in told("major_hazards.grade_changed")] == [("", "III"), ("III", "I")]
    assert told("major_hazards.grade_changed") == told("major_hazards.grade_changed")


def test_a_movement_of_stock_keeps_the_grade_and_says_nothing(cast, unit):
    stock = plays.add_stock(cast, unit)
    plays.change_stock(cast, stock, live=Decimal(49))
    assert Calculation.objects.filter(unit=unit).count() == 2
    assert current(unit).grade == "III"
    assert len(told("major_hazards.grade_changed")) == 1
    assert told("major_hazards.over_stored") == []


def test_over_storage_is_told_once_until_it_is_over(cast, unit):
    stock = plays.add_stock(cast, unit)
    stock = plays.change_stock(cast, stock, live=Decimal("50"))
    assert not current(unit).is_over_stored
    stock = plays.change_stock(cast, stock, live=Decimal("50.000001"))
    stock = plays.change_stock(cast, stock, live=Decimal("52"))
    assert len(told("major_hazards.over_stored")) == 1
    stock = plays.change_stock(cast, stock, live=Decimal("40"))
    plays.change_stock(cast, stock, live=Decimal("51"))
    assert [e["live_t"] for e in told("major_hazards.over_stored")] == ["50.000001", "51"]
    assert current(unit).grade == "III"


def test_residents_recalculate(cast, unit):
    plays.add_stock(cast, unit)
    perform(UNITS.action("change"), ctx=context(plays.keeper(cast)), row=unit, residents=Decimal(100))
    assert (current(unit).r, current(unit).grade) == (80, "II")


def test_what_is_taken_away_is_no_longer_counted(cast, unit):
    stock = plays.add_stock(cast, unit)
    perform(STOCK.action("retire"), ctx=context(plays.keeper(cast)), row=stock, reason="已拆除")
    assert (current(unit).grade, current(unit).grade_before) == ("", "III")
    plays.add_stock(cast, unit, code="U-01-V101-2")
    assert current(unit).grade == "III"


def test_a_change_that_changes_no_result_makes_no_version(cast, unit):
    plays.add_stock(cast, unit)
    perform(UNITS.action("change"), ctx=context(plays.keeper(cast)), row=unit, processes="氯化")
    assert Calculation.objects.filter(unit=unit).count() == 1


def test_the_same_tank_twice_is_refused_across_units(cast, unit):
    plays.add_stock(cast, unit)
    other = plays.add_unit(cast, code="U-02", name="乙罐区")
    with pytest.raises(InvalidInput) as refused:
        plays.add_stock(cast, other, code="U-02-V101")
    assert "已登记，编码“U-01-V101”" in refused.value.where["vessel"].zh
    assert not Calculation.objects.filter(unit=other).exists()


def test_what_needs_a_person_is_asked_at_its_field_and_nothing_is_written(cast, unit):
    with pytest.raises(InvalidInput) as refused:
        plays.add_stock(cast, unit, name="硝酸铵", cas="")
    assert set(refused.value.where) == {"name"}
    with pytest.raises(InvalidInput) as refused:
        plays.change_stock(cast, plays.add_stock(cast, unit, vessel="V-3"), name="硝化棉", cas="")
    assert set(refused.value.where) == {"name"}
    assert Calculation.objects.count() == 1
    assert Task.objects.filter(job=queries.ANNOUNCE_JOB).count() == 1


def test_stock_stands_in_a_unit_not_in_a_tank():
    tank = Thing(kind="tank", name="罐")
    values = {"name": "液氯", "cas": "7782-50-5", "design_maximum": Decimal(50), "vessel": "V-1"}
    assert set(check_stock(values | {"unit": tank})) == {"unit"}


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({}, set()),
        ({"design_maximum": Decimal(0)}, {"design_maximum"}),
        ({"design_maximum": Decimal(6_000_000)}, {"design_maximum"}),
        ({"live": Decimal(-1)}, {"live"}),
        ({"symbols": "W5.3"}, {"basis"}),
        ({"name": "甲醇", "cas": "67-56-1"}, {"symbols"}),
        ({"name": "甲醇", "cas": "67-56-1", "symbols": "易燃液体2", "basis": "SDS"}, {"symbols"}),
        ({"name": "甲醇", "cas": "67-56-1", "symbols": "易燃液体2", "basis": "SDS", "conditions": "ordinary"}, set()),
        ({"name": "甲醇", "cas": "67-56-1", "symbols": "W5.3", "basis": "SDS", "conditions": "special"}, {"symbols"}),
        ({"cas": "67-56-1"}, {"cas"}),
        ({"serial": "x"}, {"serial"}),
    ],
)
def test_what_is_wrong_with_a_row_stands_at_its_field(values, fields):
    right = {"name": "液氯", "cas": "7782-50-5", "design_maximum": Decimal(50), "live": None, "vessel": "V-1"}
    assert set(wrong_in(right | values)) == fields


def test_over_storage_is_new_only_where_it_was_not_before():
    entry = {"holder": "V-1", "name": "氯"}
    assert newly_over(before={}, after={"over_stored": [entry]}) == [entry]
    assert newly_over(before={"over_stored": [entry]}, after={"over_stored": [entry]}) == []


def test_the_authority_is_the_parameter_of_the_place_or_the_nearest_emergency_department(cast, unit):
    assert queries.authority_of(unit=unit, on=TODAY) == cast.district_emergency
    saved(
        Parameter(
            name=queries.AUTHORITY, region=cast.park, region_path=cast.park.path, from_on=TODAY, value=cast.emergency.code,
            basis="三定规定",
        )
    )  # fmt: skip
    assert queries.authority_of(unit=unit, on=TODAY) == cast.emergency
