"""突出问题: the problems and risks a plan lists to be looked for, point by point. 依据 Y.

A chapter whose heading names problems and in which no task stands; its groups are （一）, （二） …; the points of a group
are its numbered items, or its sentences 一是…二是…, or the group itself where it is one sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bihuan.engines.plan_reader.headings import heading_words, marker, tells_aims, tells_steps
from bihuan.engines.plan_reader.ledger import ProblemPoint
from bihuan.engines.plan_reader.lexicon import words
from bihuan.engines.plan_reader.numerals import CHINESE_DIGITS, number
from bihuan.engines.plan_reader.outline import CHINESE_PAREN, Node
from bihuan.engines.plan_reader.patterns import pattern
from bihuan.engines.plan_reader.stream import LIKELY, Stream

_NAMES = tuple(words("chapter_words", "problems"))
_SPOKEN = pattern(f"([{CHINESE_DIGITS[:10]}]{{1,2}})是")
_BEFORE = frozenset("。；！：")
_LONGEST_GROUP = 60


def find_problem_points(stream: Stream, root: Node, *, tasks: Sequence[tuple[int, int]]) -> list[ProblemPoint]:
    """Every point, in the order of the document. `tasks`: where tasks stand; their chapters list none."""
    found: list[ProblemPoint] = []
    for chapter in root.children:
        if not _lists_problems(stream, chapter) or any(chapter.start <= a < chapter.end for a, _ in tasks):
            continue
        groups = [child for child in chapter.children if child.style == CHINESE_PAREN]
        if groups:
            for group in groups:
                found += _of_group(stream, group)
        else:
            found += _points(stream, chapter, "", "", chapter.body, chapter.end)
    return found


def _lists_problems(stream: Stream, chapter: Node) -> bool:
    heading = heading_words(stream, chapter)
    return any(name in heading for name in _NAMES) and not tells_aims(heading) and not tells_steps(heading)


def _of_group(stream: Stream, group: Node) -> list[ProblemPoint]:
    prefix = marker(stream, group)
    begins = _begins(stream, group)
    title_end = _group_title_end(stream, group, begins)
    title = stream.read(group.body, title_end).rstrip("。：:")
    listed = list(_points(stream, group, prefix, title, group.body, group.end)) if begins or group.children else []
    if listed:
        return listed
    start = title_end
    while start < group.end and stream.text[start] in _BEFORE:
        start += 1
    start = start if start < group.end else group.body
    return [ProblemPoint(prefix, title, stream.read(start, group.end), stream.span(start, group.end))]


def _group_title_end(stream: Stream, group: Node, begins: Sequence[tuple[int, int, int]]) -> int:
    """The title of a group: up to its first point, its first line or its first full stop, whichever comes first."""
    first = begins[0][1] if begins else group.own_end
    line = stream.next_break(group.body, first)
    stop = stream.text.find("。", group.body, line)
    end = stop if stop >= 0 else line
    return end if end - group.body <= _LONGEST_GROUP else group.body


def _points(stream: Stream, node: Node, prefix: str, group: str, start: int, end: int) -> Iterator[ProblemPoint]:
    """The points below a node: its numbered items, else its spoken ones (一是, 二是 …)."""
    if node.children:
        for child in node.children:
            yield ProblemPoint(
                f"{prefix}{child.n}", group, stream.read(child.body, child.end), stream.span(child.body, child.end)
            )
        return
    begins = _begins(stream, node)
    for place, (n, _, body) in enumerate(begins):
        until = begins[place + 1][1] if place + 1 < len(begins) else end
        yield ProblemPoint(f"{prefix}{n}", group, stream.read(body, until), stream.span(body, until))


def _begins(stream: Stream, node: Node) -> list[tuple[int, int, int]]:
    """Number, start and body of each 一是, 二是 … of a node, in unbroken order, each at the head of a sentence."""
    if node.children:
        return []
    found: list[tuple[int, int, int]] = []
    for match in _SPOKEN.finditer(stream.text, node.body, node.end):
        at = match.start()
        heads = at == node.body or stream.text[at - 1] in _BEFORE or stream.breaks.get(at, 0) >= LIKELY
        if heads and number(match[1]) == len(found) + 1:
            found.append((len(found) + 1, at, match.end()))
    return found
