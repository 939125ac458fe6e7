"""The shipped data itself: complete, dated, and as sure as it says."""

import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from bihuan.law import law
from bihuan.law.calendar import working_calendar
from bihuan.law.law import NotInForce
from bihuan.law.state import LawState

PROVISIONS = law.shipped().provisions


@pytest.mark.parametrize("name", PROVISIONS, ids="#".join)
def test_both_sides_of_every_effective_date(name):
    for version in PROVISIONS[name].versions:
        first = version.period.from_
        assert law.at(first).value(*name).period == version.period
        try:
            before = law.at(first - timedelta(days=1)).value(*name)
        except NotInForce:
            continue
        assert before.period.until == first


def test_the_grades_of_gb_18218_begin_on_1_march_2019():
    held = law.at(date(2019, 3, 1)).value("gb-18218/grades", "grade_floors")
    assert dict(held.value) == {"I": 100, "II": 50, "III": 10}
    assert held.state is LawState.TRANSCRIBED
    assert "GB 18218-2018" in held.citation
    with pytest.raises(NotInForce):
        law.at(date(2019, 2, 28)).value("gb-18218/grades", "grade_floors")


def test_every_named_threshold_is_a_positive_decimal_with_a_valid_cas_number():
    rows = law.at(date(2026, 11, 22)).value("gb-18218/thresholds", "named_thresholds").value
    assert [row["serial"] for row in rows] == list(range(1, 86))
    assert all(isinstance(row["threshold_t"], Decimal) and row["threshold_t"] > 0 for row in rows)
    for row in rows:
        for cas in filter(None, row["cas"].split(";")):
            digits = cas.strip().replace("-", "")
            total = sum(n * int(d) for n, d in enumerate(reversed(digits[:-1]), start=1))
            assert total % 10 == int(digits[-1]), row["name"]


def test_population_factors_leave_no_gap():
    rows = law.at(date(2026, 11, 22)).value("gb-18218/grades", "population_factors").value
    for lower, upper in pairwise(rows):
        assert upper["people_from"] == lower["people_to"] + 1
    assert rows[0]["people_from"] == 0
    assert rows[-1]["people_to"] is None


def test_what_replaced_the_responsibility_measures_is_known_to_be_unchecked():
    before = law.at(date(2026, 9, 29)).value("hazard-responsibility/responsibility", "duties")
    after = law.at(date(2026, 9, 30)).value("hazard-responsibility/responsibility", "duties")
    assert after.state is LawState.UNCHECKED
    assert "AQ 3072-2026" in after.citation
    assert [row["text"] for row in after.value] == [row["text"] for row in before.value]


def test_nothing_second_hand_counts_as_law():
    second_hand = {(held.path, held.key) for held in law.shipped().not_yet_official()}
    assert ("gb-18218/thresholds", "named_thresholds") in second_hand
    assert ("retention/retention", "work_permit_days") in second_hand


@pytest.mark.parametrize(
    ("on", "works"),
    [
        (date(2025, 1, 26), True),  # Sunday before 春节 2025, worked
        (date(2025, 1, 28), False),
        (date(2025, 2, 4), False),
        (date(2025, 2, 5), True),
        (date(2025, 2, 8), True),  # Saturday, worked
        (date(2022, 12, 30), True),
        (date(2023, 1, 2), False),  # Monday, 元旦 2023
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # Saturday, worked
    ],
)
def test_the_statutory_calendar_knows_both_sides_of_a_holiday(on, works):
    assert working_calendar().is_working_day(on) is works


def test_every_make_up_day_is_on_a_weekend_and_no_day_is_both():
    calendar = working_calendar()
    assert all(on.weekday() >= 5 for on in calendar.make_up_days)
    assert not calendar.make_up_days & calendar.days_off
    assert calendar.known_years == set(range(2021, 2027))


@pytest.mark.parametrize(
    ("year", "days"), [(2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)]
)
def test_a_year_has_as_many_working_days_as_published(year, days):
    calendar = working_calendar()
    first = date(year, 1, 1)
    length = (date(year + 1, 1, 1) - first).days
    assert sum(calendar.is_working_day(first + timedelta(days=n)) for n in range(length)) == days


@pytest.mark.shared
def test_the_tables_are_as_in_the_reference_folder(repository_root, shared_folder):
    tool = repository_root / "tools" / "import_standards.py"
    done = subprocess.run(
        [sys.executable, tool, "--check", shared_folder / "standards"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_no_table_names_where_it_was_read():
    for file in law.REGULATIONS.rglob("*.*"):
        text = file.read_text(encoding="utf-8").lower()
        assert "github" not in text
        assert "仓库" not in text or "独立库房" in text, file.name
        assert "provenance" not in text
