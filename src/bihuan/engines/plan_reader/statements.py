"""责任表述: where a text says who answers: `（…牵头，…配合）`, 责任单位 lines, or the unit as the
sentence's subject.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from bihuan.engines.plan_reader.dates import TIME
from bihuan.engines.plan_reader.lexicon import words
from bihuan.engines.plan_reader.patterns import any_of, pattern
from bihuan.engines.plan_reader.stream import Stream
from bihuan.engines.plan_reader.terms import Role
from bihuan.engines.plan_reader.units import (
    LABEL,
    LABELS,
    ROLE_OF,
    Unit,
    is_firm_unit,
    is_unit,
    mask,
    names_role,
    parse_statement,
    split_units,
)

_LONGEST_STATEMENT = 600
_LONGEST_SUBJECT = 80
_SUBJECT_ROLES = {w: Role[name.upper()] for name in ("owner", "lead") for w in words("subject_roles", name)}
_SUBJECT_ROLE = pattern(any_of(_SUBJECT_ROLES))
_MODALS = words("modals")
_MODAL = pattern(any_of(_MODALS))
_COOP_TAIL = pattern(any_of(words("roles", "coop")))
_AGENT_ROLE = pattern(any_of([w for name in ("lead", "by_duty", "owner") for w in words("roles", name)]))
_BY = pattern(any_of(words("units", "heads")[:1]))
_SENTENCE_ENDS = "。；！？"
_ONGOING = tuple(words("time", "ongoing"))
_LONGEST_ONGOING = 8


@dataclass(slots=True)
class Statement:
    """One responsibility statement: what is cut from the text, what its raw words are, its units and time
    limits.
    """

    start: int
    end: int
    raw_start: int
    raw_end: int
    units: list[Unit]
    limits: list[tuple[int, int]] = field(default_factory=list)


def find_statements(stream: Stream, start: int, end: int) -> list[Statement]:
    """All explicit statements in start..end, in order."""
    found, covered = [], start
    for a, b in brackets(stream.text, start, end):
        statement = _in_brackets(stream, a, b, end)
        if statement:
            found.append(statement)
    inside = [(s.start, s.end) for s in found]
    groups: list[list[tuple[str, int, int, int]]] = []
    for label in LABEL.finditer(stream.text, start, end):
        if label.start() < covered or any(a <= label.start() < b for a, b in inside):
            continue
        following = LABEL.search(stream.text, label.end(), end)
        value_end = (
            stream.next_break(label.end(), end)
            if label.end() not in stream.breaks
            else _after_break(stream, label.end(), end)
        )
        if following:
            value_end = min(value_end, following.start())
        row = (label.group(1), label.start(), label.end(), value_end)
        if groups and groups[-1][-1][3] >= label.start():
            groups[-1].append(row)
        else:
            groups.append([row])
        covered = value_end
    found += [s for group in groups if (s := _from_labels(stream, group))]
    return sorted(found, key=lambda s: s.start)


def _after_break(stream: Stream, at: int, end: int) -> int:
    """A label alone on its line: its value is the next line."""
    return stream.next_break(at, end)


def brackets(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Outermost bracket pairs, closing bracket included; an unclosed one is passed over."""
    depth, opened, i = 0, -1, start
    while i < end:
        ch = text[i]
        if ch == "（":
            depth += 1
            if depth == 1:
                opened = i
        elif ch == "）" and depth:
            depth -= 1
            if depth == 0:
                yield opened, i + 1
        if depth and i - opened > _LONGEST_STATEMENT:
            i, depth = opened, 0
        i += 1


def _in_brackets(stream: Stream, a: int, b: int, end: int) -> Statement | None:
    text = stream.text
    inner_start, inner_end = a + 1, b - 1
    if LABEL.match(text, inner_start):
        rows = _label_rows(stream, inner_start, inner_end)
        made = _from_labels(stream, rows)
        return Statement(a, b, made.raw_start, made.raw_end, made.units, made.limits) if made else None
    limits, inner = _times_off(text, inner_start, inner_end)
    units = parse_statement(inner, inner_start, stream.gaps)
    if not units:
        return None
    if not names_role(inner) and not _ends_sentence(stream, a, b, end):
        return None
    return Statement(a, b, inner_start, inner_end, units, limits)


def _times_off(text: str, start: int, end: int) -> tuple[list[tuple[int, int]], str]:
    """Time limits in the brackets, and the rest as long as it was: where a limit stood, only commas stand."""
    flat = mask(text[start:end])
    edges = [-1, *(i for i, c in enumerate(flat) if c in "，；。"), len(flat)]
    parts = [(start + p + 1, start + q) for p, q in pairwise(edges)]
    limits = [part for part in parts if _is_time(text, *part)]
    if len(limits) == len(parts):
        return [], text[start:end]
    inner = list(text[start:end])
    for a, b in limits:
        inner[a - start : b - start] = "，" * (b - a)
    return limits, "".join(inner)


def _is_time(text: str, a: int, b: int) -> bool:
    """2018年3月底前完成, 持续推进: a clause that says by when and nothing of who."""
    piece = text[a:b]
    if is_unit(piece) or names_role(piece):
        return False
    if len(piece) <= _LONGEST_ONGOING and piece.startswith(_ONGOING):
        return True
    m = TIME.search(text, a, b)
    return m is not None and m.start() - a <= 6


