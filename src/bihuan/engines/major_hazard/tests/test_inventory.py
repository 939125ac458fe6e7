"""The inventory: what a clerk writes, and what is told at which cell."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bihuan.engines.major_hazard.cells import COLUMNS, Unreadable, column_letter
from bihuan.engines.major_hazard.grading import calculate
from bihuan.engines.major_hazard.inventory import HeadingsWrong, read_inventory
from bihuan.engines.major_hazard.tables import tables_at
from bihuan.engines.major_hazard.terms import MixtureRule, UnitKind

TABLES = tables_at(date(2026, 11, 22))
KEYS = [column.key for column in COLUMNS]
HEADINGS = [column.heading.zh for column in COLUMNS]

METHANOL = {
    "enterprise": "云州东方化工有限公司", "unit_code": "U-01", "unit_name": "甲罐区", "unit_kind": "储罐区", "residents": 20,
    "holder": "V-101", "name": "甲醇", "cas": "67-56-1", "symbols": "易燃液体2", "basis": "SDS 2025-03 第2部分",
    "design_maximum": 600, "mass_unit": "t", "live": 480.5, "volume": 800,
    "above_boiling_point": "否", "special_conditions": "否",
}  # fmt: skip


def row(**changes):
    said = METHANOL | changes
    return [said.get(key) for key in KEYS]


def read(*rows, headings=HEADINGS):
    return read_inventory(headings=headings, rows=enumerate(rows, start=2), tables=TABLES)


def cell(key: str, number: int = 2) -> str:
    return f"{column_letter(KEYS.index(key))}{number}"


def test_a_row_becomes_a_unit_with_its_stock():
    (unit,) = read(row()).units
    assert (unit.code, unit.kind, unit.residents) == ("U-01", UnitKind.TANK_FARM, 20)
    (stock,) = unit.stocks
    assert (stock.design_maximum, stock.live, stock.symbols) == (Decimal(600), Decimal("480.5"), ("W5.3",))
    assert calculate(unit=unit, tables=TABLES).grade.value == "IV"


def test_kilograms_are_turned_into_tonnes_exactly():
    (unit,) = read(row(design_maximum="600,000", mass_unit="公斤", live="0.1kg")).units
    assert unit.stocks[0].design_maximum == Decimal(600)
    assert unit.stocks[0].live == Decimal("0.0001")


def test_rows_of_a_unit_join_and_enterprises_stay_apart():
    inventory = read(row(), row(holder="V-102"), row(enterprise="云州西方化工有限公司"))
    assert [len(unit.stocks) for unit in inventory.units] == [2, 1]


def test_the_example_row_is_passed_over():
    assert len(read(row(enterprise="示例：某厂", cas="1-1-1"), row()).units) == 1


def test_columns_are_found_by_their_headings_in_any_order_and_language():
    order = list(reversed(range(len(KEYS))))
    headings = [COLUMNS[n].heading.en + "*" for n in order]
    inventory = read([row()[n] for n in order], headings=headings)
    assert inventory.units[0].stocks[0].name == "甲醇"


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        ({"cas": "67-56-2"}, "cas", "校验位应为 1"),
        ({"cas": "7782-50-5"}, "cas", "67-56-1"),
        ({"mass_unit": "m3"}, "mass_unit", "不是质量单位"),
        ({"mass_unit": "斤"}, "mass_unit", "不认识"),
        ({"mass_unit": None}, "mass_unit", "必填"),
        ({"design_maximum": "600kg"}, "design_maximum", "请统一"),
        ({"design_maximum": 600_000}, "design_maximum", "千克写成了吨"),
        ({"design_maximum": 9_000_000, "volume": None}, "design_maximum", "千克写成了吨"),
        ({"design_maximum": -5}, "design_maximum", "大于 0"),
        ({"design_maximum": 0}, "design_maximum", "大于 0"),
        ({"design_maximum": None}, "design_maximum", "必填"),
        ({"design_maximum": "约六百"}, "design_maximum", "不是数量"),
        ({"design_maximum": Unreadable("=A1*2")}, "design_maximum", "选择性粘贴"),
        ({"live": -1}, "live", "不能为负"),
        ({"volume": 0}, "volume", "大于 0"),
        ({"residents": -3}, "residents", "正整数"),
        ({"residents": 2.5}, "residents", "正整数"),
        ({"residents": None}, "residents", "必填"),
        ({"unit_kind": "车间"}, "unit_kind", "生产单元"),
        ({"name": ""}, "name", "必填"),
        ({"name": "异佛尔酮二胺", "cas": "", "symbols": ""}, "symbols", "不在表1"),
        ({"symbols": ""}, "symbols", "不默认为 1"),
        ({"symbols": "W5.3;W5.4"}, "symbols", "矛盾"),
        ({"symbols": "W77"}, "symbols", "W5.1"),
        ({"symbols": "无"}, "symbols", "仍要计入"),
        ({"symbols": "易燃液体4"}, "symbols", "1–3"),
        ({"above_boiling_point": None}, "symbols", "是/否"),
        ({"symbols": "W5.3", "above_boiling_point": "是"}, "symbols", "W5.1"),
        ({"symbols": "W5.3", "above_boiling_point": "也许"}, "above_boiling_point", "是"),
        ({"basis": ""}, "basis", "依据"),
        ({"name": "硝酸铵", "cas": "", "symbols": "W9.2"}, "name", "对应表1的 2 项"),
        ({"name": "硝化棉", "cas": "", "symbols": "W10"}, "name", "5 项"),
        ({"name": "甲醛", "cas": "50-00-0", "symbols": "J3"}, "serial", "第8项"),
        ({"serial": "无"}, "serial", "先按名称"),
        ({"serial": "甲"}, "serial", "序号"),
        ({"components": "甲醇60%；乙醇50%"}, "components", "110%"),
        ({"components": "甲醇-1%"}, "components", "大于 0"),
        ({"components": "甲醇"}, "components", "甲醇60%"),
        ({"components": "甲醇60%；水40%"}, "mixture", "须选"),
        ({"mixture": "混合"}, "mixture", "按新类别"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_cell_and_nothing_is_calculated(changes, key, said):
    inventory = read(row(**changes))
    assert inventory.units == ()
    assert [(w.cell, said in w.text.zh) for w in inventory.wrong] == [(cell(key), True)], inventory.wrong


def test_every_fault_is_found_not_only_the_first():
    inventory = read(row(cas="1-1-1", residents="?"), row(holder="V-102", live=-1))
    assert [w.cell for w in inventory.wrong] == [cell("residents"), cell("cas"), cell("live", 3)]
    assert all(w.to_json()["en"] for w in inventory.wrong)


def test_the_same_tank_twice_is_refused_within_a_unit_and_across_units():
    twice = read(row(), row(holder=" v-101"))
    assert [(w.cell, "第 2 行" in w.text.zh) for w in twice.wrong] == [(cell("holder", 3), True)]
    elsewhere = read(row(), row(unit_code="U-02", unit_name="乙罐区", name="乙醇", cas="64-17-5"))
    assert [(w.cell, "U-01" in w.text.zh) for w in elsewhere.wrong] == [(cell("holder", 3), True)]


def test_rows_of_one_unit_must_agree_on_the_unit():
    inventory = read(row(), row(holder="V-102", residents=200))
    assert [w.cell for w in inventory.wrong] == [cell("residents", 3)]


def test_a_mixture_with_its_components_is_taken():
    (unit,) = read(row(name="甲醇水溶液", components="甲醇60%；水40%", mixture="按新类别", symbols="易燃液体3")).units
    assert unit.stocks[0].mixture is MixtureRule.NEW_CATEGORY
    assert unit.stocks[0].symbols == ("W5.4",)


def test_an_empty_inventory_and_missing_headings_say_so():
    assert read().wrong[0].text.zh == "清单没有任何数据行。"
    with pytest.raises(HeadingsWrong, match="设计最大量"):
        read(headings=["企业", "单元编号"])
    with pytest.raises(HeadingsWrong, match="两次"):
        read(headings=[*HEADINGS, "企业"])
