"""方案对照: the tasks of a newly read plan laid beside those of its superior: which answers which, and where it promises less.

By the two-character pieces they share, each weighed by how rare it is in the two plans: 危险化学品 says nothing, 重氮化 does.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bihuan.domains.campaign.rules.limits import decimal_of
from bihuan.kernel.term import Term

#: Below this nothing is proposed; from there on it is taken without asking, where no other task comes near.
PROPOSED, SURE = 0.22, 0.55
#: How far the best must be ahead of the next to be taken without asking.
AHEAD = 0.12
#: A task that was accepted as a cover and shares less than this with what it should cover is shown as doubtful.
UNLIKE = 0.12
_SIGNS = re.compile(r"[^0-9A-Za-z\u4e00-\u9fff]+")


class Difference(Term):
    """差异."""

    LATER = "later", "期限晚于上级", "Later than the superior plan"
    NO_DATE = "no_date", "上级有期限，本级没有", "The superior plan has a date, this one none"
    WEAKER = "weaker", "指标低于上级", "A weaker number"
    NUMBER_MISSING = "number_missing", "上级的量化指标没有写入", "A number of the superior plan is missing"
    UNLIKE = "unlike", "内容相差较大", "About something else"


@dataclass(frozen=True, slots=True)
class PlanTask:
    """A task as the comparison sees it."""

    key: str
    text: str
    due_on: date | None = None
    is_ongoing: bool = False
    #: (op, value, unit) of each number that decides.
    numbers: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """One task of the superior plan and what answers it, best first."""

    parent: PlanTask
    child: PlanTask | None
    score: float
    is_sure: bool
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    pairs: Sequence[Pair]
    #: Tasks of the lower plan that answer none of the superior.
    added: Sequence[PlanTask]


def pieces(text: str) -> frozenset[str]:
    runs = _SIGNS.sub(" ", text).split()
    return frozenset(run[i : i + 2] for run in runs for i in range(max(1, len(run) - 1)))


def compare(*, parents: Sequence[PlanTask], children: Sequence[PlanTask]) -> Comparison:
    """Work grows with the pieces that tasks share, not with the product of the two plans."""
    cut = {t.key: pieces(t.text) for t in (*parents, *children)}
    counts = Counter(piece for found in cut.values() for piece in found)
    many = len(cut) + 1
    weight = {piece: math.log(many / n) for piece, n in counts.items()}
    size = {key: sum(weight[p] for p in found) for key, found in cut.items()}
    holders: dict[str, list[str]] = {}
    for child in children:
        for piece in cut[child.key]:
            holders.setdefault(piece, []).append(child.key)
    by_key = {c.key: c for c in children}
    pairs, answered = [], set()
    for parent in parents:
        shared: Counter[str] = Counter()
        for piece in cut[parent.key]:
            for key in holders.get(piece, ()):
                shared[key] += weight[piece]  # type: ignore[assignment]  # a weight is no whole number
        ranked = sorted(((_score(w, size[parent.key], size[k]), k) for k, w in shared.items()), reverse=True)
        best = ranked[0] if ranked else (0.0, "")
        if best[0] < PROPOSED:
            pairs.append(Pair(parent, None, round(best[0], 3), False, ()))
            continue
        child = by_key[best[1]]
        answered.add(child.key)
        sure = best[0] >= SURE and (len(ranked) < 2 or best[0] - ranked[1][0] >= AHEAD)
        pairs.append(Pair(parent, child, round(best[0], 3), sure, differences(parent=parent, child=child)))
    return Comparison(pairs, [c for c in children if c.key not in answered])


def _score(shared: float, one: float, other: float) -> float:
    """Half likeness of the whole, half how much of the shorter is in the longer: a county adds its own particulars."""
    if not one or not other:
        return 0.0
    return 0.5 * (2 * shared / (one + other)) + 0.5 * (shared / min(one, other))


def likeness(one: str, other: str) -> float:
    """Of two texts alone, without weights."""
    a, b = pieces(one), pieces(other)
    shared = float(len(a & b))
    return _score(shared, float(len(a)), float(len(b)))


def differences(*, parent: PlanTask, child: PlanTask) -> tuple[Difference, ...]:
    """Where the lower plan promises less or later. Earlier and more is nobody's concern."""
    found = []
    if parent.due_on is not None:
        if child.due_on is None and not parent.is_ongoing:
            found.append(Difference.NO_DATE)
        elif child.due_on is not None and child.due_on > parent.due_on:
            found.append(Difference.LATER)
    found += sorted(set(_of_numbers(parent.numbers, child.numbers)), key=list(Difference).index)
    return tuple(found)


def _of_numbers(parents: Sequence[tuple[str, str, str]], children: Sequence[tuple[str, str, str]]) -> list[Difference]:
    found = []
    by_unit: Mapping[str, list[tuple[str, str]]] = {}
    grouped: dict[str, list[tuple[str, str]]] = {}
    for op, value, unit in children:
        grouped.setdefault(unit, []).append((op, value))
    by_unit = grouped
    for op, value, unit in parents:
        offered = by_unit.get(unit, [])
        if not offered:
            found.append(Difference.NUMBER_MISSING)
        elif not any(_at_least_as_strict(op, value, *one) for one in offered):
            found.append(Difference.WEAKER)
    return found


def _at_least_as_strict(op: str, wanted: str, own_op: str, own: str) -> bool:
    target, value = decimal_of(wanted), decimal_of(own)
    if target is None or value is None:
        return wanted == own
    if op in (">=", ">"):
        return own_op in (">=", ">", "==") and _beyond(value, target, op, own_op)
    if op in ("<=", "<"):
        return own_op in ("<=", "<", "==") and _beyond(-value, -target, op.replace("<", ">"), own_op.replace("<", ">"))
    return value == target


def _beyond(value: Decimal, target: Decimal, op: str, own_op: str) -> bool:
    """`>= 10` answers `>= 10` but not `> 10`."""
    if op == ">" and own_op != ">":
        return value > target
    return value >= target


def doubts(*, parent: PlanTask, child: PlanTask) -> tuple[Difference, ...]:
    """What speaks against a cover that somebody claims."""
    unlike = (Difference.UNLIKE,) if likeness(parent.text, child.text) < UNLIKE else ()
    return (*unlike, *differences(parent=parent, child=child))
