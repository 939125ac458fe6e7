"""责任单位: the grammar of who answers: unit lists, roles, nested parentheses, tails such as 等部门."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bihuan.engines.plan_reader.lexicon import words
from bihuan.engines.plan_reader.patterns import any_of, pattern
from bihuan.engines.plan_reader.terms import Role

ROLE_OF = {w: Role[name.upper()] for name in ("owner", "by_duty", "coop", "lead") for w in words("roles", name)}
_ROLE = pattern(any_of(ROLE_OF) + "(?!的|单位|部门|人|制)")
_OWN_ROLE = pattern(f"（({any_of(ROLE_OF)})）$")
_SUFFIXES = tuple(words("units", "suffixes"))
_FIRM = tuple(words("units", "firm"))
_LEVELS = tuple(words("units", "levels"))
_EVERY_ONE = tuple(words("units", "every_one"))
_HEADS = tuple(words("units", "heads"))
_NEVER = tuple(words("units", "never"))
_COMPOUNDS = tuple(words("units", "compounds"))
_INHERITS = pattern(any_of(words("inherits")))
_JOIN = pattern(any_of(words("units", "joins")))
_TOGETHER = pattern(any_of(words("together")))
_TAIL = pattern(rf"等{any_of(words('units', 'tail_words'))}{{0,6}}$")
_INNER = pattern(r"（[^（）]{0,60}）")
_LONGEST_UNIT = 40
_LONGEST_UNKNOWN = 16
_NO_NAME = frozenset("。；，：！？“”《》")
LABELS = {w: name for name in ("lead", "coop", "owner", "limit", "other") for w in words("field_labels", name)}
LABEL = pattern(rf"({any_of(LABELS)})：")


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit as written, at positions of the stream."""

    start: int
    end: int
    role: Role


def mask(text: str) -> str:
    """The same length, with everything inside nested brackets blanked, so that lists split at depth 0
    only. 各县〈市、区〉 is written too.
    """
    if "（" not in text and "《" not in text:
        return text
    out, depth = [], 0
    for ch in text:
        depth += ch in "（《"
        out.append("\0" if depth else ch)
        depth -= ch in "）》" and depth > 0
    return "".join(out)


def is_unit(name: str) -> bool:
    """Whether a word may name a body that answers for something."""
    bare = _INNER.sub("", name)
    return (
        2 <= len(bare) <= _LONGEST_UNIT
        and bare.endswith(_SUFFIXES)
        and not bare.startswith(_NEVER)
        and not any(c in "。；，：！？“”" or c.isdigit() for c in bare)
    )


def is_firm_unit(name: str) -> bool:
    """A unit recognisable without a role word beside it: a level in front, or an ending only bodies have."""
    bare = _INNER.sub("", name)
    return is_unit(name) and bare not in _FIRM and (bare.startswith(_LEVELS) or bare.endswith(_FIRM))


def names_role(text: str) -> bool:
    """Whether a role word (牵头, 配合, 负责 …) stands in it outside nested brackets."""
    return _ROLE.search(mask(text)) is not None


def split_units(text: str, start: int, gaps: frozenset[int] | set[int] = frozenset()) -> Iterator[tuple[int, int]]:
    """The pieces of a unit list that begins at `start` of the stream; tails and heads are taken off."""
    flat = mask(text)
    cuts, at = [], 0
    for i, ch in enumerate(flat):
        if ch in "、，；。/|" or (
            i and start + i in gaps and is_unit(text[at:i]) and is_unit(text[i : i + 12].split("、")[0])
        ):
            cuts.append((at, i))
            at = i + (ch in "、，；。/|")
    cuts.append((at, len(text)))
    for a, b in cuts:
        yield from _joined(text, a, b, start)


def _joined(text: str, a: int, b: int, start: int) -> Iterator[tuple[int, int]]:
    """区委、区政府和各街道办事处: 和 splits where both sides are units; 相关部门和单位 stays one."""
    piece = text[a:b]
    for m in _JOIN.finditer(mask(piece)):
        left, right = piece[: m.start()], piece[m.end() :]
        complete = left.endswith(_FIRM) or (is_unit(left) and left.startswith(_EVERY_ONE))
        if complete and is_unit(right) and not _bare(right) and len(left) > 1:
            yield from _trimmed(text, a, a + m.start(), start)
            yield from _joined(text, a + m.end(), b, start)
            return
    yield from _trimmed(text, a, b, start)


