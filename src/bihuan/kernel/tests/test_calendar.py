from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.kernel.calendar import WorkingCalendar, day_of, end_of, start_of
from bihuan.kernel.period import Period

#: A Friday off, the Saturday before it worked.
CALENDAR = WorkingCalendar(
    days_off=frozenset({date(2024, 5, 3)}),
    make_up_days=frozenset({date(2024, 4, 27)}),
    known_years=frozenset({2024}),
)
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@pytest.mark.parametrize(
    ("on", "works"),
    [
        (date(2024, 4, 26), True),  # Friday
        (date(2024, 4, 27), True),  # Saturday made up
        (date(2024, 4, 28), False),  # Sunday
        (date(2024, 5, 3), False),  # Friday off
        (date(2024, 5, 6), True),  # Monday
    ],
)
def test_a_make_up_day_works_and_a_day_off_does_not(on, works):
    assert CALENDAR.is_working_day(on) is works


def test_a_due_day_on_a_holiday_moves_to_the_next_working_day():
    assert CALENDAR.next_working_day(date(2024, 5, 3)) == date(2024, 5, 6)
    assert CALENDAR.next_working_day(date(2024, 5, 6)) == date(2024, 5, 6)


def test_the_first_day_does_not_count():
    assert CALENDAR.add_working_days(date(2024, 4, 26), 1) == date(2024, 4, 27)
    assert CALENDAR.add_working_days(date(2024, 4, 26), 2) == date(2024, 4, 29)


def test_it_says_which_years_it_knows():
    assert CALENDAR.is_known(date(2024, 12, 31))
    assert not CALENDAR.is_known(date(2025, 1, 1))


@given(DAYS, st.integers(1, 60))
def test_adding_working_days_passes_exactly_so_many(on, count):
    end = CALENDAR.add_working_days(on, count)
    assert CALENDAR.is_working_day(end)
    assert CALENDAR.working_days_in(Period(on + timedelta(days=1), end + timedelta(days=1))) == count


@given(DAYS, st.integers(1, 60))
def test_going_back_from_a_working_day_undoes_going_forward(on, count):
    start = CALENDAR.next_working_day(on)
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(start, count), -count) == start


def test_a_due_day_ends_at_midnight_local_time():
    assert end_of(date(2026, 11, 22)) == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert day_of(end_of(date(2026, 11, 22)) - timedelta(microseconds=1)) == date(2026, 11, 22)
    assert day_of(end_of(date(2026, 11, 22))) == date(2026, 11, 23)


@given(DAYS)
def test_a_day_begins_where_the_one_before_ends(on):
    assert start_of(on) == end_of(on - timedelta(days=1))
    assert day_of(start_of(on)) == on


def test_an_instant_without_a_zone_has_no_day():
    with pytest.raises(ValueError, match="time zone"):
        day_of(datetime(2026, 11, 22))
