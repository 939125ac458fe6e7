"""职责划分规则: a matrix without an empty cell, a person behind every line. Pure; no clock, no database. 依据 A06, B08, B10."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TypeVar

from bihuan.domains.responsibilities.terms import LINES, Part
from bihuan.kernel.problem import Problem
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text


class BothParts(Problem):
    code = "in_charge_and_cooperating"


class UnknownLine(Problem):
    code = "unknown_line_of_division"


class StillEmpty(Problem):
    code = "division_still_empty"
    status = 409


class SamePerson(Problem):
    code = "same_person"


class CountChanged(Problem):
    code = "count_changed"
    status = 409


class NotOfThisUnit(Problem):
    code = "person_not_of_this_unit"


class EndsBeforeItBegins(Problem):
    code = "clause_ends_before_it_begins"


class PersonMissing(Problem):
    code = "person_missing_on_the_list"
    status = 409


@dataclass(frozen=True, slots=True)
class Said:
    """What one unit said of itself: lines it is in charge of, lines it helps with; every other it isn't concerned with."""

    unit: str
    in_charge: frozenset[str]
    cooperates: frozenset[str]


@dataclass(frozen=True, slots=True)
class Matrix:
    """环节（行业）× 单位. `cells[line][unit]`."""

    lines: tuple[Term, ...]
    units: tuple[str, ...]
    cells: Mapping[str, Mapping[str, Part]]

    @property
    def without_charge(self) -> list[Term]:
        """没有主管单位的环节、行业: each is a finding, with the backstop duty of 谁主管谁负责."""
        return [line for line in self.lines if Part.IN_CHARGE not in self.cells[line.value].values()]

    @property
    def undeclared(self) -> list[str]:
        """Units that have said nothing: their whole column is empty."""
        if not self.lines:
            return []
        return [u for u in self.units if self.cells[self.lines[0].value][u] is Part.UNDECIDED]

    @property
    def empty_cells(self) -> int:
        return sum(part is Part.UNDECIDED for row in self.cells.values() for part in row.values())

    @property
    def is_whole(self) -> bool:
        return bool(self.units) and not self.empty_cells and not self.without_charge


def matrix(*, units: Sequence[str], said: Iterable[Said], lines: Sequence[Term] = LINES) -> Matrix:
    by_unit = {s.unit: s for s in said}
    return Matrix(
        tuple(lines),
        tuple(units),
        {line.value: {u: _part(by_unit.get(u), line.value) for u in units} for line in lines},
    )


def _part(said: Said | None, line: str) -> Part:
    if said is None:
        return Part.UNDECIDED
    if line in said.in_charge:
        return Part.IN_CHARGE
    return Part.COOPERATES if line in said.cooperates else Part.NOT_CONCERNED


def require_lines(*, in_charge: Sequence[str], cooperates: Sequence[str]) -> None:
    """A unit is in charge of a line or helps with it, not both; and only of lines there are."""
    known = {line.value for line in LINES}
    if unknown := sorted({*in_charge, *cooperates} - known):
        raise UnknownLine(Text("没有“{x}”这条线。", "There is no line “{x}”.").format(x=unknown[0][:40]))
    if both := sorted(set(in_charge) & set(cooperates)):
        name = next(line.label for line in LINES if line.value == both[0])
        raise BothParts(
            Text(
                "“{line}”既选了主管又选了配合，请只选一种。",
                "“{line}” is ticked twice: in charge or cooperating, not both.",
            ).format(line=name),
            where={"cooperates": Text("与主管重复。", "Ticked above already.")},
        )


def require_filled(*, found: Matrix, line: str, unit: str) -> None:
    """空格补齐才能提交: the line has somebody in charge, or the unit has said its part in every line."""
    if line and line in {gap.value for gap in found.without_charge}:
        name = next(gap.label for gap in found.without_charge if gap.value == line)
        raise StillEmpty(
            Text(
                "“{line}”仍没有主管单位。请先在职责划分里明确。",
                "“{line}” has nobody in charge yet. Settle it in the division.",
            ).format(line=name)
        )
    if not line and unit in found.undeclared:
        raise StillEmpty(
            Text(
                "本单位还没有逐项明确职责。请先在职责划分里填写。",
                "This unit hasn't said its part yet. Fill in the division first.",
            )
        )


def require_another(*, one: object, other: object) -> None:
    if one == other:
        raise SamePerson(
            Text("接手人不能是原责任人。", "Whoever takes over must be another person."),
            where={"to": Text("请另选。", "Choose another.")},
        )


def require_count(*, shown: int, found: int) -> None:
    """确认时看到的数量: if more or fewer hang on it by now, the person confirms anew."""
    if shown != found:
        raise CountChanged(
            Text(
                "页面上是 {shown} 项，现在是 {found} 项。请刷新后重新确认。",
                "The page said {shown}, now it is {found}. Reload and confirm again.",
            ).format(shown=shown, found=found)
        )


def require_persons(missing: Sequence[str]) -> None:
    """明确落实到责任人: a list is published when every line has its person. 依据 A06."""
    if missing:
        raise PersonMissing(
            Text(
                "还有 {n} 行没有责任人（{first}）。请落实到人后再发布清单。",
                "{n} lines have no person ({first}). Name one for each first.",
            ).format(n=len(missing), first="；".join(m[:40] for m in missing[:3]))
        )


def holds_on(*, from_on: date, until_on: date | None, on: date) -> bool:
    """Half-open: on the day it ends it no longer holds."""
    return from_on <= on and (until_on is None or on < until_on)


class NotADraft(Problem):
    code = "paper_not_a_draft"
    status = 409


class WrongClause(Problem):
    code = "clause_of_another_unit"


def require_draft(*, is_draft: bool) -> None:
    if not is_draft:
        raise NotADraft(
            Text(
                "这一版已经发布，不能再改。请“起草新版”。",
                "This version is published and can't be changed. Draft a new one.",
            )
        )


#: Below this share of common pieces a clause is no likely basis of a task.
LIKELY = 0.12
Key = TypeVar("Key")


def likely_clauses(task: str, clauses: Mapping[Key, str], *, most: int = 3) -> list[Key]:
    """任务可能依据的条款, the likeliest first: by the two-character pieces they share, of those the shorter one has."""
    wanted = _pieces(task)
    scored = [(_shared(wanted, _pieces(text)), place, key) for place, (key, text) in enumerate(clauses.items())]
    best = sorted(scored, key=lambda s: (-s[0], s[1]))
    return [key for score, _, key in best[:most] if score >= LIKELY]


def _pieces(text: str) -> frozenset[str]:
    letters = [c for c in text if c.isalnum()]
    return frozenset(a + b for a, b in pairwise(letters))


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0
