"""公式按单位计算, and who sees the names."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bihuan.loop.kinds import formula_of
from bihuan.parties.models import Parameter
from bihuan.registers.staff.models import StaffMember
from bihuan.registers.staff.module import REGISTER
from cast import Cast, saved

ON = date(2026, 11, 22)


@pytest.fixture
def cast(db):
    return Cast.build()


def member(unit, number, **more):
    said = {"duty": "inspector", "is_full_time": True, "degree": "bachelor", "practice_years": Decimal(0)}
    said["joined_on"] = date(2026, 1, 1)
    return saved(
        StaffMember(
            code=f"{unit.code}-{number}", name="某某", post="监管岗", organisation=unit, organisation_code=unit.code,
            region_path=unit.region_path, **(said | more),
        )
    )  # fmt: skip


def found(code, region):
    return {c.organisation_code: (c.value, c.basis) for c in formula_of(code).compute(region_path=region.path, on=ON)}


def test_each_unit_is_counted_by_itself_and_those_who_left_are_not(cast):
    for number in range(3):
        member(cast.emergency, number, has_relevant_degree=True)
    member(cast.emergency, 3)
    member(cast.emergency, 4, left_on=ON)  # today is the first day without them
    member(cast.emergency, 5, joined_on=date(2026, 11, 23))
    member(cast.district_emergency, 0, is_removed=True)
    member(cast.district_emergency, 1, practice_years=Decimal("1.5"))
    assert found("staff.professionals", cast.city) == {"YJ": (Decimal(75), "3/4"), "DH-YJ": (Decimal(100), "1/1")}
    assert found("staff.inspectors", cast.city)["YJ"][0] == 4
    assert set(found("staff.inspectors", cast.district)) == {"DH-YJ"}
    assert found("staff.professional_enforcers", cast.city) == {}


def test_how_much_practice_counts_is_a_parameter_of_the_place(cast):
    member(cast.district_emergency, 1, practice_years=Decimal("1.5"))
    saved(
        Parameter(
            name="从业实践年限下限", region=cast.city, region_path=cast.city.path, value=2, basis="市编办", from_on=ON
        )
    )
    assert found("staff.professionals", cast.city)["DH-YJ"] == (Decimal(0), "0/1")


def test_a_name_is_shown_only_with_its_own_grant(cast):
    one = member(cast.works, 1)
    reader = cast.actor("reads", "staff_reader", cast.emergency, region=cast.city)
    keeper = cast.actor("keeps", "staff_keeper", cast.emergency, region=cast.city)
    assert "name" not in {f.name for f in REGISTER.fields_for(reader)}
    assert "name" in {f.name for f in REGISTER.fields_for(keeper)}
    assert list(REGISTER.visible_to(reader)) == [one]
    assert not REGISTER.visible_to(cast.actor("far", "staff_keeper", cast.neighbour, region=cast.next_city)).exists()
    assert "某某" not in str(one)
