from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.kernel.period import Period, PeriodRunsBackwards

DAYS = st.dates(date(2000, 1, 1), date(2040, 1, 1))


@st.composite
def periods(draw):
    start = draw(DAYS)
    length = draw(st.none() | st.integers(1, 4000))
    return Period(start, None if length is None else start + timedelta(days=length))


def test_the_first_day_is_inside_and_the_last_named_day_is_not():
    period = Period(date(2019, 3, 1), date(2026, 7, 1))
    assert date(2019, 2, 28) not in period
    assert date(2019, 3, 1) in period
    assert date(2026, 6, 30) in period
    assert date(2026, 7, 1) not in period
    assert period.last_day == date(2026, 6, 30)


def test_a_period_without_end_never_ends():
    assert date(9999, 12, 31) in Period(date(2019, 3, 1))
    assert Period(date(2019, 3, 1)).last_day is None


@pytest.mark.parametrize("until", [date(2019, 3, 1), date(2019, 2, 28)])
def test_a_period_of_no_days_is_refused(until):
    with pytest.raises(PeriodRunsBackwards) as refused:
        Period(date(2019, 3, 1), until)
    assert "2019-03-01" in refused.value.text.zh


@given(periods(), periods(), DAYS)
def test_a_shared_day_is_an_overlap(a, b, on):
    if on in a and on in b:
        assert a.overlaps(b)


@given(periods(), periods())
def test_overlap_means_that_the_later_start_is_in_both(a, b):
    later = max(a.from_, b.from_)
    assert a.overlaps(b) == b.overlaps(a) == (later in a and later in b)


@given(DAYS, st.integers(1, 1000))
def test_meeting_periods_share_no_day(start, length):
    middle = start + timedelta(days=length)
    assert not Period(start, middle).overlaps(Period(middle))
