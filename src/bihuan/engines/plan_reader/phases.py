"""阶段与节点: the steps of a campaign and the dates set outside the tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bihuan.engines.plan_reader.dates import Moment, PlanCalendar, is_due, moments
from bihuan.engines.plan_reader.headings import heading_words, tells_steps, title_end
from bihuan.engines.plan_reader.lexicon import words
from bihuan.engines.plan_reader.outline import Node
from bihuan.engines.plan_reader.statements import brackets
from bihuan.engines.plan_reader.stream import Stream, first_of

_WORD = words("phases", "words")[0]
_VERBS = tuple(words("phases", "verbs"))
_RANGE = frozenset("至到-~—")
_TITLE_ROOM = 60


@dataclass(frozen=True, slots=True)
class Step:
    """One phase; name and place are positions of the stream."""

    start: int
    end: int
    name: tuple[int, int]
    first: date | None
    last: date


def find_steps(stream: Stream, root: Node, plan: PlanCalendar) -> list[Step]:
    """Phases laid out as numbered steps."""
    found: list[Step] = []
    for chapter in root.children:
        is_steps = tells_steps(heading_words(stream, chapter))
        nodes = [n for n in chapter.walk() if n is not chapter or n.style.endswith(_WORD)]
        of_chapter = [s for n in nodes if (s := _step(stream, n, plan, is_steps=is_steps))]
        if of_chapter and of_chapter[0].first is None and is_steps:
            opening = _opening(stream, chapter, plan)
            if opening and opening <= of_chapter[0].last:
                s = of_chapter[0]
                of_chapter[0] = Step(s.start, s.end, s.name, opening, s.last)
        found += of_chapter
    return found


def _step(stream: Stream, node: Node, plan: PlanCalendar, *, is_steps: bool) -> Step | None:
    room = min(node.own_end, node.body + _TITLE_ROOM)
    head = stream.text[node.body : room]
    if not is_steps and _WORD not in head[:20]:
        return None
    for a, b in brackets(stream.text, node.body, room):
        within = list(moments(stream.text, a, b, plan))
        if within and within[-1].due:
            return Step(node.start, b, (node.body, a), _first(stream.text, within), within[-1].due)
    end = title_end(stream, node)
    if end == node.body:
        end = first_of(stream.text, "。：，", node.body, node.own_end)
    due = [m for m in moments(stream.text, node.body, min(node.own_end, end + _TITLE_ROOM), plan) if m.due]
    if not due or not (is_steps or due[0].start - end <= 2):
        return None
    last = due[1] if len(due) > 1 and _joined(stream.text, due[0], due[1]) else due[0]
    assert last.due is not None
    return Step(node.start, last.end, (node.body, min(end, due[0].start)), _first(stream.text, due[:2]), last.due)


def _joined(text: str, a: Moment, b: Moment) -> bool:
    between = text[a.end : b.start]
    return bool(between) and len(between) <= 3 and any(c in _RANGE for c in between)


def _first(text: str, within: list[Moment]) -> date | None:
    """A written start: the first of two dates joined by 至; a bare month starts on its first day."""
    if len(within) < 2 or not _joined(text, within[0], within[1]) or within[0].due is None:
        return None
    start = within[0]
    assert start.due is not None
    if within[1].due and start.due > within[1].due and start.year_guessed:
        return None
    return start.due if start.day_of_month else start.due.replace(day=1)


def _opening(stream: Stream, chapter: Node, plan: PlanCalendar) -> date | None:
    """从2020年12月至2022年6月，分四个阶段: the first phase starts where the whole starts."""
    return _first(stream.text, list(moments(stream.text, chapter.body, chapter.own_end, plan))[:2])


def find_milestones(
    stream: Stream,
    spans: list[tuple[int, int]],
    plan: PlanCalendar,
    taken: list[tuple[int, int]],
    aims: list[tuple[int, int]],
) -> Iterator[Step]:
    """…2022年11月底前完成治理任务: a date with what is to be finished, outside tasks and reporting.

    Chapters of aims name what is to be reached by a date in any words (到2027年底，体系基本健全).
    """
    for start, end in spans:
        for m in moments(stream.text, start, end, plan):
            if m.due is None or not is_due(stream.text, m) or any(a <= m.start < b for a, b in taken):
                continue
            stop = first_of(stream.text, "，。；", m.end, end)
            a = m.end
            if stop == a and stop < end:
                a = stop + 1
                stop = first_of(stream.text, "，。；", a, end)
            if stream.text[a:stop].startswith(_VERBS) or any(w <= start and end <= e for w, e in aims):
                yield Step(m.start, stop, (a, stop), None, m.due)
