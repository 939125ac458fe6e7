from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.kernel.period import Period
from bihuan.kernel.text import Text
from bihuan.law.law import Law, NotInForce, UnknownProvision
from bihuan.law.loader import LawDataWrong, load
from bihuan.law.provision import Provision, Version
from bihuan.law.state import LawState

GOOD = """
limit:
  meaning: {zh: 上限, en: Upper limit}
  versions:
    - {from: 2019-03-01, until: 2026-07-01, source: 甲 1.1, state: 转载待核, values: {I: 100, II: 0.3}}
    - {from: 2026-07-01, source: 甲 1.2, state: 官方文本已核, values: {I: 90}}
"""


def law_of(tmp_path, text, tables=()):
    (tmp_path / "a").mkdir(exist_ok=True)
    (tmp_path / "a" / "b.yaml").write_text(text, encoding="utf-8")
    for name, content in dict(tables).items():
        (tmp_path / "a" / name).write_text(content, encoding="utf-8")
    return Law(load(tmp_path))


@pytest.mark.parametrize(
    ("on", "value", "state"),
    [
        (date(2019, 3, 1), 100, LawState.TRANSCRIBED),
        (date(2026, 6, 30), 100, LawState.TRANSCRIBED),
        (date(2026, 7, 1), 90, LawState.OFFICIAL),
    ],
)
def test_each_day_has_its_own_edition(tmp_path, on, value, state):
    held = law_of(tmp_path, GOOD).at(on).value("a/b", "limit")
    assert (held.value["I"], held.state, held.citation[:1]) == (value, state, "甲")


def test_before_the_first_edition_nothing_holds(tmp_path):
    with pytest.raises(NotInForce) as refused:
        law_of(tmp_path, GOOD).at(date(2019, 2, 28)).value("a/b", "limit")
    assert "上限" in refused.value.text.zh


def test_a_number_with_a_point_is_a_decimal_and_nobody_can_change_it(tmp_path):
    held = law_of(tmp_path, GOOD).at(date(2020, 1, 1)).value("a/b", "limit")
    assert held.value["II"] == Decimal("0.3")
    with pytest.raises(TypeError):
        held.value["I"] = 1


@pytest.mark.parametrize("written", ["on", "no", "12:30", "010", "1e3", ".inf", "0x1f"])
def test_only_plain_numbers_are_numbers(tmp_path, written):
    held = law_of(tmp_path, GOOD.replace("I: 100", f"I: {written}")).at(date(2020, 1, 1)).value("a/b", "limit")
    assert held.value["I"] == written


def test_a_provision_nobody_entered_is_a_fault_of_the_code(tmp_path):
    with pytest.raises(UnknownProvision, match="a/b#other"):
        law_of(tmp_path, GOOD).at(date(2020, 1, 1)).value("a/b", "other")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("until: 2026-07-01", "until: 2026-07-02"), "share days"),
        (("until: 2026-07-01, ", ""), "share days"),
        (("until: 2026-07-01", "until: 2019-03-01"), "at least one day"),
        (("from: 2019-03-01", "from: 2019-02-30"), "day is out of range"),
        (("from: 2019-03-01", "from: 3"), "versions[0].from"),
        (("state: 转载待核", "state: 已核"), "官方文本已核"),
        (("source: 甲 1.1, ", ""), "lacks source"),
        (("source: 甲 1.1", "source: ''"), "names the standard"),
        (("values: {I: 90}", "values:"), "is empty"),
        (("values: {I: 90}", "values: 1, table: x.csv"), "either"),
        (("values: {I: 90}", "valeus: 1"), "unknown fields: valeus"),
        (("en: Upper limit", "fr: Limite"), "unknown fields: fr"),
        (("limit:", "Limit:"), "small letters"),
        (("I: 100", "II: 100"), "stands twice"),
    ],
)
def test_wrong_data_is_refused_with_its_file_and_place(tmp_path, change, said):
    with pytest.raises(LawDataWrong) as refused:
        law_of(tmp_path, GOOD.replace(*change))
    assert said in str(refused.value)
    assert "a/b.yaml" in str(refused.value)


def test_an_older_version_stands_first(tmp_path):
    lines = GOOD.rstrip().splitlines()
    with pytest.raises(LawDataWrong, match="stands after"):
        law_of(tmp_path, "\n".join([*lines[:-2], lines[-1], lines[-2]]))


TABLE = """
rows:
  meaning: {zh: 表, en: Table}
  versions:
    - from: 2020-01-01
      until: 2021-01-01
      source: 乙 表1
      state: 官方文本已核
      table: rows.csv
      columns: {name: text, amount: decimal, count: integer, day: date, state: state}
    - from: 2021-01-01
      source: 丙（未核）
      state: 待核
      table: rows.csv
      columns: {name: text, amount: decimal, count: integer, day: date, state: state}
"""
ROWS = "name,amount,count,day,state\n氨,0.5,3,2020-02-29,官方文本已核\n氯,,,,转载待核\n"


def test_a_table_is_read_by_its_columns_and_is_as_sure_as_its_least_sure_row(tmp_path):
    held = law_of(tmp_path, TABLE, {"rows.csv": ROWS}).at(date(2020, 6, 1)).value("a/b", "rows")
    assert held.value[0]["amount"] == Decimal("0.5")
    assert held.value[0]["day"] == date(2020, 2, 29)
    assert held.value[1]["count"] is None
    assert held.state is LawState.TRANSCRIBED
    assert held.value[0]["state"] is LawState.OFFICIAL


def test_no_row_is_surer_than_its_version(tmp_path):
    held = law_of(tmp_path, TABLE, {"rows.csv": ROWS}).at(date(2021, 1, 1)).value("a/b", "rows")
    assert {row["state"] for row in held.value} == {LawState.UNCHECKED}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROWS.replace("0.5", "half"), "rows.csv:2 amount: 'half' is not of type decimal"),
        (ROWS.replace("2020-02-29", "2021-02-29"), "rows.csv:2 day"),
        (ROWS.replace("name,amount", "amount,name"), "columns are"),
        (ROWS.replace("氨,0.5,", "氨,0.5,1,"), "more or fewer cells"),
        (ROWS.replace("转载待核", ""), "rows.csv:3 state"),
        ("name,amount,count,day,state\n", "no rows"),
    ],
)
def test_a_wrong_cell_is_named(tmp_path, rows, said):
    with pytest.raises(LawDataWrong) as refused:
        law_of(tmp_path, TABLE, {"rows.csv": rows})
    assert said in str(refused.value)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(LawDataWrong, match=r"no file rows\.csv"):
        law_of(tmp_path, TABLE)


@given(st.dates(date(1990, 1, 1), date(2040, 1, 1)), st.lists(st.integers(1, 2000), min_size=1, max_size=6))
def test_around_every_effective_date_the_day_before_has_the_edition_before(start, lengths):
    starts = [start + timedelta(days=sum(lengths[:n])) for n in range(len(lengths) + 1)]
    versions = [
        Version(Period(a, b), f"edition {n}", LawState.OFFICIAL, n)
        for n, (a, b) in enumerate(zip(starts, [*starts[1:], None], strict=True))
    ]
    law = Law({("a", "b"): Provision("a", "b", Text("甲", "A"), tuple(versions))})
    with pytest.raises(NotInForce):
        law.at(starts[0] - timedelta(days=1)).value("a", "b")
    for number, first in enumerate(starts):
        assert law.at(first).value("a", "b").value == number
        if number:
            assert law.at(first - timedelta(days=1)).value("a", "b").value == number - 1
