"""任务: the items of the outline that say who answers for them, cut to one task per assignment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bihuan.engines.plan_reader.headings import Promise, heading_end, marker, promise, section_path, title_end
from bihuan.engines.plan_reader.outline import Node
from bihuan.engines.plan_reader.statements import Statement, Subject, agent_of, find_statements, subject_of, unit_list
from bihuan.engines.plan_reader.stream import Stream, first_of
from bihuan.engines.plan_reader.units import Unit

_HEADING_LENGTH = 60
_LONG_REST = 12


@dataclass(slots=True)
class Found:
    """One task before its details are read: positions are those of the stream."""

    no: str
    section: str
    start: int
    end: int
    units: list[Unit]
    raw_start: int
    raw_end: int
    limits: list[tuple[int, int]]
    carries_from: tuple[int, int] | None = None


@dataclass(slots=True)
class Assignments:
    """Tasks in order, and what was seen but not made a task."""

    found: list[Found] = field(default_factory=list)
    unread: list[Statement] = field(default_factory=list)
    unassigned: list[tuple[int, int]] = field(default_factory=list)


def find_assignments(stream: Stream, root: Node, *, is_plan: bool) -> Assignments:
    """All tasks of the outline."""
    result = Assignments()
    for chapter in root.children:
        _chapter(stream, chapter, result)
    if not result.found and not result.unread and is_plan:
        result.found += _paragraphs(stream)
    return result


def _paragraphs(stream: Stream) -> list[Found]:
    """A plan without numbers: each paragraph that ends in a statement is a task."""
    found: list[Found] = []
    at = 0
    for n, statement in enumerate(find_statements(stream, 0, len(stream.text)), 1):
        line = stream.last_break(statement.start)
        a, b = _trim(stream, max(at, line), statement.start)
        at = statement.end
        if a < b:
            found.append(
                Found(str(n), "", a, b, statement.units, statement.raw_start, statement.raw_end, statement.limits)
            )
    return found


def _chapter(stream: Stream, chapter: Node, result: Assignments) -> None:
    explicit = find_statements(stream, chapter.start, chapter.end)
    kind = promise(stream, chapter)
    if kind is Promise.NEVER:
        result.unread += explicit
        return
    before = len(result.found)
    if explicit:
        _explicit(stream, chapter, result)
    if len(result.found) == before:
        for node in chapter.walk():
            if node.children or node is chapter or promise(stream, node) is not Promise.TASKS:
                continue
            result.found += _of_unit_above(stream, node) or _by_subject(stream, node)


def _explicit(stream: Stream, node: Node, result: Assignments) -> None:
    """Statements in brackets or labelled lines under this node."""
    if promise(stream, node) is Promise.NEVER:
        result.unread += find_statements(stream, node.start, node.end)
        return
    if not node.children:
        _pieces(stream, node, node.end, result)
        return
    own = find_statements(stream, node.body, node.own_end)
    holders = [child for child in node.children if find_statements(stream, child.body, child.end)]
    if not holders:
        if own and _is_heading(stream, node, own):
            _inherit(stream, node, own[-1], result)
        elif own:
            _pieces(stream, node, node.own_end, result)
        return
    if not own and _closes_all(stream, node, holders):
        _pieces(stream, node, node.end, result)
        return
    if own:
        _pieces(stream, node, node.own_end, result)
    for child in node.children:
        _explicit(stream, child, result)


def _is_heading(stream: Stream, node: Node, own: list[Statement]) -> bool:
    """（二）提升本质安全水平（责任单位：…） over items without statements: the statement holds for each
    item.
    """
    first = own[0]
    before = stream.text[node.body : first.start]
    after = stream.text[own[-1].end : node.own_end].strip("。；，")
    return len(own) == 1 and len(before) <= _HEADING_LENGTH and "。" not in before[:-1] and len(after) <= _LONG_REST


def _closes_all(stream: Stream, node: Node, holders: list[Node]) -> bool:
    """Sub-items of which only the last carries a statement, at its very end: it closes the item above
    them.
    """
    last = node.children[-1]
    if node.depth < 2 or len(node.children) < 2 or holders != [last] or last.children:
        return False
    found = find_statements(stream, last.body, last.end)
    return len(found) == 1 and not stream.text[found[0].end : last.end].strip("。；，")


def _inherit(stream: Stream, node: Node, statement: Statement, result: Assignments) -> None:
    for leaf in node.walk():
        if not leaf.children:
            a, b = _trim(stream, title_end(stream, leaf), leaf.end)
            section = section_path(stream, leaf, own_title_end=title_end(stream, leaf))
            if a < b:
                result.found.append(
                    Found(
                        marker(stream, leaf),
                        section,
                        a,
                        b,
                        statement.units,
                        statement.raw_start,
                        statement.raw_end,
                        statement.limits,
                    )
                )


def _pieces(stream: Stream, node: Node, end: int, result: Assignments) -> None:
    """One task per statement: from the statement before (or the title) up to this one."""
    statements = find_statements(stream, node.body, end)
    if not statements:
        by_whom = agent_of(stream, node.body, end)
        if by_whom:
            a, b = _trim(stream, title_end(stream, node), end)
            section = section_path(stream, node, own_title_end=title_end(stream, node))
            no = marker(stream, node)
            result.found.append(Found(no, section, a, b, by_whom.units, by_whom.raw_start, by_whom.raw_end, []))
        elif end - node.body > _LONG_REST:
            result.unassigned.append((node.start, end))
        return
    title = title_end(stream, node)
    if not _trimmed_text(stream, title, statements[0].start):
        title = node.body
    section = section_path(stream, node, own_title_end=title)
    at, earlier = title, None
    made: list[Found] = []
    for statement in statements:
        a, b = _trim(stream, at, statement.start)
        if a < b:
            carry = earlier if earlier and stream.text[at : at + 1] in ("；", "，") else None
            made.append(
                Found(
                    "",
                    section,
                    a,
                    b,
                    statement.units,
                    statement.raw_start,
                    statement.raw_end,
                    statement.limits,
                    carry,
                )
            )
            earlier = (a, b)
        elif made:
            made[-1].units = [*made[-1].units, *statement.units]
            made[-1].limits = [*made[-1].limits, *statement.limits]
        at = statement.end
    rest = _trim(stream, at, end)
    if rest[1] - rest[0] > _LONG_REST:
        result.unassigned.append(rest)
    _number(marker(stream, node), made)
    result.found += made


def _number(no: str, made: list[Found]) -> None:
    for k, task in enumerate(made, 1):
        task.no = f"{no}/{k}" if no and len(made) > 1 else no or str(k)


def _by_subject(stream: Stream, node: Node) -> list[Found]:
    """X负责…… or X要……: one task per subject; sentences without a subject of their own belong to the one
    before.
    """
    title = title_end(stream, node)
    subjects: list[tuple[int, int, Subject]] = []
    for a, b in _sentences(stream, title, node.end):
        subject = subject_of(stream, a, b, modal=True)
        if subject:
            subjects.append((a, b, subject))
    if not subjects and title > node.body:
        return _under_unit(stream, node, title)
    if subjects and title == node.body and subjects[0][0] > _trim(stream, node.body, node.end)[0]:
        return []
    made: list[Found] = []
    section = section_path(stream, node, own_title_end=title)
    for k, (a, _, subject) in enumerate(subjects):
        stop = subjects[k + 1][0] if k + 1 < len(subjects) else node.end
        start, end = _trim(stream, a, stop)
        raw_end = subject.raw_end
        made.append(Found("", section, start, end, subject.units, a, raw_end, []))
    _number(marker(stream, node), made)
    return made


def _under_unit(stream: Stream, node: Node, title: int) -> list[Found]:
    """（三）市公安局。负责…: the title is the unit, what follows is its task."""
    units = unit_list(stream, node.body, title)
    a, b = _trim(stream, title, node.end)
    if not units or a >= b:
        return []
    section = section_path(stream, node, own_title_end=node.body)
    return [Found(marker(stream, node), section, a, b, units, node.body, title, [])]


def _of_unit_above(stream: Stream, node: Node) -> list[Found]:
    """（一）市公安局 over 1., 2., 3.: the heading is the unit, each item one of its tasks."""
    above = node.parent
    if above is None or above.style == "root" or above.children[0].style == above.style:
        return []
    end = heading_end(stream, above)
    units = unit_list(stream, above.body, end)
    a, b = _trim(stream, node.body, node.end)
    if not units or a >= b:
        return []
    return [
        Found(
            marker(stream, node), section_path(stream, node, own_title_end=node.body), a, b, units, above.body, end, []
        )
    ]


def _sentences(stream: Stream, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    while at < end:
        stop = first_of(stream.text, "。", at, end)
        line = stream.next_break(at, end)
        stop = min(stop + 1, end, line)
        a, b = _trim(stream, at, stop)
        if a < b:
            yield a, b
        at = max(stop, at + 1)


def _trim(stream: Stream, start: int, end: int) -> tuple[int, int]:
    """Without the punctuation that belongs to the statement before or the number; a final 。 stays."""
    while start < end and stream.text[start] in "。；，、：:）":
        start += 1
    return start, end


def _trimmed_text(stream: Stream, start: int, end: int) -> str:
    a, b = _trim(stream, start, end)
    return stream.text[a:b]


def sections(stream: Stream, root: Node) -> Iterator[tuple[str, int, int]]:
    """Every heading with items below it, as a path and its place."""
    for node in root.walk():
        if node.style != "root" and node.children:
            end = heading_end(stream, node)
            parts = [stream.read(above.start, heading_end(stream, above)) for above in node.path()]
            yield " > ".join(parts), node.start, end
