"""纲目: the numbered outline of a document, found from the numbers and their sequence, not from line
breaks.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from bihuan.engines.plan_reader.lexicon import words
from bihuan.engines.plan_reader.numerals import CHINESE_DIGITS, CIRCLED, number
from bihuan.engines.plan_reader.patterns import any_of, pattern
from bihuan.engines.plan_reader.stream import LIKELY, Stream

_CN_DIGITS = CHINESE_DIGITS[:11]
_CN = f"[{_CN_DIGITS}]{{1,4}}"
_HAN = r"\u3400-\u9fff"
_MARKER = pattern(
    rf"(?P<label>{any_of(words('item_labels'))}(?P<label_n>{_CN}|\d{{1,3}})(?P<label_end>[：:、.]?))"
    rf"|(?P<chapter>第(?P<chapter_n>{_CN})(?:章|节|条|部分|阶段))"
    rf"|(?P<paren>（(?P<paren_n>{_CN})）[、.：]?)"
    rf"|(?P<aparen>（(?P<aparen_n>\d{{1,3}})）[、.]?)"
    rf"|(?P<decimal>\d{{1,2}}(?:\.\d{{1,2}}){{1,3}}[、.]?(?=[{_HAN}“《]))"
    rf"|(?P<dot>(?P<dot_n>\d{{1,3}})[.、](?!\d))"
    rf"|(?P<half>(?P<half_n>\d{{1,2}})）)"
    rf"|(?P<dun>(?P<dun_n>{_CN})[、.](?=[^{_CN_DIGITS}]))"
    rf"|(?P<circle>[{''.join(CIRCLED)}][、.]?)"
)
_STOPS = frozenset("。；！？：）”》")
#: A number after these belongs to the sentence: 3.5, 第（一）项, 及（二）.
_BOUND = frozenset([*"、.-~/×+", *words("time", "bound_before")])
_HEADING_ROOM = 60
CHINESE_PAREN, ARABIC_PAREN, DOT, LABEL, HEADING = "paren", "aparen", "dot", "label", "heading"
_HEADING_WORDS = tuple(w for name in ("never", "said", "tasks", "steps") for w in words("chapter_words", name))


@dataclass(slots=True)
class Node:
    """A numbered place: marker at start..body, its own words body..own_end, then its children up to end."""

    style: str
    n: int
    start: int
    body: int
    end: int = 0
    depth: int = 0
    children: list[Node] = field(default_factory=list)
    parent: Node | None = None
    order_kept: bool = True

    @property
    def own_end(self) -> int:
        return self.children[0].start if self.children else self.end

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()

    def path(self) -> list[Node]:
        """From the chapter down to this node."""
        found: list[Node] = []
        node: Node | None = self
        while node is not None and node.style != "root":
            found.append(node)
            node = node.parent
        return found[::-1]


@dataclass(frozen=True, slots=True)
class _Mark:
    style: str
    n: int
    start: int
    end: int
    at_line_start: bool


def outline(stream: Stream) -> Node:
    """The tree of numbered places; the root's own words are what stands before the first number."""
    marks = _with_headings(stream, _mend_mixed_parens(list(_marks(stream))))
    root = Node("root", 0, 0, 0)
    stack = [root]
    last_of_style: dict[str, int] = {}
    last_end = 0
    for mark in marks:
        if mark.start < last_end:
            continue
        parent = _place(stream, stack, mark, last_of_style)
        if parent is None:
            continue
        expected = parent.children[-1].n + 1 if parent.children else 1
        node = Node(mark.style, mark.n, mark.start, mark.end, depth=parent.depth + 1, parent=parent)
        node.order_kept = mark.n == expected or last_of_style.get(mark.style) == mark.n - 1
        parent.children.append(node)
        del stack[parent.depth + 1 :]
        stack.append(node)
        last_of_style[mark.style] = mark.n
        last_end = mark.end
    _close(root, len(stream.text))
    return root


def _marks(stream: Stream) -> Iterator[_Mark]:
    for m in _MARKER.finditer(stream.text):
        style = next(
            s for s in ("label", "chapter", "paren", "aparen", "decimal", "dot", "half", "dun", "circle") if m.group(s)
        )
        at_line_start = m.start() == 0 or stream.breaks.get(m.start(), 0) >= LIKELY
        if style == "decimal":
            parts = m.group().rstrip("、.").split(".")
            yield _Mark(f"decimal{len(parts)}", int(parts[-1]), m.start(), m.end(), at_line_start)
            continue
        written = m.group(style)[0] if style == "circle" else m.group(f"{style}_n")
        n = number(written)
        if n is None or n == 0:
            continue
        if style == LABEL and not _is_label(stream, m, at_line_start=at_line_start):
            # 一、主要任务 and its first item 1. ran together: the number is the item's, not the label's.
            at = m.start("label_n")
            if m.group("label_end") in (".", "、") and written.isdigit():
                yield _Mark(DOT, n, at, m.end(), stream.breaks.get(at, 0) >= LIKELY)
            continue
        if style == "chapter":
            style += m.group()[-1]
        yield _Mark(style, n, m.start(), m.end(), at_line_start)


