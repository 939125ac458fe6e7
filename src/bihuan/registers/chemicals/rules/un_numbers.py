"""联合国编号与 CAS 号的对照: only pairs whose published English names agree to the letter. What isn't held is missing, never guessed."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

REFERENCE = Path(__file__).resolve().parent.parent / "reference" / "un_numbers.csv"
_ASKED = re.compile(r"(?:UN)?\s*-?\s*([0-9]{4})", re.IGNORECASE)


@cache
def _pairs() -> tuple[tuple[str, str], ...]:
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        return tuple((row["cas"], row["un"]) for row in csv.DictReader(file))


@cache
def un_numbers() -> Mapping[str, tuple[str, ...]]:
    """By CAS number."""
    found: dict[str, list[str]] = {}
    for cas, un in _pairs():
        found.setdefault(cas, []).append(un)
    return {cas: tuple(numbers) for cas, numbers in found.items()}


@cache
def _cas_numbers() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for cas, un in _pairs():
        found.setdefault(un, set()).add(cas)
    return {un: frozenset(numbers) for un, numbers in found.items()}


def cas_of_un(asked: str) -> frozenset[str]:
    """UN1230, UN 1230 or 1230 → the CAS numbers it stands for."""
    said = _ASKED.fullmatch(asked.strip())
    return _cas_numbers().get(said[1], frozenset()) if said else frozenset()


def asked_un(asked: str) -> str:
    """The UN number somebody looks for; empty where it is none."""
    said = _ASKED.fullmatch(asked.strip())
    return said[1] if said else ""
