"""保障与学习的规则: what is short, and which share took part. Pure; no clock, no database. 依据 B12, B15, D05."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


def is_short(*, needed: Decimal, held: Decimal) -> bool:
    """缺口: less there than is needed; just enough is enough."""
    return held < needed


@dataclass(frozen=True, slots=True)
class Attended:
    """One training: how many took part, of how many who should."""

    took_part: int
    should: int


def coverage(trainings: Iterable[Attended]) -> tuple[int, int, Decimal] | None:
    """培训覆盖率: who took part, of the largest number that should, rounded down to a hundredth of a percent.

    Several trainings of one year add up, and nobody covers more than everybody. None where nobody should.
    """
    held = list(trainings)
    whole = max((t.should for t in held), default=0)
    if not whole:
        return None
    part = min(whole, sum(t.took_part for t in held))
    return part, whole, Decimal(10_000 * part // whole) / 100
