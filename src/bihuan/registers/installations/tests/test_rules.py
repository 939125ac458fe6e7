"""Amounts and lives: what is refused, and what is only asked about; nothing of it needs a database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bihuan.core.records.fields import WrongCell
from bihuan.registers.installations import rules
from bihuan.registers.installations.module import EQUIPMENT, STOCK
from bihuan.registers.places_of_use.module import RECORDS

MAXIMUM, LIVE = STOCK.by_name["design_maximum"], STOCK.by_name["live"]
YEARLY, STORED = RECORDS.by_name["used_yearly"], RECORDS.by_name["stored_at_most"]


@pytest.mark.parametrize(
    ("field", "written", "words"),
    [
        (MAXIMUM, "0", "应大于 0 吨"),
        (MAXIMUM, "-40", "应大于 0 吨"),
        (LIVE, "-1", "不能为负数（吨）"),
        (YEARLY, "-1", "不能为负数（kg）"),
        (EQUIPMENT.by_name["design_life"], "0", "1 与 100 年"),
        (EQUIPMENT.by_name["design_life"], "9999", "1 与 100 年"),
    ],
)
def test_what_no_place_can_hold_is_refused(field, written, words):
    with pytest.raises(WrongCell, match=words):
        field.read(written)


@pytest.mark.parametrize(
    ("field", "usual", "rare", "words"),
    [
        (MAXIMUM, "1000", "1000.0001", "千克写成了吨"),
        (LIVE, "0", "40000", "千克写成了吨"),
        (YEARLY, "1000000", "1000001", "克或毫升写成了千克"),
        (STORED, "200000", "200001", "克或毫升写成了千克"),
    ],
)
def test_what_is_rare_is_asked_about(field, usual, rare, words):
    assert field.asks(Decimal(usual)) is None
    assert words in field.asks(Decimal(rare)).zh


@pytest.mark.parametrize(("years", "ends"), [(9999, 9999), (-3000, 1), (20, 2028)])
def test_a_life_that_no_calendar_holds_ends_at_its_edge(years, ends):
    assert rules.end_of_life(built_on=date(2008, 2, 29), years=years).year == ends
