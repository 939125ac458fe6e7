"""章节标题: where a heading ends, the path of headings above an item, and what a chapter's heading
promises.
"""

from __future__ import annotations

from enum import Enum

from bihuan.engines.plan_reader.lexicon import words
from bihuan.engines.plan_reader.outline import ARABIC_PAREN, CHINESE_PAREN, HEADING, Node
from bihuan.engines.plan_reader.statements import subject_of
from bihuan.engines.plan_reader.stream import Stream

_CHAPTERS = "chapter_words"
_NEVER, _SAID = tuple(words(_CHAPTERS, "never")), tuple(words(_CHAPTERS, "said"))
_AIMS = tuple(words(_CHAPTERS, "aims"))
_TASKS, _STEPS = tuple(words(_CHAPTERS, "tasks")), tuple(words(_CHAPTERS, "steps"))
_HEADING_WORDS = tuple(sorted(_NEVER + _SAID, key=len, reverse=True))
_LONGEST_TITLE = 48


class Promise(Enum):
    """What a chapter may hold: tasks in any form, tasks assigned in so many words, no tasks."""

    TASKS = 1
    SAID = 2
    NEVER = 3


def heading_end(stream: Stream, node: Node) -> int:
    """Where the heading of a node with items below it ends."""
    end = stream.next_break(node.body, node.own_end)
    own = stream.text[node.body : end]
    if (len(own) > _LONGEST_TITLE and end == node.own_end) or "。" in own[:-1]:
        known = next((w for w in _HEADING_WORDS if own.startswith(w)), "")
        stop = own.find("。")
        return node.body + (len(known) or (stop + 1 if stop >= 0 else len(own)))
    if node.style == CHINESE_PAREN and own.endswith("。"):
        return end - 1
    return end


def title_end(stream: Stream, node: Node) -> int:
    """Where the run-in title of an item numbered （一） ends; node.body where it has none."""
    if node.style == HEADING:
        return stream.next_break(node.body, node.own_end)
    parent_is_chapter = node.parent is not None and node.parent.depth <= 1
    if node.style != CHINESE_PAREN and not (node.style == ARABIC_PAREN and parent_is_chapter):
        return node.body
    text, limit = stream.text, min(node.own_end, node.body + _LONGEST_TITLE)
    line = stream.next_break(node.body, node.own_end)
    stop = text.find("。", node.body, limit)
    bracket = text.find("（", node.body, limit)
    if line <= limit and (stop < 0 or line <= stop) and line < node.end:
        return line
    if stop < 0 or stop + 1 >= node.end or (0 <= bracket < stop and text.find("）", bracket, limit) > stop):
        return node.body
    return node.body if subject_of(stream, node.body, stop, modal=True) else stop


def marker(stream: Stream, node: Node) -> str:
    """The number as written, without what follows it: 1, （三）, 重点任务7."""
    return stream.text[node.start : node.body].rstrip("、.：")


def section_path(stream: Stream, node: Node, *, own_title_end: int) -> str:
    """The headings above an item, and its own run-in title, joined by ` > `."""
    parts = [stream.read(above.start, heading_end(stream, above)) for above in node.path()[:-1]]
    if own_title_end > node.body:
        parts.append(stream.read(node.start, own_title_end))
    return " > ".join(parts)


def heading_words(stream: Stream, node: Node) -> str:
    """A heading without its number, normalised."""
    return stream.text[node.body : heading_end(stream, node)]


def promise(stream: Stream, node: Node) -> Promise:
    """What the headings above a node promise; the strictest chapter wins."""
    above = node.path()
    found = Promise.SAID
    for i, place in enumerate(above):
        if i and not place.children:
            break
        of_this = promise_of(heading_words(stream, place))
        if of_this is Promise.NEVER:
            return of_this
        if i == 0 or of_this is Promise.TASKS:
            found = of_this
    return found


def promise_of(heading: str) -> Promise:
    """The words decide: 工作要求 none, 保障措施 only what is assigned in so many words, 主要任务 anything."""
    if heading.startswith(_NEVER):
        return Promise.NEVER
    if any(w in heading for w in _SAID):
        return Promise.SAID
    if any(w in heading for w in _TASKS):
        return Promise.TASKS
    return Promise.NEVER if any(w in heading for w in _NEVER) else Promise.SAID


def tells_aims(heading: str) -> bool:
    """Whether a chapter states aims (总体要求, 工作目标)."""
    return any(w in heading for w in _AIMS)


def tells_steps(heading: str) -> bool:
    """Whether a chapter lays out phases (时序安排, 实施步骤)."""
    return any(w in heading for w in _STEPS)
