"""法定工作日历: the working calendar made from the yearly arrangements of 国务院办公厅."""

from __future__ import annotations

from datetime import date
from functools import cache

from bihuan.kernel.calendar import WorkingCalendar
from bihuan.law.law import Law, shipped

PATH = "calendar/arrangements"


def calendar_of(law: Law) -> WorkingCalendar:
    """All years together: an arrangement may move a day of the year before (2022-12-31 for 元旦 2023)."""
    days_off: set[date] = set()
    make_up_days: set[date] = set()
    years: set[int] = set()
    for version in law.provision(PATH, "arrangement").versions:
        for days in version.values["days_off"].values():
            days_off.update(days)
        make_up_days.update(version.values["make_up_days"])
        years.add(version.period.from_.year)
    return WorkingCalendar(frozenset(days_off), frozenset(make_up_days), frozenset(years))


@cache
def working_calendar() -> WorkingCalendar:
    """The shipped calendar."""
    return calendar_of(shipped())