def _is_label(stream: Stream, m: re.Match[str], *, at_line_start: bool) -> bool:
    """重点任务7：, or 任务七 at the start of a line; never across a line break."""
    if stream.next_break(m.start(), m.end()) < m.end():
        return False
    return at_line_start or m.group("label_end") == "："


def _with_headings(stream: Stream, marks: list[_Mark]) -> list[_Mark]:
    """Headings a .docx or a page marks as such and leaves without a number; the first one is the title."""
    numbered = {mark.start for mark in marks}
    found: list[_Mark] = []
    first = True
    for block in stream.source.blocks:
        at = bisect_left(stream.at, block.span.start)
        if block.kind == "heading" and not first and at not in numbered and at < len(stream.at):
            found.append(_Mark(HEADING, len(found) + 1, at, at, True))
        first = False
    return sorted([*marks, *found], key=lambda mark: mark.start)


def _mend_mixed_parens(marks: list[_Mark]) -> list[_Mark]:
    """`（1）` written where its neighbours say `（二）`: one list with one misprint, not a list of one
    inside another.
    """
    mended = list(marks)
    outer = [i for i, m in enumerate(marks) if m.at_line_start and m.style in (CHINESE_PAREN, ARABIC_PAREN, "dun")]
    for k, i in enumerate(outer):
        mark = marks[i]
        if mark.style != ARABIC_PAREN:
            continue
        before = mended[outer[k - 1]] if k else None
        after = marks[outer[k + 1]] if k + 1 < len(outer) else None
        follows = before is not None and before.style == CHINESE_PAREN and before.n == mark.n - 1
        leads = after is not None and after.style == CHINESE_PAREN and after.n == mark.n + 1
        if (leads and (follows or before is None or before.style == "dun")) or (follows and mark.n > 1):
            mended[i] = _Mark(CHINESE_PAREN, mark.n, mark.start, mark.end, True)
    return mended


def _place(stream: Stream, stack: list[Node], mark: _Mark, last: dict[str, int]) -> Node | None:
    """The node this mark hangs under, or None where it is no mark but part of a sentence."""
    same = next((d for d, node in enumerate(stack) if node.style == mark.style), None)
    if same is not None:
        in_order = mark.n == stack[same].n + 1
        if mark.at_line_start or (in_order and _may_stand_inline(stream, mark, stack)):
            return stack[same - 1]
        return None
    continues = last.get(mark.style) == mark.n - 1 and mark.n > 1
    if mark.at_line_start:
        loose = mark.style in (DOT, LABEL) or (mark.style == CHINESE_PAREN and stack[-1].depth <= 1)
        return _parent_for(stack, mark) if mark.n == 1 or continues or loose else None
    if (mark.n == 1 or continues) and _may_stand_inline(stream, mark, stack):
        return _parent_for(stack, mark)
    return None


#: Styles from the outside in, where a document keeps to the usual order.
_USUAL = (
    "chapter章",
    "chapter分",
    "dun",
    "chapter节",
    "paren",
    "chapter条",
    "dot",
    "aparen",
    "half",
    "circle",
)


def _parent_for(stack: list[Node], mark: _Mark) -> Node:
    """A chapter number never hangs under an item: 一、 after （三） under nothing starts a chapter."""
    if mark.style in ("dun", "chapter章", "chapter分") and mark.style in _USUAL:
        rank = _USUAL.index(mark.style)
        for depth, node in enumerate(stack):
            if node.style in _USUAL and _USUAL.index(node.style) > rank:
                return stack[depth - 1]
    return stack[-1]


def _may_stand_inline(stream: Stream, mark: _Mark, stack: list[Node]) -> bool:
    """Whether a number in the middle of a line may be a mark: what stands before and after it."""
    text = stream.text
    before, after = text[mark.start - 1], text[mark.end : mark.end + 1]
    if not after or not (after >= "\u3400" or after in "“《"):
        return False
    if before.isascii() and before.isalnum():
        return False
    ended = before in _STOPS
    if mark.style == LABEL:
        return text[mark.end - 1] in "：:"
    if before in _BOUND and not ended:
        return False
    if mark.style == "dun":
        return ended or text.startswith(_HEADING_WORDS, mark.end)
    if mark.style in (DOT, CHINESE_PAREN):
        is_dot = text[mark.end - 1] == "."
        if ended or (mark.n > 1 and (is_dot or mark.style == CHINESE_PAREN)):
            return True
        return _in_heading(text, stack[-1], mark)
    if mark.style.startswith("decimal") or mark.style.startswith("chapter"):
        return False
    return ended or _in_heading(text, stack[-1], mark)


def _in_heading(text: str, node: Node, mark: _Mark) -> bool:
    """Directly behind a heading that ran into its first item: no sentence has ended since the last mark."""
    return node.style != "root" and mark.start - node.body <= _HEADING_ROOM and "。" not in text[node.body : mark.start]


def _close(node: Node, end: int) -> None:
    node.end = end
    for i, child in enumerate(node.children):
        _close(child, node.children[i + 1].start if i + 1 < len(node.children) else end)
