"""期间: days from one until another. Half-open: the first day belongs to it, the last named day does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class PeriodRunsBackwards(Problem):
    code = "period_runs_backwards"


@dataclass(frozen=True, slots=True)
class Period:
    """`Period(from_=date(2019, 3, 1))` has no end. Two editions of a rule meet without sharing a day."""

    from_: date
    until: date | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until <= self.from_:
            raise PeriodRunsBackwards(
                Text(
                    "期间必须至少含一天：起始日 {from_}，终止日（不含）{until}。",
                    "A period holds at least one day: it starts on {from_} and ends before {until}.",
                ).format(from_=self.from_.isoformat(), until=self.until.isoformat())
            )

    def __contains__(self, on: date) -> bool:
        return self.from_ <= on and (self.until is None or on < self.until)

    def overlaps(self, other: Period) -> bool:
        starts_before_other_ends = other.until is None or self.from_ < other.until
        ends_after_other_starts = self.until is None or other.from_ < self.until
        return starts_before_other_ends and ends_after_other_starts

    @property
    def last_day(self) -> date | None:
        """The last day inside, as people write it: 有效期至."""
        return None if self.until is None else self.until - timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.from_.isoformat()}/{self.until.isoformat() if self.until else '…'}"