def _bare(name: str) -> bool:
    """单位 behind 部门和: a noun without a name of its own."""
    return name.startswith(_COMPOUNDS) and not name.startswith(_LEVELS)


def _trimmed(text: str, a: int, b: int, start: int) -> Iterator[tuple[int, int]]:
    for head in _HEADS:
        if text.startswith(head, a) and b - a > 2:
            a += len(head)
    tail = _TAIL.search(mask(text[a:b]))
    if tail:
        b = a + tail.start()
    if b > a:
        yield start + a, start + b


def parse_statement(
    text: str, start: int, gaps: set[int] | frozenset[int] = frozenset(), *, default: Role | None = None
) -> list[Unit]:
    """The units of a responsibility statement, or none where the words are no such statement.

    A role word ends a part and holds for all units before it back to the role word before. `default` is
    the role of a
    labelled field (责任单位：…); without it a list without any role word counts only if every entry is
    plainly a unit.
    """
    flat = mask(text)
    units: list[Unit] = []
    at = 0
    for m in _ROLE.finditer(flat):
        if m.start() < at:
            continue
        part = _part(text, at, m.start(), start, gaps, ROLE_OF[m.group()], firm=False)
        if part is None:
            if at == 0 and default is None and not units:
                return []
            at = m.end()
            continue
        units += part
        at = m.end()
    rest = _part(text, at, len(text), start, gaps, default or Role.OWNER, firm=default is None)
    if rest and not (units and len(text) - at > 60):
        units += rest
    elif rest is None and not units:
        return []
    return units


def _part(
    text: str, a: int, b: int, start: int, gaps: set[int] | frozenset[int], role: Role, *, firm: bool
) -> list[Unit] | None:
    """The units before one role word; None where something that is no unit stands there."""
    while a < b and text[a] in "，；、。：":
        a += 1
    piece = text[a:b]
    if not piece.strip("，；、。"):
        return []
    inherited = _INHERITS.search(piece)
    if inherited:
        return []
    together = _TOGETHER.search(mask(piece))
    if together and together.start() > 1 and is_unit(piece[: together.start()].split("、")[-1]):
        first = _part(
            text,
            a,
            a + together.start(),
            start,
            gaps,
            role if role is not Role.COOP else Role.OWNER,
            firm=firm,
        )
        others = _part(text, a + together.end(), b, start, gaps, Role.COOP, firm=firm)
        return None if first is None or others is None else [*_leading(first, role), *others]
    pieces = list(split_units(piece, start + a, gaps))
    if not pieces or not _are_units([text[s - start : e - start] for s, e in pieces], firm=firm):
        return None
    comma = mask(piece).rfind("，") if role is Role.COOP else -1
    return [_with_own_role(text, start, Unit(s, e, Role.OWNER if e <= start + a + comma else role)) for s, e in pieces]


def _with_own_role(text: str, start: int, unit: Unit) -> Unit:
    """市公安局（牵头）: the role stands in the unit's own brackets."""
    own = _OWN_ROLE.search(text[unit.start - start : unit.end - start])
    return Unit(unit.start, unit.start + own.start(), ROLE_OF[own.group(1)]) if own else unit


def _are_units(names: list[str], *, firm: bool) -> bool:
    """With a role word behind them, one name of unknown kind among plain units is a unit too (电信运营企业集群)."""
    if firm:
        return all(is_firm_unit(name) for name in names)
    known = [name for name in names if is_unit(name)]
    if len(known) == len(names):
        return True
    return (
        2 * len(known) >= len(names)
        and any(is_firm_unit(name) for name in known)
        and all(
            2 <= len(name) <= _LONGEST_UNKNOWN and not any(c in _NO_NAME or c.isdigit() for c in name) for name in names
        )
    )


def _leading(units: list[Unit], role: Role) -> list[Unit]:
    """A会同B: who is named first leads, whatever word ends the part, unless the part is by division of
    duty.
    """
    as_role = role if role is Role.BY_DUTY else Role.LEAD
    return [Unit(u.start, u.end, as_role) for u in units]


def binds_all_later(text: str) -> bool:
    """以下均需各级…落实: the statement also binds every later task (AG 5)."""
    return _INHERITS.search(text) is not None
