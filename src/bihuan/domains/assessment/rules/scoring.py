"""计分: deterministic, in decimals, every point explained by the rows it rests on. 依据 C15.

A share line gives its points in proportion: points × fulfilled ÷ counted. A count line takes off a fixed number of points for each row,
never more than its points. A line that counts nothing (no task of that kind) gives full points and says so. What is judged by hand takes
what was entered, within its points. Points are rounded half up to two places, line by line; the sum is the sum of the rounded lines, so that
what is printed adds up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from bihuan.domains.assessment.terms import Measure
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


class WeightsDontAddUp(Problem):
    code = "weights_do_not_add_up"


class BadPoints(Problem):
    code = "bad_points"


@dataclass(frozen=True, slots=True)
class Criterion:
    """一项指标: its points, and for a count what each row takes off."""

    key: str
    name: str
    measure: Measure
    points: Decimal
    each: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a measure found: numbers of the rows it counts, and of those that cost points."""

    rows: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """一行得分. `against` are the rows that cost points: each leads to its case."""

    key: str
    name: str
    measure: Measure
    points: Decimal
    score: Decimal
    counted: int
    against: tuple[str, ...] = ()
    note: str = ""

    @property
    def lost(self) -> Decimal:
        return self.points - self.score


@dataclass(frozen=True, slots=True)
class Sheet:
    lines: tuple[Line, ...] = field(default=())

    @property
    def total(self) -> Decimal:
        return sum((line.score for line in self.lines), Decimal(0))


def rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def require_weights(criteria: Sequence[Criterion]) -> None:
    """权重合计一百分, 每项为正, 名称不重复."""
    total = sum((c.points for c in criteria), Decimal(0))
    if total != HUNDRED:
        raise WeightsDontAddUp(
            Text("各项分值合计 {t} 分，应为 100 分。", "The points add up to {t}, not to 100.").format(t=total),
            where={"criteria": Text("合计不是 100 分。", "Not 100.")},
        )
    if any(c.points <= 0 or c.each < 0 for c in criteria) or len({c.key for c in criteria}) != len(criteria):
        raise BadPoints(
            Text(
                "每项分值须大于零，扣分不能为负，编号不能重复。",
                "Points must be above zero, deductions not negative, keys different.",
            ),
            where={"criteria": Text("请核对。", "Look again.")},
        )


def score(
    criteria: Iterable[Criterion], *, found: Mapping[Measure, Counted], by_hand: Mapping[str, tuple[Decimal, str]]
) -> Sheet:
    """考核表: the same criteria and rows give the same sheet, whoever computes it."""
    return Sheet(tuple(_line(c, found.get(c.measure, Counted()), by_hand.get(c.key)) for c in criteria))


def _line(criterion: Criterion, counted: Counted, judged: tuple[Decimal, str] | None) -> Line:
    measure, points = criterion.measure, criterion.points
    note = ""
    if measure is Measure.BY_HAND:
        value, note = judged if judged is not None else (Decimal(0), "未评定")
        return Line(criterion.key, criterion.name, measure, points, rounded(within(value, points)), 0, (), note)
    total = len(counted.rows)
    if measure.is_share:
        kept = total - len(counted.against)
        value = points * kept / total if total else points
        note = "" if total else "无此类事项，计满分"
    else:
        value = max(Decimal(0), points - criterion.each * len(counted.against))
    return Line(criterion.key, criterion.name, measure, points, rounded(value), total, counted.against, note)


def within(value: Decimal, points: Decimal) -> Decimal:
    return min(max(value, Decimal(0)), points)


def require_within(*, value: Decimal, points: Decimal) -> None:
    if not 0 <= value <= points:
        raise BadPoints(
            Text("得分须在 0 与 {p} 之间。", "The score lies between 0 and {p}.").format(p=points),
            where={"value": Text("超出范围。", "Out of range.")},
        )


def places(totals: Mapping[str, Decimal]) -> dict[str, int]:
    """名次: the higher total first; equals share a place, and the next one is left out."""
    ordered = sorted(totals.values(), reverse=True)
    return {key: ordered.index(total) + 1 for key, total in totals.items()}
