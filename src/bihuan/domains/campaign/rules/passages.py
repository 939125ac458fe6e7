"""原文位置: marks over the text of the document, and where a split of a task falls in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class BadSplit(Problem):
    code = "bad_split"


class BadSelection(Problem):
    code = "bad_selection"


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of the document and what it belongs to: a task (`task`), its statement (`units`), a doubt (`doubt`) …"""

    start: int
    end: int
    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters under the same marks; never across a line break."""

    start: int
    text: str
    tasks: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(slots=True)
class Paragraph:
    start: int
    pieces: list[Piece] = field(default_factory=list)


def paragraphs(text: str, marks: Iterable[Mark]) -> list[Paragraph]:
    """The document in lines, each cut wherever a mark begins or ends. Overlapping marks share their pieces."""
    known = [m for m in marks if 0 <= m.start < m.end <= len(text)]
    starts: dict[int, list[Mark]] = {}
    ends: dict[int, list[Mark]] = {}
    for mark in known:
        starts.setdefault(mark.start, []).append(mark)
        ends.setdefault(mark.end, []).append(mark)
    cuts = sorted(starts.keys() | ends.keys())
    found: list[Paragraph] = []
    live: list[Mark] = []
    at, next_cut = 0, 0
    for line in text.split("\n"):
        end = at + len(line)
        paragraph = Paragraph(at)
        while next_cut < len(cuts) and cuts[next_cut] <= end:
            cut = cuts[next_cut]
            if cut > at:
                paragraph.pieces.append(_piece(text, at, cut, live))
                at = cut
            live = [m for m in live if m not in ends.get(cut, ())] + starts.get(cut, [])
            next_cut += 1
        if end > at:
            paragraph.pieces.append(_piece(text, at, end, live))
        if paragraph.pieces:
            found.append(paragraph)
        at = end + 1
    return found


def _piece(text: str, start: int, end: int, live: Sequence[Mark]) -> Piece:
    def keys(kind: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(m.key for m in live if m.kind == kind))

    return Piece(
        start, text[start:end], keys("task"), keys("units"), keys("doubt"), tuple(sorted({m.kind for m in live}))
    )


def require_inside(*, at: int, text: str) -> None:
    """拆分处 must leave words on both sides."""
    if not text[:at].strip() or not text[at:].strip() or not 0 < at < len(text):
        raise BadSplit(
            Text("拆分处须在正文中间，两边都要有文字。", "Split inside the text, with words on both sides."),
            where={"at": Text("请重新选择拆分处。", "Choose another place.")},
        )


def require_selection(*, start: int, end: int, length: int) -> None:
    if not 0 <= start < end <= length:
        raise BadSelection(
            Text("选中的位置不在原文之内。请重新选择。", "The selection is not inside the document. Select again.")
        )


def source_position(source: str, *, start: int, end: int, text: str, at: int) -> int:
    """Where `text[:at]` ends in `source[start:end]`: the reading leaves out line breaks and page furniture, so count by
    the characters they share. Text that was edited away from its source falls back to the proportion."""
    said = text[:at]
    here = 0
    for position in range(start, min(end, len(source))):
        if here < len(said) and source[position] == said[here]:
            here += 1
            if here == len(said):
                return position + 1
    return start + round((end - start) * at / max(1, len(text)))
