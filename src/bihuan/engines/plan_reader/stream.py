"""文字流: the document as one run of normalised characters, with the way back to the source.

Widths and bracket shapes are made one, blanks and invisible characters dropped, line breaks turned into
hints. So a rule
is written once, and `（1）`, `(1)`, `⑴` or `( １ )` look alike to it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import lru_cache

from bihuan.engines.plan_reader.ledger import Span
from bihuan.engines.plan_reader.patterns import pattern
from bihuan.engines.plan_reader.source import INVISIBLE, LINE_BREAKS, Source

_SAME = {
    **dict.fromkeys("([{〔【｛﹙﹝", "（"),
    **dict.fromkeys(")]}〕】｝﹚﹞", "）"),
    ",": "，", ";": "；", ":": "：", "!": "！", "?": "？", "｡": "。", "﹑": "、", "﹐": "，", "､": "、",
    "％": "%", "﹪": "%", "–": "-", "—": "-", "―": "-", "－": "-", "─": "-", "～": "~", "〜": "~",
    "『": "“", "』": "”", "「": "“", "」": "”", "＂": '"', "〈": "《", "〉": "》", "．": ".", "﹒": ".",
}  # fmt: skip
_FOLDED = (
    (0xFF01, 0xFFEF), (0x3220, 0x3243), (0x2474, 0x249B), (0x2F00, 0x2FDF), (0x2E80, 0x2EFF),
    (0xF900, 0xFAFF),
)  # fmt: skip
_WIDEST_PAGE, _STRAY, _RAGGED, _FEWEST_LINES = 90, 25, 2, 8
TERMINAL = frozenset("。！？；：")

#: How sure a line break is a break between paragraphs.
WRAPPED, LIKELY, SURE = 0, 1, 2


@lru_cache(maxsize=20_000)
def _normal(ch: str) -> str:
    code = ord(ch)
    if any(low <= code <= high for low, high in _FOLDED):
        ch = unicodedata.normalize("NFKC", ch)
    return "".join(_SAME.get(c, c) for c in ch)


@dataclass(slots=True)
class Stream:
    """Normalised text; `at[i]` is where its character i stands in the source."""

    source: Source
    text: str = ""
    at: list[int] = field(default_factory=list)
    breaks: dict[int, int] = field(default_factory=dict)
    gaps: set[int] = field(default_factory=set)
    _at_least: dict[int, list[int]] = field(default_factory=dict)

    def span(self, start: int, end: int) -> Span:
        """The source span of normalised characters start..end."""
        if start >= end:
            here = self.at[start] if start < len(self.at) else len(self.source.text)
            return Span(here, here)
        return Span(self.at[start], self.at[end - 1] + 1)

    def read(self, start: int, end: int) -> str:
        """The source's own words for normalised characters start..end."""
        return self.source.read(self.span(start, end))

    def next_break(self, start: int, end: int, *, at_least: int = LIKELY) -> int:
        """The first paragraph break after start, or end."""
        places = self._at_least[at_least]
        i = bisect_left(places, start + 1)
        return places[i] if i < len(places) and places[i] < end else end

    def last_break(self, at: int) -> int:
        """The last sure paragraph break at or before a place, or the beginning."""
        places = self._at_least[SURE]
        i = bisect_right(places, at)
        return places[i - 1] if i else 0

    def finish(self) -> Stream:
        for strength in (LIKELY, SURE):
            self._at_least[strength] = sorted(at for at, s in self.breaks.items() if s >= strength)
        return self


def make_stream(source: Source, *, without: frozenset[int] = frozenset()) -> Stream:
    """The stream of a source; the tables in `without` are left out (they are read as tables)."""
    stream = Stream(source)
    wrap_at, wide = _wrap_width(source) if source.lines_may_wrap else (0, 1)
    tables = {b.span for b in source.blocks if b.table in without and b.table >= 0}
    _Writer(stream, sorted([*source.skips, *tables]), frozenset(source.skips), wrap_at, wide).run()
    return stream.finish()


class _Writer:
    """Walks the source once, character by character."""

    def __init__(self, stream: Stream, skips: list[Span], furniture: frozenset[Span], wrap_at: int, wide: int) -> None:
        self.stream, self.skips, self.furniture = stream, skips, furniture
        self.wrap_at, self.wide = wrap_at, wide
        self.across_page = False
        self.out: list[str] = []
        self.line = 0  # visible characters on this line
        self.newlines = 0
        self.last_line = 0

    def run(self) -> None:
        text, at = self.stream.source.text, self.stream.at
        skip_at, i, n = 0, 0, len(text)
        while i < n:
            if skip_at < len(self.skips) and i >= self.skips[skip_at].start:
                # A page number stands between the halves of a paragraph as often as between two paragraphs.
                self.across_page = self.across_page or self.skips[skip_at] in self.furniture
                i = max(i, self.skips[skip_at].end)
                skip_at += 1
                continue
            ch = text[i]
            if ch in LINE_BREAKS:
                if self.line:
                    self.last_line = self.line
                self.newlines += 1 if self.line or self.newlines else 0
                self.line = 0
            elif ch.isspace():
                self.stream.gaps.add(len(self.out))
            elif ord(ch) not in INVISIBLE:
                self._break()
                for c in _normal(ch):
                    if not c.isspace():
                        self.out.append(c)
                        at.append(i)
                self.line += 1 if ch.isascii() else self.wide
            i += 1
        self.stream.text = "".join(self.out)

    def _break(self) -> None:
        if self.newlines and self.out:
            self.stream.breaks[len(self.out)] = self._strength()
        self.newlines = 0
        self.across_page = False

    def _strength(self) -> int:
        if (self.newlines > 1 and not self.across_page) or not self.wrap_at or self.last_line < self.wrap_at:
            return SURE
        return LIKELY if self.out[-1] in TERMINAL else WRAPPED


def _wrap_width(source: Source) -> tuple[int, int]:
    """From which length a line without a final stop was broken by the page, and how wide a Chinese character counts.

    Editors break after so many characters (a Chinese one counts 1), typesetters at a width (it counts 2). 0: never.
    """
    lines = [line.strip() for line in source.text.splitlines() if line.strip()]
    for wide in (1, 2):
        widths = sorted(_width(line, wide) for line in lines)
        if len(widths) < _FEWEST_LINES:
            break
        widest = widths[len(widths) * 19 // 20]  # a bookmark or a running head may make a few lines longer
        if widest > _WIDEST_PAGE * wide or widths[-1] > widest + _STRAY * wide:
            continue
        full = sum(1 for w in widths if w >= widest - _RAGGED * wide)
        if full >= max(4, len(widths) * 0.15):
            return int(widest * 0.85), wide
    return 0, 1


def _width(line: str, wide: int) -> int:
    return sum(1 if c.isascii() else wide for c in line)


_STOPS: dict[str, re.Pattern[str]] = {}


def first_of(text: str, stops: str, start: int, end: int) -> int:
    """Where the first of some characters stands in start..end, or end. Looks no further than that."""
    if stops not in _STOPS:
        _STOPS[stops] = pattern(f"[{stops}]")
    found = _STOPS[stops].search(text, start, end)
    return found.start() if found else end
