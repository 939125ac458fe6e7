"""式样的代价: the most steps a pattern can take from one place, told from the pattern alone. For the test that bounds them."""

from __future__ import annotations

from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_MOST_WORDS = 4000


def cost(source: str) -> int:
    """The most steps a match attempt at one place can take, from the pattern alone."""
    return _cost(parser.parse(source))


def _cost(items: Any) -> int:
    steps, ways = 1, 1
    for op, argument in items:
        step, way = _one(op, argument)
        steps += ways * step
        ways *= way
    return steps


def _ways(items: Any) -> int:
    ways = 1
    for op, argument in items:
        ways *= _one(op, argument)[1]
    return ways


def _one(op: Any, argument: Any) -> tuple[int, int]:
    """Steps of one element, and in how many ways it can match, each tried again when what follows fails."""
    if op in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        low, high, inner = argument
        if high == codes.MAXREPEAT:
            return 10**9, 10**9
        once, each = _cost(inner), _ways(inner)
        ways = sum(each**k for k in range(low, int(high) + 1))
        return once * sum(each**k for k in range(int(high))) if high else 1, int(ways)
    if op is codes.BRANCH:
        branches = argument[1]
        words = _strings([(op, argument)])
        if words is not None:  # of fixed words only those match here that begin one another
            return len(branches), max(sum(1 for w in words if v.startswith(w)) for v in words)
        firsts = [_firsts(b) for b in branches]
        apart = all(x is not None and y is not None and not x & y for i, x in enumerate(firsts) for y in firsts[:i])
        choose = max if apart else sum
        return len(branches) + choose(_cost(b) for b in branches), choose(_ways(b) for b in branches)
    if op is codes.SUBPATTERN:
        return _cost(argument[3]), _ways(argument[3])
    if op in (codes.ASSERT, codes.ASSERT_NOT):
        return _cost(argument[1]), 1
    return 1, 1


def _strings(items: Any) -> list[str] | None:
    """The fixed words a piece of a pattern stands for, or nothing where it is more than words."""
    found = [""]
    for op, argument in items:
        if op is codes.LITERAL:
            tails: list[str] | None = [chr(argument)]
        elif op is codes.IN and all(o is codes.LITERAL for o, _ in argument):
            tails = [chr(a) for _, a in argument]
        elif op is codes.BRANCH:
            parts = [_strings(b) for b in argument[1]]
            tails = None if None in parts else [w for part in parts if part is not None for w in part]
        elif op is codes.SUBPATTERN:
            tails = _strings(argument[3])
        else:
            tails = None
        if tails is None or len(found) * len(tails) > _MOST_WORDS:
            return None
        found = [head + tail for head in found for tail in tails]
    return found


def _firsts(items: Any) -> frozenset[str] | None:
    """The characters a piece can begin with, or nothing where that is not a short list."""
    for op, argument in items:
        if op is codes.LITERAL:
            return frozenset(chr(argument))
        if op is codes.IN and all(o is codes.LITERAL or o is codes.RANGE or o is codes.CATEGORY for o, _ in argument):
            return _of_set(argument)
        if op is codes.SUBPATTERN:
            return _firsts(argument[3])
        if op in (codes.MAX_REPEAT, codes.MIN_REPEAT) and argument[0] > 0:
            return _firsts(argument[2])
        if op is codes.BRANCH:
            parts = [_firsts(b) for b in argument[1]]
            return None if None in parts else frozenset(c for part in parts if part is not None for c in part)
        if op not in (codes.ASSERT_NOT, codes.AT):
            return None
    return None


def _of_set(argument: Any) -> frozenset[str] | None:
    found: set[str] = set()
    for op, value in argument:
        if op is codes.LITERAL:
            found.add(chr(value))
        elif op is codes.RANGE and value[1] - value[0] < _MOST_WORDS:
            found |= {chr(c) for c in range(value[0], value[1] + 1)}
        elif op is codes.CATEGORY and value is codes.CATEGORY_DIGIT:
            found |= set("0123456789")
        else:
            return None
    return frozenset(found)
