"""时间轴: phases, milestones and today along one line, as numbers an SVG takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bihuan.domains.campaign.rules.dues import Milestone

WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Stretch:
    """One phase: from where to where, and whether it is over, running or ahead."""

    x: int
    width: int
    name: str
    end: date
    tone: str


@dataclass(frozen=True, slots=True)
class Strip:
    stretches: Sequence[Stretch]
    today: int | None
    first: date
    last: date


def strip(*, milestones: Sequence[Milestone], from_on: date | None, until_on: date | None, today: date) -> Strip | None:
    """None where the plan gives no two days to draw a line between. A phase begins where the one before ends, unless said."""
    first = from_on or (milestones[0].start if milestones else None) or (milestones[0].end if milestones else None)
    last = until_on or (milestones[-1].end if milestones else None)
    if first is None or last is None or last <= first:
        return None
    span = (last - first).days

    def x(day: date) -> int:
        return round(WIDTH * min(max((day - first).days, 0), span) / span)

    stretches, begins = [], first
    for stone in milestones or [Milestone("", last)]:
        start = stone.start or begins
        tone = "over" if stone.end < today else "running" if start <= today else "ahead"
        stretches.append(Stretch(x(start), max(x(stone.end) - x(start), 2), stone.name, stone.end, tone))
        begins = stone.end
    return Strip(stretches, x(today) if first <= today <= last else None, first, last)
