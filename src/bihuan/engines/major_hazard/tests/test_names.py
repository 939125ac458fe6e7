"""Which row of Table 1 is meant, and what needs saying."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bihuan.engines.major_hazard.categories import (
    FORMS,
    CategoriesContradict,
    CategoryUnknown,
    ProcessConditionsNeeded,
    flammable_liquid_symbol,
    require_categories,
    require_process_conditions,
)
from bihuan.engines.major_hazard.resolving import (
    ConditionUnconfirmed,
    NameAmbiguous,
    NameAndCasDisagree,
    SerialWrong,
    resolve,
)
from bihuan.engines.major_hazard.stock import Stock
from bihuan.engines.major_hazard.tables import plain, tables_at
from bihuan.engines.major_hazard.terms import MixtureRule

TABLES = tables_at(date(2026, 11, 22))


def serial(name: str, **more) -> int | None:
    row = resolve(stock=Stock(name, Decimal(1), **more), tables=TABLES)
    return row.serial if row else None


@pytest.mark.parametrize(
    ("name", "more", "row"),
    [
        ("氯", {}, 12),
        ("液 氯", {}, 12),
        ("环氧氯丙烷", {}, 21),
        ("1-氯-2，3-环氧丙烷", {}, 21),
        ("天然气", {}, 49),
        ("甲烷", {}, 49),
        ("TDI", {}, 23),
        ("tdi", {}, 23),
        ("一氧化碳", {"cas": "630-08-0"}, 13),
        ("丙烷", {"cas": "74-98-6"}, 52),
        ("工业甲醇", {"cas": "67-56-1"}, 65),
        ("甲醛(含量>90%)", {}, 8),
        ("甲醛", {"serial": 8}, 8),
        ("福尔马林", {"cas": "50-00-0", "serial": 0}, None),
        ("硝化纤维素〔含水(或乙醇)<25%〕", {"serial": 37}, 37),
        ("硝酸铵", {"serial": 44}, 44),
        ("异佛尔酮", {}, None),
        ("甲醇水溶液", {"cas": "67-56-1", "mixture": MixtureRule.NEW_CATEGORY}, None),
    ],
)
def test_a_name_alias_or_number_finds_its_row(name, more, row):
    assert serial(name, **more) == row


@pytest.mark.parametrize(
    ("name", "more", "problem", "said"),
    [
        ("硝酸铵", {}, NameAmbiguous, "43 "),
        ("硝化棉", {}, NameAmbiguous, "41 "),
        ("某棉", {"cas": "9004-70-0"}, NameAmbiguous, "对应表1的 6 项"),
        ("甲醛", {}, ConditionUnconfirmed, "第8项"),
        ("氯化氢", {}, ConditionUnconfirmed, "无水"),
        ("硝酸", {"cas": "7697-37-2"}, ConditionUnconfirmed, "70%"),
        ("氯", {"cas": "67-56-1"}, NameAndCasDisagree, "7782-50-5"),
        ("硝酸铵", {"serial": 12}, SerialWrong, "第12项"),
        ("苯", {"serial": 0}, SerialWrong, "先按名称"),
        ("苯", {"serial": 86}, SerialWrong, "共 85 项"),
        ("某物", {"serial": 12, "cas": "630-08-0"}, SerialWrong, "煤气"),
        ("某物", {"serial": 12, "cas": "64-19-7"}, NameAndCasDisagree, "7782-50-5"),
    ],
)  # fmt: skip
def test_what_needs_a_person_says_what_to_choose_from(name, more, problem, said):
    with pytest.raises(problem) as refused:
        serial(name, **more)
    assert said in refused.value.text.zh


@pytest.mark.parametrize("row", TABLES.named, ids=lambda row: str(row.serial))
def test_every_name_and_alias_of_table_1_leads_to_its_row_or_asks(row):
    for name in (row.name, *row.bare_names, *row.aliases):
        if len(TABLES.by_name.get(plain(name), ())) > 1 or (row.is_conditional and name != row.name):
            with pytest.raises((NameAmbiguous, ConditionUnconfirmed), match=str(row.serial)):
                serial(name)
        else:
            assert serial(name) == row.serial


def test_every_symbol_has_a_physical_state():
    assert set(FORMS) == set(TABLES.categories)


@pytest.mark.parametrize("symbols", [("J1", "J2"), ("W5.3", "W5.4"), ("W2", "W5.1"), ("J4", "W10"), ("J1", "W5.1")])
def test_categories_that_contradict_each_other_are_refused(symbols):
    with pytest.raises(CategoriesContradict):
        require_categories(symbols=symbols, tables=TABLES)


@pytest.mark.parametrize("symbols", [("J2", "W5.3"), ("J3", "W2"), ("J5", "W10"), ("W3", "W2"), ("J2", "J2")])
def test_categories_that_can_stand_together_do(symbols):
    assert {c.symbol for c in require_categories(symbols=symbols, tables=TABLES)} == set(symbols)


def test_an_unknown_symbol_is_told_the_known_ones():
    with pytest.raises(CategoryUnknown, match=r"W5\.4"):
        require_categories(symbols=["W99"], tables=TABLES)


@pytest.mark.parametrize(
    ("category", "above", "special", "symbol"),
    [(1, None, None, "W5.1"), (2, True, False, "W5.1"), (3, True, True, "W5.1"), (2, False, True, "W5.2"),
     (3, False, True, "W5.2"), (2, False, False, "W5.3"), (3, False, False, "W5.4")],
)  # fmt: skip
def test_how_a_flammable_liquid_is_worked_with_sets_its_symbol(category, above, special, symbol):
    assert flammable_liquid_symbol(category=category, above_boiling_point=above, special_conditions=special) == symbol


@pytest.mark.parametrize(("above", "special"), [(None, False), (False, None), (None, None)])
def test_the_conditions_of_the_process_must_be_said(above, special):
    with pytest.raises(ProcessConditionsNeeded):
        flammable_liquid_symbol(category=2, above_boiling_point=above, special_conditions=special)


@pytest.mark.parametrize(
    ("symbols", "above", "special", "right"),
    [(["W5.3"], True, None, "W5.1"), (["W5.4"], False, True, "W5.2"), (["W5.2"], True, True, "W5.1")],
)
def test_a_symbol_against_the_process_is_refused(symbols, above, special, right):
    with pytest.raises(CategoriesContradict, match=right):
        require_process_conditions(symbols=symbols, above_boiling_point=above, special_conditions=special)


def test_a_symbol_that_fits_the_process_stands():
    require_process_conditions(symbols=["W5.2"], above_boiling_point=False, special_conditions=True)
    require_process_conditions(symbols=["J5"], above_boiling_point=True, special_conditions=True)
