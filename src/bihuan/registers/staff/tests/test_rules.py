"""两种口径的 75 %，10 名与 6 名: both sides of each boundary."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bihuan.registers.staff import rules
from bihuan.registers.staff.module import wrong_in
from bihuan.registers.staff.rules import Share, StaffFacts
from bihuan.registers.staff.terms import Duty

ON = date(2026, 6, 30)
ONE = Decimal(1)
PLAIN = StaffFacts(Duty.INSPECTOR, is_full_time=True)
LEARNED = replace(PLAIN, has_relevant_degree=True)


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(3, 4, "75"), (74, 100, "74"), (2999, 4000, "74.97"), (1, 3, "33.33"), (0, 5, "0"), (5, 5, "100")],
)
def test_a_share_is_rounded_down(part, whole, percent):
    assert Share(part, whole).percent == Decimal(percent)


def test_nobody_has_no_share():
    assert Share(0, 0).percent is None


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({}, True),
        ({"is_full_time": False}, False),
        ({"duty": Duty.DIRECTOR}, False),
        ({"duty": Duty.ENFORCER}, False),
    ],
)
def test_the_ten_are_full_time_inspectors_and_nobody_else(change, counts):
    assert rules.heads([replace(PLAIN, **change)]) == int(counts)


@pytest.mark.parametrize(
    ("change", "professional"),
    [
        ({}, False),
        ({"has_relevant_degree": True}, True),
        ({"practice_years": Decimal("0.9")}, False),
        ({"practice_years": Decimal(1)}, True),
        ({"qualified_until": date(2026, 6, 29)}, False),
        ({"qualified_until": date(2026, 6, 30)}, True),
    ],
)
def test_of_full_time_staff_a_degree_or_a_qualification_in_force_or_practice_counts(change, professional):
    share = rules.professionals([replace(PLAIN, **change)], on=ON, practice=ONE)
    assert (share.part, share.whole) == (int(professional), 1)


@pytest.mark.parametrize(
    ("degree", "years", "counts"), [(True, "1", True), (True, "0.9", False), (False, "30", False), (False, "0", False)]
)
def test_of_enforcement_officers_degree_and_practice_are_both_needed(degree, years, counts):
    one = StaffFacts(Duty.ENFORCER, has_relevant_degree=degree, practice_years=Decimal(years))
    share = rules.professional_enforcers([one, LEARNED], on=ON, practice=ONE)
    assert (share.part, share.whole) == (int(counts), 1)


def test_the_two_bases_of_the_75_percent_differ_over_the_same_people():
    enforcers = [
        StaffFacts(Duty.ENFORCER, True, has_relevant_degree=True, practice_years=Decimal(n)) for n in (0, 0, 5)
    ]
    staff = [LEARNED, LEARNED, LEARNED, PLAIN, *enforcers]
    assert rules.professionals(staff, on=ON, practice=ONE).percent == 75
    assert rules.professional_enforcers(staff, on=ON, practice=ONE).percent == Decimal("33.33")
    assert rules.dedicated([replace(PLAIN, is_dedicated=True), PLAIN]).percent == 50


def test_a_row_that_contradicts_itself_is_refused():
    assert set(wrong_in({"is_dedicated": True, "other_duties": "消防"})) == {"is_dedicated"}
    assert set(wrong_in({"qualified_until": ON})) == {"qualification"}
    assert set(wrong_in({"joined_on": ON, "left_on": date(2026, 6, 29)})) == {"left_on"}
    assert set(wrong_in({"practice_years": Decimal(61)})) == {"practice_years"}
    assert wrong_in({"practice_years": Decimal(60), "joined_on": ON, "left_on": ON}) == {}
