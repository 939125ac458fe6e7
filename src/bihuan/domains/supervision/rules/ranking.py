"""通报排名: how units stand, from the ledger alone, each number explained. 依据 C13."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """一个单位在通报期内的事项: those due in it or before and still open, and those closed in it."""

    code: str
    name: str
    total: int = 0
    closed: int = 0
    closed_late: int = 0
    overdue: int = 0
    sent_back: int = 0
    supervised: int = 0

    @property
    def kept(self) -> int:
        """In time: closed by their limit, or open with the limit not yet over."""
        return self.total - self.overdue - self.closed_late

    @property
    def kept_share(self) -> int:
        """按期率, in thousandths, rounded down, so that 100 % means all."""
        return 1000 * self.kept // self.total if self.total else 1000

    @property
    def closed_share(self) -> int:
        """销号率, in thousandths, rounded down."""
        return 1000 * self.closed // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class Line:
    rank: int
    facts: UnitFacts


def rank(units: Iterable[UnitFacts]) -> list[Line]:
    """按期率高者在前; then the share closed, then fewer sent back. Equals share a place. Units without cases aren't ranked."""
    counted = [u for u in units if u.total]
    ordered = sorted(counted, key=lambda u: (*_standing(u), u.code))
    lines: list[Line] = []
    for n, facts in enumerate(ordered, 1):
        same = bool(lines) and _standing(lines[-1].facts) == _standing(facts)
        lines.append(Line(lines[-1].rank if same else n, facts))
    return lines


def _standing(u: UnitFacts) -> tuple[int, int, int]:
    return -u.kept_share, -u.closed_share, u.sent_back


def percent(thousandths: int) -> str:
    return f"{thousandths // 10}.{thousandths % 10}%"
