"""GB 18218-2018: both sides of every threshold and boundary, and a second calculation written from the tables alone."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.engines.major_hazard.choosing import CategoryDenied, CategoryNeeded
from bihuan.engines.major_hazard.grading import (
    AmountImpossible,
    HeldTwice,
    ResidentsImpossible,
    UnitEmpty,
    calculate,
    grade_of,
)
from bihuan.engines.major_hazard.stock import Stock, Unit
from bihuan.engines.major_hazard.tables import tables_at
from bihuan.engines.major_hazard.terms import Basis, Grade, MixtureRule, UnitKind
from bihuan.law import law

TABLES = tables_at(date(2026, 11, 22))
FOLDER = law.REGULATIONS / "gb-18218"
LEAST = Decimal("0.000001")


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


NAMED, CATEGORIES = rows("named-thresholds-2018.csv"), rows("category-thresholds-2018.csv")


def unit(*stocks: Stock, residents: int = 0, kind: UnitKind = UnitKind.TANK_FARM) -> Unit:
    return Unit("U-1", "甲罐区", kind, residents, stocks)


def sheet_of(*stocks: Stock, residents: int = 0):
    return calculate(unit=unit(*stocks, residents=residents), tables=TABLES)


@pytest.mark.parametrize("row", NAMED, ids=lambda row: row["serial"])
def test_a_named_chemical_is_a_major_hazard_from_its_threshold_on(row):
    least = Decimal(row["threshold_t"])
    stock = Stock(row["name"], least, serial=int(row["serial"]), symbols=("W1.1",))
    below = Stock(row["name"], least - LEAST, serial=int(row["serial"]), symbols=("W1.1",))
    at = sheet_of(stock)
    assert at.s == 1
    assert at.is_major_hazard
    assert at.lines[0].threshold.basis is Basis.NAMED_THRESHOLD
    assert sheet_of(below).grade is None


@pytest.mark.parametrize("row", CATEGORIES, ids=lambda row: row["symbol"])
def test_a_category_is_a_major_hazard_from_its_threshold_on(row):
    least = Decimal(row["threshold_t"])
    at = sheet_of(Stock("某中间体", least, symbols=(row["symbol"],)))
    assert at.s == 1
    assert at.is_major_hazard
    assert at.lines[0].correction.value == Fraction(row["correction"])
    assert not sheet_of(Stock("某中间体", least - LEAST, symbols=(row["symbol"],))).is_major_hazard


@pytest.mark.parametrize("row", rows("named-corrections-2018.csv"), ids=lambda row: row["name"])
def test_a_named_toxic_gas_has_its_own_correction_whatever_its_category(row):
    serial = (
        13 if row["name"] == "一氧化碳" else next(int(r["serial"]) for r in NAMED if row["cas"] in r["cas"].split(";"))
    )
    line = sheet_of(Stock(row["name"], Decimal(1000), cas=row["cas"], serial=serial, symbols=("W2",))).lines[0]
    assert (line.correction.value, line.correction.basis) == (Fraction(row["correction"]), Basis.NAMED_CORRECTION)


@pytest.mark.parametrize(
    ("residents", "factor"),
    [(0, "0.5"), (1, "1"), (29, "1"), (30, "1.2"), (49, "1.2"), (50, "1.5"), (99, "1.5"), (100, "2"), (99_999, "2")],
)
def test_residents_set_the_factor(residents, factor):
    sheet = sheet_of(Stock("氯", Decimal(5), cas="7782-50-5"), residents=residents)
    assert sheet.r == Fraction(factor) * 4


@pytest.mark.parametrize(
    ("r", "grade"),
    [("100", Grade.I), ("99.99", Grade.II), ("50", Grade.II), ("49.99", Grade.III), ("10", Grade.III),
     ("9.99", Grade.IV), ("0.5", Grade.IV)],
)  # fmt: skip
def test_a_floor_belongs_to_its_own_grade(r, grade):
    assert grade_of(r=Fraction(r), floors=TABLES.floors) is grade


def test_three_thirds_make_one():
    third = tuple(Stock("三氧化硫", Decimal(25), holder=f"V-{n}", symbols=("J2",)) for n in range(3))
    assert sheet_of(*third).s == 1
    seventh = tuple(Stock("某毒物", Decimal(500) / 1, holder=f"V-{n}", symbols=("J5",)) for n in range(1))
    assert sheet_of(*seventh).is_major_hazard


@pytest.mark.shared
def test_the_vectors_of_the_reference_folder(shared_folder):
    people = {0.5: 0, 1.0: 20, 1.2: 40, 1.5: 60, 2.0: 120}
    symbol_of = {1: "W5.3", 1.5: "W2"}
    path = shared_folder / "standards" / "dict" / "gb18218_test_vectors.json"
    cases = json.loads(path.read_text(encoding="utf-8"))["data"]
    assert len(cases) == 8
    for case in cases:
        stocks = [
            Stock(c["name"], Decimal(str(c["q"])), cas=c["cas"], symbols=(symbol_of.get(c["beta"], "J3"),))
            for c in case["chemicals"]
        ]
        sheet = sheet_of(*stocks, residents=people[case["alpha"]])
        assert sheet.s == Fraction(str(case["S"])), case["case"]
        assert sheet.r == Fraction(str(case["R"])), case["case"]
        assert (sheet.grade.rank if sheet.grade else None) == case["level"], case["case"]


# — the second calculation: from the files alone, in integers, sharing nothing with the engine —


def second_opinion(stocks: list[Stock], residents: int) -> tuple[int, int, int, int, str]:
    """(S numerator, denominator, R numerator, denominator, grade) by whole numbers of millionths."""
    scale = 10**6
    whole = lambda text: int(Decimal(text) * scale)  # noqa: E731
    toxic = {r["cas"]: r["correction"] for r in rows("named-corrections-2018.csv")}
    by_symbol = {r["symbol"]: r for r in CATEGORIES}
    by_serial = {int(r["serial"]): r for r in NAMED}
    terms = []
    for stock in stocks:
        options = [by_symbol[s] for s in stock.symbols]
        if stock.serial:
            row = by_serial[stock.serial]
            limit = whole(row["threshold_t"])
            factor = next((toxic[c] for c in row["cas"].split(";") if c in toxic), None)
        else:
            limit, factor = min(whole(o["threshold_t"]) for o in options), None
        beta = whole(factor) if factor else max(whole(o["correction"]) for o in options)
        terms.append((whole(str(stock.design_maximum)), limit, beta))
    bottom = 1
    for _, limit, _ in terms:
        bottom *= limit
    s = sum(q * (bottom // limit) for q, limit, _ in terms)
    weighted = sum(q * beta * (bottom // limit) for q, limit, beta in terms)
    alpha = next(
        whole(b["factor"])
        for b in rows("population-factors-2018.csv")
        if int(b["people_from"]) <= residents <= int(b["people_to"] or 10**9)
    )
    r, under = alpha * weighted, bottom * scale * scale
    grade = ""
    if s >= bottom:
        grade = "I" if r >= 100 * under else "II" if r >= 50 * under else "III" if r >= 10 * under else "IV"
    return s, bottom, r, under, grade


AMOUNTS = st.decimals("0.001", "3000", places=3)
SYMBOLS = [r["symbol"] for r in CATEGORIES]


@st.composite
def inventories(draw: st.DrawFn) -> list[Stock]:
    made = []
    for number in range(draw(st.integers(1, 12))):
        amount = draw(AMOUNTS)
        if draw(st.booleans()):
            row = draw(st.sampled_from(NAMED))
            symbols = (draw(st.sampled_from(SYMBOLS)),)
            made.append(Stock(row["name"], amount, holder=f"V-{number}", serial=int(row["serial"]), symbols=symbols))
        else:
            pair = draw(
                st.sampled_from([("J2", "W5.3"), ("J5", "W1.1"), ("J3", "W2"), ("J1", "W4"), ("W10",), ("W5.4",)])
            )
            made.append(Stock(f"中间体{number}", amount, holder=f"V-{number}", symbols=pair))
    return made


@settings(max_examples=150, deadline=None)
@given(inventories(), st.integers(0, 200))
def test_two_calculations_agree(stocks, residents):
    sheet = sheet_of(*stocks, residents=residents)
    s, bottom, r, under, grade = second_opinion(stocks, residents)
    assert sheet.s == Fraction(s, bottom)
    assert sheet.r == Fraction(r, under)
    assert (sheet.grade.value if sheet.grade else "") == grade


@settings(max_examples=60, deadline=None)
@given(inventories(), st.randoms(use_true_random=False))
def test_the_order_of_chemicals_changes_nothing(stocks, random):
    shuffled = list(stocks)
    random.shuffle(shuffled)
    one, other = sheet_of(*stocks, residents=40), sheet_of(*shuffled, residents=40)
    assert (one.s, one.r, one.grade) == (other.s, other.r, other.grade)


@settings(max_examples=60, deadline=None)
@given(inventories(), st.integers(0, 12))
def test_splitting_a_unit_never_makes_a_part_graver(stocks, at):
    whole = sheet_of(*stocks, residents=120)
    for part in (stocks[:at], stocks[at:]):
        if part:
            sheet = sheet_of(*part, residents=120)
            assert sheet.r <= whole.r
            assert sheet.grade is None or (whole.grade is not None and whole.grade.rank <= sheet.grade.rank)


@settings(max_examples=40, deadline=None)
@given(inventories(), AMOUNTS)
def test_what_is_there_now_never_moves_the_grade(stocks, live):
    filled = [Stock(s.name, s.design_maximum, s.holder, s.cas, s.serial, s.symbols, live=live) for s in stocks]
    one, other = sheet_of(*stocks), sheet_of(*filled)
    assert (one.s, one.r, one.grade) == (other.s, other.r, other.grade)
    assert len(other.over_stored) == sum(live > s.design_maximum for s in stocks)


@settings(max_examples=40, deadline=None)
@given(inventories(), AMOUNTS)
def test_more_of_a_chemical_never_lowers_anything(stocks, more):
    grown = [Stock("氯", more, holder="V-99", cas="7782-50-5"), *stocks]
    assert sheet_of(*grown).s > sheet_of(*stocks).s
    assert sheet_of(*grown).r > sheet_of(*stocks).r


# — what needs a person —


def test_a_chemical_in_neither_table_without_a_category_is_asked_for_not_guessed():
    with pytest.raises(CategoryNeeded) as refused:
        sheet_of(Stock("异佛尔酮二胺", Decimal(10)))
    assert "异佛尔酮二胺" in refused.value.text.zh


def test_the_correction_of_a_named_chemical_without_category_is_not_taken_for_one():
    with pytest.raises(CategoryNeeded, match="不默认为 1"):
        sheet_of(Stock("甲醇", Decimal(600), cas="67-56-1"))


def test_a_chemical_that_a_person_found_in_no_category_takes_no_part_but_is_shown():
    sheet = sheet_of(Stock("硫酸", Decimal(900), no_category=True), Stock("氯", Decimal(1)))
    assert sheet.s == Fraction(1, 5)
    assert [line.name for line in sheet.not_counted] == ["硫酸"]


def test_a_named_chemical_cannot_be_said_to_have_no_category():
    with pytest.raises(CategoryDenied):
        sheet_of(Stock("苯", Decimal(10), no_category=True))


def test_several_hazards_take_the_lowest_threshold_and_say_so():
    line = sheet_of(Stock("某液体", Decimal(100), symbols=("J5", "W5.1"))).lines[0]
    assert line.threshold.value == 10
    assert line.correction.value == Fraction("1.5")
    assert any("W5.1" in note.zh for note in line.notes)


def test_a_mixture_counts_whole_as_its_substance_or_by_its_new_category():
    same = sheet_of(Stock("甲醇", Decimal(500), symbols=("W5.3",), mixture=MixtureRule.AS_SUBSTANCE)).lines[0]
    new = sheet_of(
        Stock("甲醇水溶液", Decimal(500), cas="67-56-1", symbols=("W5.4",), mixture=MixtureRule.NEW_CATEGORY)
    ).lines[0]
    assert (same.threshold.value, new.threshold.value) == (500, 5000)


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "6000000"])
def test_an_impossible_amount_is_refused(amount):
    with pytest.raises(AmountImpossible):
        sheet_of(Stock("氯", Decimal(amount)))


def test_impossible_residents_an_empty_unit_and_a_chemical_twice_are_refused():
    chlorine = Stock("氯", Decimal(1), holder="V-1")
    with pytest.raises(ResidentsImpossible):
        sheet_of(chlorine, residents=-1)
    with pytest.raises(UnitEmpty):
        sheet_of()
    with pytest.raises(HeldTwice):
        sheet_of(chlorine, Stock(" 氯 ", Decimal(2), holder="v-1"))


def test_the_sheet_names_the_rows_and_the_law_it_rests_on():
    made = sheet_of(Stock("液氯", Decimal(50), holder="V-101", cas="7782-50-5"), residents=20).to_json()
    assert made["grade"] == "III"
    assert made["lines"][0]["threshold_from"] == {"table": "table_1", "row": "12 氯"}
    assert made["lines"][0]["beta_from"] == {"table": "table_3", "row": "氯 7782-50-5"}
    assert {r["provision"] for r in made["references"]} >= {
        "gb-18218/thresholds#named_thresholds",
        "gb-18218/grades#grade_floors",
    }
    assert made["state"] == "unchecked"


def test_before_the_standard_held_nothing_is_calculated():
    with pytest.raises(law.NotInForce):
        tables_at(date(2019, 2, 28))
    assert tables_at(date(2019, 3, 1)).by_serial[12].name == "氯"
