"""评分表: the items, direct-red rules and colours of document 19 that held on a day, and the floors of park grades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from bihuan.kernel.schemes import Doc19Colour, ParkGrade
from bihuan.law import law
from bihuan.law.state import LawState, weakest

_DOC19 = "risk-grading/doc19"
_PARK = "risk-grading/park"


@dataclass(frozen=True, slots=True)
class Item:
    """评分表的一项. `counting` each: so many times its points; `choice`: at most one of these holds."""

    code: str
    category: str
    text: str
    points: Decimal
    adds: bool
    counts: bool
    choice: str
    state: LawState


@dataclass(frozen=True, slots=True)
class DirectRed:
    code: str
    text: str
    state: LawState


@dataclass(frozen=True, slots=True)
class Doc19Table:
    on: date
    items: tuple[Item, ...]
    full_marks: Mapping[str, Decimal]
    direct_red: tuple[DirectRed, ...]
    floors: tuple[tuple[Doc19Colour, Decimal], ...]
    references: tuple[Mapping[str, str], ...]
    state: LawState

    def item(self, code: str) -> Item:
        return next(i for i in self.items if i.code == code)

    def colour_of(self, score: Decimal) -> Doc19Colour:
        """分档: the mildest colour whose floor the score reaches. A floor belongs to its own colour."""
        return next((colour for colour, floor in self.floors if score >= floor), Doc19Colour.RED)


def doc19_at(on: date) -> Doc19Table:
    """The table that held on this day, as this installation has it."""
    return _doc19(law.current(), on)


@lru_cache(maxsize=8)
def _doc19(known: law.Law, on: date) -> Doc19Table:
    rules = known.at(on)
    items, red, colours = (rules.value(_DOC19, key) for key in ("items", "direct_red", "colours"))
    floors = [(Doc19Colour(row["colour"]), row["floor"]) for row in colours.value]
    return Doc19Table(
        on=on,
        items=tuple(
            Item(
                row["item"], row["category"], row["text"], row["points"], row["effect"] == "加",
                row["counting"] == "each", row["choice"], row["state"],
            )
            for row in items.value
        ),
        full_marks={row["category"]: row["full_marks"] for row in items.value},
        direct_red=tuple(DirectRed(row["rule"], row["text"], row["state"]) for row in red.value),
        floors=tuple(sorted(floors, key=lambda pair: -pair[1])),
        references=(items.reference, red.reference, colours.reference),
        state=weakest([items.state, red.state, colours.state]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ParkTable:
    """园区等级: floors of the grades, and the vetoes that are known of its elements."""

    floors: tuple[tuple[ParkGrade, Decimal], ...]
    elements: tuple[Mapping[str, object], ...]
    references: tuple[Mapping[str, str], ...]
    state: LawState

    def grade_of(self, *, score: Decimal, is_vetoed: bool) -> ParkGrade:
        """园区等级: a veto makes it A; otherwise the best grade whose floor the score reaches."""
        if is_vetoed:
            return ParkGrade.A
        return next((grade for grade, floor in self.floors if score >= floor), ParkGrade.A)


def park_at(on: date) -> ParkTable:
    """The floors that held on this day, as this installation has them."""
    return _park(law.current(), on)


@lru_cache(maxsize=8)
def _park(known: law.Law, on: date) -> ParkTable:
    rules = known.at(on)
    grades, elements = rules.value(_PARK, "grades"), rules.value(_PARK, "elements")
    floors = [(ParkGrade(row["grade"]), row["floor"]) for row in grades.value]
    return ParkTable(
        floors=tuple(sorted(floors, key=lambda pair: -pair[1])),
        elements=tuple(elements.value),
        references=(grades.reference, elements.reference),
        state=weakest([grades.state, elements.state]),
    )
