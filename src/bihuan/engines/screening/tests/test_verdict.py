"""Screening: each rule on both sides of its boundary, what isn't known, and what the rules come to together."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bihuan.engines.major_hazard.terms import Grade
from bihuan.engines.screening.rules import rules_at
from bihuan.engines.screening.terms import Outcome, PlanKind, ProjectKind, Restriction, Verdict
from bihuan.engines.screening.verdict import (
    Compared,
    Entry,
    InParks,
    Project,
    Substance,
    hits,
    screen,
    with_limits,
)

ON = date(2026, 11, 22)
RULES = rules_at(ON)
CATALOGUE = (
    Entry(Restriction.FORBIDDEN, "光气", "75-44-5"),
    Entry(Restriction.RESTRICTED, "液氯", "7782-50-5", "只作配套自用"),
    Entry(Restriction.CONTROLLED, "硝酸铵（含可燃物≤0.2%）"),
)
GOOD = Project(
    kind=ProjectKind.NEW,
    is_chemical=True,
    substances=(Substance("甲醇", "67-56-1"),),
    investment=Decimal(100000),
    grade_before=None,
    grade_after=Grade.III,
    grades_are_known=True,
    is_in_park=True,
    fits_plans=True,
    conditions_met=None,
)


def found(rule, rules=RULES, catalogue=CATALOGUE, **said):
    result = screen(project=replace(GOOD, **said), rules=rules, catalogue=catalogue, on=ON)
    return next(f.outcome for f in result.findings if f.rule.code == rule)


def verdict(catalogue=CATALOGUE, **said):
    return screen(project=replace(GOOD, **said), rules=RULES, catalogue=catalogue, on=ON).verdict


@pytest.mark.parametrize(
    ("investment", "outcome"),
    [(Decimal("99999.99"), Outcome.FAILED), (Decimal(100000), Outcome.PASSED), (None, Outcome.UNKNOWN)],
)
def test_a_new_chemical_project_costs_a_thousand_million_or_more(investment, outcome):
    assert found("investment_new", investment=investment) is outcome


@pytest.mark.parametrize(
    ("investment", "outcome"), [(Decimal("19999.99"), Outcome.FAILED), (Decimal(20000), Outcome.PASSED)]
)
def test_a_relocation_costs_two_hundred_million_or_more(investment, outcome):
    assert found("investment_relocation", investment=investment, kind=ProjectKind.RELOCATE) is outcome
    assert found("investment_relocation", investment=investment) is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("kind", "before", "after", "outcome"),
    [
        (ProjectKind.NEW, None, Grade.II, Outcome.FAILED),
        (ProjectKind.NEW, None, Grade.III, Outcome.PASSED),
        (ProjectKind.NEW, None, None, Outcome.PASSED),
        (ProjectKind.EXTEND, Grade.III, Grade.II, Outcome.FAILED),
        (ProjectKind.EXTEND, Grade.I, Grade.II, Outcome.NOT_APPLICABLE),
        (ProjectKind.RELOCATE, Grade.I, Grade.I, Outcome.FAILED),
    ],
)
def test_no_new_hazard_of_level_1_or_2(kind, before, after, outcome):
    assert found("no_new_grave_hazard", kind=kind, grade_before=before, grade_after=after) is outcome


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (Grade.III, Grade.II, Outcome.FAILED),
        (Grade.II, Grade.II, Outcome.PASSED),
        (Grade.II, Grade.IV, Outcome.PASSED),
        (None, Grade.IV, Outcome.FAILED),
        (Grade.IV, None, Outcome.PASSED),
        (None, None, Outcome.PASSED),
    ],
)
def test_the_level_does_not_rise(before, after, outcome):
    assert found("no_rise", kind=ProjectKind.REBUILD, grade_before=before, grade_after=after) is outcome
    assert found("no_rise", grade_before=before, grade_after=after) is Outcome.NOT_APPLICABLE


def test_what_is_listed_is_hit_by_number_or_by_name():
    asked = [
        Substance("氯", "7782-50-5"),
        Substance("光 气"),
        Substance("硝酸铵(含可燃物≤0.2%)"),
        Substance("光气", "50-00-0"),
    ]
    assert [(s.name, e.name) for s, e in hits(substances=asked, catalogue=CATALOGUE)] == [
        ("氯", "液氯"),
        ("光 气", "光气"),
        ("硝酸铵(含可燃物≤0.2%)", "硝酸铵（含可燃物≤0.2%）"),
    ]


def test_a_forbidden_chemical_refuses_for_good_and_a_restricted_one_in_principle():
    assert verdict(substances=(Substance("光气"),)) is Verdict.REFUSED
    chlorine = (Substance("液氯", "7782-50-5"),)
    assert verdict(substances=chlorine) is Verdict.INCOMPLETE
    assert verdict(substances=chlorine, conditions_met=True) is Verdict.ADMITTED
    assert verdict(substances=chlorine, conditions_met=False) is Verdict.REFUSED_IN_PRINCIPLE


def test_the_verdict_of_everything_together():
    assert verdict() is Verdict.ADMITTED
    assert verdict(grade_after=Grade.I) is Verdict.REFUSED_IN_PRINCIPLE
    assert verdict(fits_plans=False, grade_after=Grade.I) is Verdict.REFUSED
    assert verdict(is_in_park=None) is Verdict.INCOMPLETE
    assert verdict(is_in_park=False, investment=None) is Verdict.REFUSED_IN_PRINCIPLE
    assert verdict(grades_are_known=False) is Verdict.INCOMPLETE
    assert verdict(catalogue=()) is Verdict.INCOMPLETE
    assert verdict(substances=()) is Verdict.INCOMPLETE


def test_a_place_may_set_its_own_floor_with_its_own_basis():
    rules = with_limits(RULES, {"investment_new": (Decimal(50000), "云州市〔2026〕1号")})
    assert found("investment_new", rules=rules, investment=Decimal(50000)) is Outcome.PASSED
    assert found("investment_new", rules=rules, investment=Decimal(49999)) is Outcome.FAILED
    assert next(r.source for r in rules if r.code == "investment_new") == "云州市〔2026〕1号"


def test_every_rule_is_known_and_says_its_source_and_state():
    result = screen(project=GOOD, rules=RULES, catalogue=CATALOGUE, on=ON)
    assert len(result.findings) == len(RULES) == 8
    for finding in result.to_json()["findings"]:
        assert finding["source"]
        assert finding["outcome"] != "unknown"
        assert finding["state"] in ("transcribed", "unchecked")


INSIDE = Compared(PlanKind.TOWN, 1.0, (), ("国土空间规划",))
PARTLY = replace(INSIDE, share=0.62)
REFUSED = replace(INSIDE, refused_by=("生态保护红线",))
INDUSTRY = replace(INSIDE, plan=PlanKind.INDUSTRY, layers=("产业规划",))


@pytest.mark.parametrize(
    ("plans", "declared", "outcome"),
    [
        ((), True, Outcome.PASSED),
        ((), None, Outcome.UNKNOWN),
        # Both plans have a layer: the drawing decides, whatever was declared or left open.
        ((INSIDE, INDUSTRY), None, Outcome.PASSED),
        ((PARTLY, INDUSTRY), True, Outcome.FAILED),
        ((REFUSED, INDUSTRY), True, Outcome.FAILED),
        ((replace(INSIDE, share=0.9951), INDUSTRY), None, Outcome.PASSED),
        ((replace(INSIDE, share=0.9949), INDUSTRY), None, Outcome.FAILED),
        # One has none: for that the declaration counts.
        ((INSIDE,), None, Outcome.UNKNOWN),
        ((INSIDE,), True, Outcome.PASSED),
        ((INSIDE, INDUSTRY), False, Outcome.FAILED),
    ],
)
def test_a_site_is_held_against_the_plans(plans, declared, outcome):
    assert found("fits_plans", plans=plans, fits_plans=declared) is outcome


@pytest.mark.parametrize(
    ("parks", "declared", "outcome"),
    [
        (None, True, Outcome.PASSED),
        (InParks(1.0, ("甲园区",)), False, Outcome.PASSED),
        (InParks(0.4, ("甲园区",)), True, Outcome.FAILED),
        (InParks(0.0, ()), True, Outcome.FAILED),
    ],
)
def test_a_site_that_is_drawn_lies_in_a_park_or_does_not(parks, declared, outcome):
    assert found("in_park", parks=parks, is_in_park=declared) is outcome


@pytest.mark.parametrize(
    ("declared", "calculated", "after", "outcome"),
    [
        (Grade.II, Grade.III, Grade.II, Outcome.FAILED),
        (Grade.III, Grade.II, Grade.II, Outcome.PASSED),
        (Grade.II, None, Grade.IV, Outcome.FAILED),
    ],
)
def test_the_level_before_is_that_of_the_calculation_sheets(declared, calculated, after, outcome):
    said = {"kind": ProjectKind.EXTEND, "grade_before": declared, "grade_after": after}
    assert found("no_rise", **said, is_calculated=True, grade_calculated=calculated) is outcome
