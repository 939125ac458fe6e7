"""式样: the regular expressions of the reader are made here, so that one test can bound the work of all of them.

Repeats are bounded: the most steps a pattern can take from one place follow from the pattern alone, and reading is
linear in the length of the document. `pattern_cost` tells that bound; the test refuses a pattern above the limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

PATTERNS: list[re.Pattern[str]] = []


def pattern(source: str) -> re.Pattern[str]:
    """A compiled pattern, on the list the test walks."""
    made = re.compile(source)
    PATTERNS.append(made)
    return made


def any_of(words: Iterable[str]) -> str:
    """One group that matches any of the words, the longest first."""
    return "(?:" + "|".join(re.escape(w) for w in sorted(set(words), key=lambda w: (-len(w), w))) + ")"
