"""理化与安全性质: published values with their source. What isn't held is missing, never guessed."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bihuan.law.state import LawState
from bihuan.registers.chemicals.terms import Property

REFERENCE = Path(__file__).resolve().parent.parent / "reference" / "properties.csv"
#: Read out of a library of published tables, not out of the publications.
STATE = LawState.TRANSCRIBED


@dataclass(frozen=True, slots=True)
class Value:
    property: Property
    value: str
    unit: str
    source: str


@cache
def all_properties() -> Mapping[str, tuple[Value, ...]]:
    found: dict[str, list[Value]] = {}
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["cas"], []).append(
                Value(Property.of(row["property"]), row["value"], row["unit"], row["source"])
            )
    return {cas: tuple(values) for cas, values in found.items()}


def properties_of(cas: str) -> dict[Property, Value | None]:
    """Every property there may be; None where no published value is held."""
    known = {value.property: value for value in all_properties().get(cas, ())}
    return {name: known.get(name) for name in Property}
