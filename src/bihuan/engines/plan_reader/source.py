"""原文: the text the review page shows, its blocks, and the reading of a span out of it.

`Source.text` is the whole text of the document in reading order, one block (paragraph, heading, list
item, table cell)
after the other with a line break between. Every span in a ledger counts characters in it.
`Source.read(span)` is the
documented normalisation: ranges in `skips` (page numbers, running heads, bookmarks) are left out, invisible
characters vanish, a line break vanishes with the blanks around it, other blanks become one plain space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bihuan.engines.plan_reader.ledger import Span

BlockKind = Literal["paragraph", "heading", "item", "cell"]

#: Zero-width characters, soft hyphen, byte order mark, direction marks, controls.
INVISIBLE = frozenset(
    [0x00AD, 0x180E, 0xFEFF, 0xFFFC, 0xFFFD]
    + list(range(0x200B, 0x2010))
    + list(range(0x202A, 0x202F))
    + list(range(0x2060, 0x2065))
    + [c for c in range(0x20) if c not in (0x09, 0x0A, 0x0B, 0x0C, 0x0D)]
    + list(range(0x7F, 0xA0))
)
_INVISIBLE_TABLE = dict.fromkeys(INVISIBLE)
LINE_BREAKS = frozenset("\n\r\x0b\x0c\u2028\u2029")
_BLANK_RUN = re.compile(r"\s+")


def clean(text: str) -> str:
    """The normalisation of a piece of source: no invisible characters, no line breaks, plain single
    blanks.
    """
    visible = text.translate(_INVISIBLE_TABLE)
    return _BLANK_RUN.sub(lambda m: "" if LINE_BREAKS & set(m.group()) else " ", visible).strip()


@dataclass(frozen=True, slots=True)
class Block:
    """段落: one paragraph, heading, list item or table cell of the document."""

    kind: BlockKind
    span: Span
    table: int = -1
    row: int = -1
    column: int = -1


@dataclass(frozen=True, slots=True)
class Source:
    """原文: text, blocks in order, and the ranges that belong to the page, not to the document."""

    name: str
    media: str
    text: str
    blocks: tuple[Block, ...]
    skips: tuple[Span, ...] = ()
    lines_may_wrap: bool = True
    encoding: str = ""

    def read(self, span: Span) -> str:
        """The words at a span, as the ledger writes them."""
        return clean("".join(self.text[a:b] for a, b in self._kept(span)))

    def _kept(self, span: Span) -> Iterator[tuple[int, int]]:
        at = span.start
        for skip in self.skips:
            if skip.end <= at or skip.start >= span.end:
                continue
            if skip.start > at:
                yield at, skip.start
            at = skip.end
        if at < span.end:
            yield at, span.end

    def tables(self) -> dict[int, list[Block]]:
        """The cells of each table, in reading order."""
        found: dict[int, list[Block]] = {}
        for block in self.blocks:
            if block.table >= 0:
                found.setdefault(block.table, []).append(block)
        return found


class SourceBuilder:
    """Collects blocks into a `Source`, keeping the offsets right."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self.blocks: list[Block] = []

    def add(self, text: str, kind: BlockKind, *, table: int = -1, row: int = -1, column: int = -1) -> None:
        if not text.strip() and table < 0:
            return
        start = self._length
        self._parts.append(text + "\n")
        self._length += len(text) + 1
        self.blocks.append(Block(kind, Span(start, start + len(text)), table, row, column))

    @property
    def length(self) -> int:
        return self._length

    def build(self, *, name: str, media: str) -> Source:
        return Source(name, media, "".join(self._parts), tuple(self.blocks), (), lines_may_wrap=False)
