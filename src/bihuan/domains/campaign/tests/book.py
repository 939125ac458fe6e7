"""独立账本: a count of a campaign kept beside the product in plain dates. Nothing of it is read from the product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from bihuan.kernel.calendar import start_of


def morning(on: date) -> datetime:
    return start_of(on) + timedelta(hours=9)


@dataclass
class Book:
    """By the number of each case: its limit, the day it was closed out, whether it is ours to finish and ever ends."""

    due: dict[str, date] = field(default_factory=dict)
    closed: dict[str, date] = field(default_factory=dict)
    ours: set[str] = field(default_factory=set)
    ongoing: set[str] = field(default_factory=set)
    proofs: list[tuple[str, date]] = field(default_factory=list)

    def says(self, on: date) -> dict[str, int]:
        done = {n: d for n, d in self.closed.items() if d <= on and n in self.ours}
        left = self.ours - set(done)
        return {
            "total": len(self.ours),
            "finite": len(self.ours - self.ongoing),
            "ongoing": len(self.ours & self.ongoing),
            "closed": len(done),
            "on_time": sum(d <= self.due[n] for n, d in done.items()),
            "closed_late": sum(d > self.due[n] for n, d in done.items()),
            "overdue": sum(self.due[n] < on for n in left),
            "soon": sum(0 <= (self.due[n] - on).days <= 7 for n in left),
            "in_time": sum((self.due[n] - on).days > 7 for n in left),
            "supporting": len(self.due) - len(self.ours),
            "proofs": sum(n in self.ours and d <= on for n, d in self.proofs),
        }


def next_quarter_end(after: date) -> date:
    """The end of the quarter that follows the one a day lies in."""
    ends = [date(y, m, d) for y in (after.year, after.year + 1) for m, d in ((3, 31), (6, 30), (9, 30), (12, 31))]
    return next(b for a, b in pairwise(ends) if after <= a)


def told_on(day: date, off: Mapping[date, date]) -> date:
    """When somebody is told whose day is `day`: `off` names the days off with the working day that follows."""
    return off.get(day, day)
