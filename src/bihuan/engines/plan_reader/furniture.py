"""版面: page numbers, running heads and bookmarks, which belong to the page and not to the document."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from bihuan.engines.plan_reader.ledger import Span
from bihuan.engines.plan_reader.lexicon import words
from bihuan.engines.plan_reader.patterns import pattern
from bihuan.engines.plan_reader.source import Source, clean

_ORDINAL, _PAGE, _TOTAL = words("furniture", "page")
_AROUND = "-–—―－·~ "
_PAGE_NUMBER = pattern(
    rf"(?:\d{{1,4}}|{_ORDINAL}\s?\d{{1,4}}\s?{_PAGE}(?:[,，/ ]{{0,2}}{_TOTAL}\s?\d{{1,4}}\s?{_PAGE})?"
    rf"|\d{{1,4}}\s?/\s?\d{{1,4}}|[Pp]age \d{{1,4}}(?: of \d{{1,4}})?)$"
)
_BOOKMARK = pattern(
    r"\[(?:bookmark|ookmark|hyperlink|footnote): ?[^\]\n]{0,60}\]|\{ ?(?:PAGE|NUMPAGES|TOC)[^}\n]{0,60}\}"
)
_LONGEST_HEAD = 40


def without_furniture(source: Source) -> Source:
    """The source with its page numbers, running heads and bookmarks marked to be skipped."""
    lines = _lines(source)
    cells = {b.span for b in source.blocks if b.kind == "cell"}
    numbers = {
        i
        for i, (span, words_) in enumerate(lines)
        if words_ and _PAGE_NUMBER.match(words_.strip(_AROUND)) and span not in cells
    }
    skips = [lines[i][0] for i in numbers] + [lines[i][0] for i in _running_heads(lines, numbers)]
    skips += [Span(*m.span()) for m in _BOOKMARK.finditer(source.text)]
    return replace(source, skips=tuple(sorted({*source.skips, *skips})))


def _lines(source: Source) -> list[tuple[Span, str]]:
    found, at = [], 0
    for line in source.text.splitlines(keepends=True):
        bare = line.rstrip("\r\n\x0b\x0c\u2028\u2029")
        found.append((Span(at, at + len(bare)), clean(bare)))
        at += len(line)
    return found


def _running_heads(lines: list[tuple[Span, str]], numbers: set[int]) -> set[int]:
    """Short lines repeated next to page numbers: the same words beside at least two of them."""
    beside: dict[int, tuple[int, str]] = {}
    filled = [i for i, (_, words_) in enumerate(lines) if words_]
    for k, i in enumerate(filled):
        if i in numbers:
            for side in (-1, 1):
                j = k + side
                if 0 <= j < len(filled) and filled[j] not in numbers and _may_be_head(lines[filled[j]][1]):
                    beside[filled[j]] = (side, lines[filled[j]][1])
    counts = Counter(beside.values())
    return {i for i, words_ in beside.items() if counts[words_] >= 2}


def _may_be_head(line: str) -> bool:
    """A running head is short, no sentence and no labelled field (责任单位：… repeats of its own)."""
    return len(line) <= _LONGEST_HEAD and not any(c in "。；：:、" for c in line)
