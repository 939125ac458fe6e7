"""式样: every regular expression of the reader is made here, so that one test can bound the work of all
of them.

Repeats are bounded: the most steps a pattern can take from one place follows from the pattern alone, and
reading is linear
in the length of the document. `cost` says that bound; the test refuses a pattern above the limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

PATTERNS: list[re.Pattern[str]] = []


def pattern(source: str) -> re.Pattern[str]:
    """A compiled pattern, on the list the test walks."""
    made = re.compile(source)
    PATTERNS.append(made)
    return made


def any_of(words: Iterable[str]) -> str:
    """One group that matches any of the words, the longest first."""
    return "(?:" + "|".join(re.escape(w) for w in sorted(set(words), key=lambda w: (-len(w), w))) + ")"


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
    """Steps of one element, and the ways it can match that a failure behind it would try again."""
    if op in (codes.MAX_REPEAT, codes.MIN_REPEAT, getattr(codes, "POSSESSIVE_REPEAT", None)):
        low, high, inner = argument
        if high == codes.MAXREPEAT:
            return 10**9, 10**9
        inner_ways = _ways(inner)
        ways = sum(inner_ways**k for k in range(low, int(high) + 1)) if inner_ways > 1 else high - low + 1
        return int(high) * _cost(inner) * max(1, inner_ways), int(ways)
    if op is codes.BRANCH:
        # A literal alternative fails at its first differing character; only those that match are tried again,
        # and at one place at most one alternative of each length matches.
        branches = argument[1]
        lengths = {parser.SubPattern(b.state, b.data).getwidth()[1] for b in branches}
        return sum(1 for _ in branches) + max(_cost(b) for b in branches), len(lengths) * max(
            _ways(b) for b in branches
        )
    if op is codes.SUBPATTERN:
        return _cost(argument[3]), _ways(argument[3])
    if op in (codes.ASSERT, codes.ASSERT_NOT):
        return _cost(argument[1]), 1
    return 1, 1
