"""标准的表: the tables of GB 18218 that held on a day, indexed for look-up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property, lru_cache

from bihuan.engines.major_hazard.terms import Grade
from bihuan.law import law
from bihuan.law.provision import Held
from bihuan.law.state import LawState, weakest

_BRACKET = re.compile(r"[(\[](.*)[)\]]$")
#: 2,4,6-三硝基甲苯: commas between numbers don't separate names.
_LOCANTS = re.compile(r"[\d,]+-")
#: A bracket with one of these says which part of the substances so called is meant; others only explain.
_CONDITION = ("%", "无水")


@lru_cache(maxsize=50_000)
def plain(name: str) -> str:
    """A name as it is compared: full and half width, spaces, brackets and case don't matter."""
    text = unicodedata.normalize("NFKC", name).replace("[", "(").replace("]", ")").replace("〔", "(").replace("〕", ")")
    return "".join(text.split()).casefold()


@dataclass(frozen=True, slots=True)
class NamedThreshold:
    """表1的一行."""

    serial: int
    name: str
    aliases: tuple[str, ...]
    cas: frozenset[str]
    threshold: Fraction
    state: LawState

    @property
    def bare_names(self) -> tuple[str, ...]:
        """Without what the bracket adds; 甲烷，天然气 are two."""
        name = unicodedata.normalize("NFKC", self.name)
        bracket = _BRACKET.search(name)
        bare = name[: bracket.start()] if bracket else name
        return (bare,) if _LOCANTS.match(bare) else tuple(bare.split(","))

    @property
    def is_conditional(self) -> bool:
        """Whether a content or state has to be confirmed before this row applies."""
        bracket = _BRACKET.search(unicodedata.normalize("NFKC", self.name))
        return bracket is not None and any(word in bracket[1] for word in _CONDITION)


@dataclass(frozen=True, slots=True)
class Category:
    """表2的一行, with its correction factor of 表4."""

    symbol: str
    hazard_class: str
    hazard_kind: str
    category: str
    threshold: Fraction
    correction: Fraction
    state: LawState


@dataclass(frozen=True, slots=True)
class NamedCorrection:
    """表3的一行."""

    name: str
    cas: str
    correction: Fraction
    state: LawState


@dataclass(frozen=True, slots=True)
class PopulationBand:
    """表5的一行."""

    people_from: int
    people_to: int | None
    factor: Fraction
    state: LawState

    def __contains__(self, people: int) -> bool:
        return self.people_from <= people and (self.people_to is None or people <= self.people_to)


@dataclass(frozen=True)
class Tables:
    """The law of one day for this calculation."""

    on: date
    named: tuple[NamedThreshold, ...]
    categories: Mapping[str, Category]
    corrections: tuple[NamedCorrection, ...]
    bands: tuple[PopulationBand, ...]
    floors: Mapping[Grade, Fraction]
    inclusions: Mapping[str, int]
    held: tuple[Held, ...]

    @cached_property
    def by_serial(self) -> Mapping[int, NamedThreshold]:
        return {row.serial: row for row in self.named}

    @cached_property
    def by_full_name(self) -> Mapping[str, NamedThreshold]:
        return {plain(row.name): row for row in self.named}

    @cached_property
    def by_name(self) -> Mapping[str, tuple[NamedThreshold, ...]]:
        """Bare names and aliases. Several rows may share one."""
        found: dict[str, dict[int, NamedThreshold]] = {}
        for row in self.named:
            for name in (*row.bare_names, *row.aliases):
                if plain(name):
                    found.setdefault(plain(name), {})[row.serial] = row
        for name, serial in self.inclusions.items():
            found.setdefault(plain(name), {})[serial] = self.by_serial[serial]
        return {name: tuple(rows.values()) for name, rows in found.items()}

    @cached_property
    def by_cas(self) -> Mapping[str, tuple[NamedThreshold, ...]]:
        found: dict[str, list[NamedThreshold]] = {}
        for row in self.named:
            for cas in row.cas:
                found.setdefault(cas, []).append(row)
        for cas, serial in self.inclusions.items():
            found.setdefault(cas, []).append(self.by_serial[serial])
        return {cas: tuple(rows) for cas, rows in found.items()}

    @property
    def state(self) -> LawState:
        return weakest(held.state for held in self.held)

    def factor_for(self, residents: int) -> PopulationBand:
        """α, GB 18218-2018 表5."""
        return next(band for band in self.bands if residents in band)


def tables_at(on: date) -> Tables:
    """The tables that held on this day, as this installation has them."""
    return _tables(law.current(), on)


@lru_cache(maxsize=16)
def _tables(known: law.Law, on: date) -> Tables:
    today = known.at(on)
    thresholds = today.value("gb-18218/thresholds", "named_thresholds")
    categories = today.value("gb-18218/thresholds", "category_thresholds")
    inclusions = today.value("gb-18218/thresholds", "named_inclusions")
    corrections = today.value("gb-18218/grades", "named_corrections")
    bands = today.value("gb-18218/grades", "population_factors")
    floors = today.value("gb-18218/grades", "grade_floors")
    rules = today.value("gb-18218/grades", "rules")
    return Tables(
        on=on,
        named=tuple(
            NamedThreshold(
                r["serial"],
                r["name"],
                tuple(a for a in r["aliases"].split(";") if a),
                frozenset(c for c in r["cas"].split(";") if c),
                Fraction(r["threshold_t"]),
                r["state"],
            )
            for r in thresholds.value
        ),
        categories={
            r["symbol"]: Category(
                r["symbol"],
                r["hazard_class"],
                r["hazard_kind"],
                r["category"],
                Fraction(r["threshold_t"]),
                Fraction(r["correction"]),
                r["state"],
            )
            for r in categories.value
        },
        corrections=tuple(
            NamedCorrection(r["name"], r["cas"], Fraction(r["correction"]), r["state"]) for r in corrections.value
        ),
        bands=tuple(
            PopulationBand(r["people_from"], r["people_to"], Fraction(r["factor"]), r["state"]) for r in bands.value
        ),
        floors={Grade.of(name): Fraction(floor) for name, floor in floors.value.items()},
        inclusions={
            word: entry["serial"] for entry in inclusions.value for word in (entry["name"], entry["cas"]) if word
        },
        held=(thresholds, categories, inclusions, corrections, bands, floors, rules),
    )
