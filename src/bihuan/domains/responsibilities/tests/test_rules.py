"""A matrix is whole when every cell is said and every line has somebody in charge."""

from __future__ import annotations

from datetime import date

import pytest

from bihuan.domains.responsibilities import rules
from bihuan.domains.responsibilities.rules import Said
from bihuan.domains.responsibilities.terms import LINES, Link, Part, Sector

ALL = frozenset(line.value for line in LINES)


def said(unit, in_charge=(), cooperates=()):
    return Said(unit, frozenset(in_charge), frozenset(cooperates))


def test_there_are_six_links_and_twelve_sectors():
    assert (len(Link), len(Sector), len(LINES)) == (6, 12, 18)


def test_a_unit_that_says_nothing_leaves_its_whole_column_empty():
    found = rules.matrix(units=["A", "B"], said=[said("A", ALL)])
    assert (found.undeclared, found.empty_cells, found.without_charge) == (["B"], 18, [])
    assert not found.is_whole
    assert rules.matrix(units=["A", "B"], said=[said("A", ALL), said("B")]).is_whole


def test_a_line_without_anybody_in_charge_is_a_gap_even_when_somebody_cooperates():
    found = rules.matrix(units=["A"], said=[said("A", ALL - {"link.use"}, ["link.use"])])
    assert found.without_charge == [Link.USE]
    assert found.cells["link.use"]["A"] is Part.COOPERATES
    assert found.cells["link.storage"]["A"] is Part.IN_CHARGE


def test_without_units_nothing_is_whole():
    assert not rules.matrix(units=[], said=[]).is_whole


def test_a_line_is_ticked_once_and_exists():
    rules.require_lines(in_charge=["link.use"], cooperates=["link.storage"])
    with pytest.raises(rules.BothParts, match="使用"):
        rules.require_lines(in_charge=["link.use"], cooperates=["link.use"])
    with pytest.raises(rules.UnknownLine):
        rules.require_lines(in_charge=["link.magic"], cooperates=[])


@pytest.mark.parametrize(
    ("line", "unit", "filled"), [("link.use", "", False), ("link.storage", "", True), ("", "B", False), ("", "A", True)]
)
def test_what_was_asked_for_must_be_filled_before_it_is_submitted(line, unit, filled):
    found = rules.matrix(units=["A", "B"], said=[said("A", ALL - {"link.use"})])
    if filled:
        rules.require_filled(found=found, line=line, unit=unit)
    else:
        with pytest.raises(rules.StillEmpty):
            rules.require_filled(found=found, line=line, unit=unit)


@pytest.mark.parametrize(
    ("on", "holds"),
    [(date(2026, 1, 1), True), (date(2025, 12, 31), False), (date(2026, 5, 31), True), (date(2026, 6, 1), False)],
)
def test_a_clause_no_longer_holds_on_the_day_it_ends(on, holds):
    assert rules.holds_on(from_on=date(2026, 1, 1), until_on=date(2026, 6, 1), on=on) is holds