def _ends_sentence(stream: Stream, a: int, b: int, end: int) -> bool:
    text = stream.text
    return b >= end or text[b] in _SENTENCE_ENDS or text[a - 1] in _SENTENCE_ENDS or b in stream.breaks


def _label_rows(stream: Stream, start: int, end: int) -> list[tuple[str, int, int, int]]:
    found = list(LABEL.finditer(stream.text, start, end))
    stops = [m.start() for m in found[1:]] + [end]
    return [(m.group(1), m.start(), m.end(), stop) for m, stop in zip(found, stops, strict=True)]


def _from_labels(stream: Stream, rows: list[tuple[str, int, int, int]]) -> Statement | None:
    """责任单位：…, 牵头单位：…, 完成时限：… standing together make one statement."""
    units: list[Unit] = []
    limits: list[tuple[int, int]] = []
    raw: list[int] = []
    for label, _, a, stop in rows:
        b = a + len(stream.text[a:stop].rstrip("。；，、"))
        kind = LABELS[label]
        if kind == "limit" and b > a:
            limits.append((a, b))
        elif kind in ("lead", "coop", "owner") and b > a:
            read = parse_statement(stream.text[a:b], a, stream.gaps, default=Role[kind.upper()])
            if not read:
                read = _as_written(stream, a, b, Role[kind.upper()])
            units += read
            raw += [a, b]
    if not units:
        return None
    return Statement(rows[0][1], rows[-1][3], min(raw), max(raw), units, limits)


def _as_written(stream: Stream, a: int, b: int, role: Role) -> list[Unit]:
    """A labelled field says these are units even where their endings do not."""
    pieces = split_units(stream.text[a:b], a, stream.gaps)
    return [Unit(s, e, role) for s, e in pieces if 2 <= e - s <= 40]


@dataclass(frozen=True, slots=True)
class Subject:
    """The unit list a sentence begins with, and where the words of assignment end."""

    units: list[Unit]
    raw_end: int
    by_modal: bool


def subject_of(stream: Stream, start: int, end: int, *, modal: bool) -> Subject | None:
    """`X负责…` (and, where asked for, `X要…`) at the start of a sentence."""
    window_end = min(end, start + _LONGEST_SUBJECT)
    flat = mask(stream.text[start:window_end])
    role = _SUBJECT_ROLE.search(flat)
    if role and not any(c in _SENTENCE_ENDS for c in flat[: role.start()]):
        units = _list(stream, start, start + role.start(), _SUBJECT_ROLES[role.group()])
        if units:
            return Subject([*units, *_cooperating(stream, start + role.end(), end)], start + role.end(), False)
    if modal:
        for m in _MODAL.finditer(flat):
            if any(c in "。；，！？：" for c in flat[: m.start()]):
                break
            units = _list(stream, start, start + m.start(), Role.OWNER)
            if units:
                return Subject(units, start + m.start(), True)
    return None


@dataclass(frozen=True, slots=True)
class Agent:
    """The units behind 由 within a sentence, and the words that name them."""

    units: list[Unit]
    raw_start: int
    raw_end: int


def agent_of(stream: Stream, start: int, end: int) -> Agent | None:
    """学校食堂由市教育局、市卫生健康委分别负责: who answers stands in the middle of the sentence."""
    for head in _BY.finditer(stream.text, start, end):
        window_end = min(end, head.end() + _LONGEST_SUBJECT)
        flat = mask(stream.text[head.end() : window_end])
        role = _AGENT_ROLE.search(flat)
        if role is None or any(c in "。；！？" for c in flat[: role.start()]):
            continue
        units = _list(stream, head.end(), head.end() + role.start(), ROLE_OF[role.group()])
        if units and all(is_firm_unit(stream.text[u.start : u.end]) for u in units):
            return Agent(units, head.end(), head.end() + role.end())
    return None


def _list(stream: Stream, a: int, b: int, role: Role) -> list[Unit]:
    while b > a and stream.text[b - 1] == "：":  # 市公安局：负责…
        b -= 1
    pieces = list(split_units(stream.text[a:b], a, stream.gaps))
    if not pieces or not all(is_unit(stream.text[s:e]) for s, e in pieces):
        return []
    return (
        [Unit(s, e, role) for s, e in pieces]
        if any(is_firm_unit(stream.text[s:e]) or e - s > 2 for s, e in pieces) or b - a <= 2
        else []
    )


def unit_list(stream: Stream, a: int, b: int) -> list[Unit]:
    """The units of a run-in title that names nothing but units (（三）市公安局。负责…)."""
    units = _list(stream, a, b, Role.OWNER)
    return units if all(is_firm_unit(stream.text[u.start : u.end]) for u in units) else []


def _cooperating(stream: Stream, start: int, end: int) -> list[Unit]:
    """…，市公安局、市交通运输局配合: the last clause of the sentence names who helps."""
    stop = next((i for i in range(start, end) if stream.text[i] in "。；"), end)
    clause = stream.text.rfind("，", start, stop) + 1
    if not clause:
        return []
    role = _COOP_TAIL.search(mask(stream.text[clause:stop]))
    return _list(stream, clause, clause + role.start(), Role.COOP) if role and role.start() else []
