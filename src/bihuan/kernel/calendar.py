"""日历: working days with holidays and make-up days (调休上班), and where a day begins and ends here.

The days themselves are dated law (`law/regulations/calendar`); this module only counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bihuan.kernel.period import Period

#: Time is stored in UTC and shown here; the whole country keeps one time.
LOCAL = ZoneInfo("Asia/Shanghai")

SATURDAY = 5


def day_of(at: datetime) -> date:
    """The local day of an instant. `at` must say its zone."""
    if at.tzinfo is None:
        raise ValueError("an instant without a time zone has no day")
    return at.astimezone(LOCAL).date()


def start_of(on: date) -> datetime:
    """00:00 local time of a day, in UTC."""
    return datetime.combine(on, time(), LOCAL).astimezone(UTC)


def end_of(on: date) -> datetime:
    """24:00 local time of a day, in UTC: the first instant at which something due that day is overdue."""
    return start_of(on + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """工作日历. A year outside `known_years` counts Monday to Friday, and `is_known` says so."""

    days_off: frozenset[date]
    make_up_days: frozenset[date]
    known_years: frozenset[int]

    def is_known(self, on: date) -> bool:
        """Whether the arrangement of that year (国务院办公厅 部分节假日安排) has been entered."""
        return on.year in self.known_years

    def is_working_day(self, on: date) -> bool:
        if on in self.make_up_days:
            return True
        return on.weekday() < SATURDAY and on not in self.days_off

    def next_working_day(self, on: date) -> date:
        """The day itself if it is one, else the first one after it: a due day that falls on a holiday."""
        while not self.is_working_day(on):
            on += timedelta(days=1)
        return on

    def last_working_day(self, on: date) -> date:
        """The day itself if it is one, else the last one before it: a reminder that would come while nobody is there."""
        while not self.is_working_day(on):
            on -= timedelta(days=1)
        return on

    def with_days(self, days: Mapping[date, bool]) -> WorkingCalendar:
        """The same calendar where a place works (True) or rests (False) on these days."""
        if not days:
            return self
        works = frozenset(day for day, is_working in days.items() if is_working)
        rests = frozenset(days) - works
        return WorkingCalendar((self.days_off - works) | rests, (self.make_up_days - rests) | works, self.known_years)

    def next_holiday(self, *, after: date, least: int) -> Period | None:
        """放假: the first run of at least `least` days off in a row that begins later and holds a statutory day off.

        The weekend before or behind it counts. None where no arrangement that has been entered knows of one.
        """
        for day in sorted(d for d in self.days_off if d > after and not self.is_working_day(d)):
            begins = self.last_working_day(day) + timedelta(days=1)
            until = self.next_working_day(day)
            if begins > after and (until - begins).days >= least:
                return Period(begins, until)
        return None

    def add_working_days(self, on: date, count: int) -> date:
        """`count` working days after `on`, which itself does not count (期间开始的日，不计算在期间内).

        With 0 the day itself; with a negative count as many working days before.
        """
        step = timedelta(days=1 if count > 0 else -1)
        remaining = abs(count)
        while remaining:
            on += step
            remaining -= self.is_working_day(on)
        return on

    def working_days_in(self, period: Period) -> int:
        """How many working days a period with an end holds."""
        if period.until is None:
            raise ValueError("a period without an end holds no number of days")
        days = (period.until - period.from_).days
        return sum(self.is_working_day(period.from_ + timedelta(days=n)) for n in range(days))
