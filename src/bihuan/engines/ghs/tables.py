"""GHS 的表: what held on a day, indexed for look-up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from bihuan.engines.ghs.terms import Group, Signal
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.law import law
from bihuan.law.provision import Held
from bihuan.law.state import LawState, weakest

_NOISE = re.compile(r"[\s,，、;；:：\-—－()（）]|类别|第|类$")
_SPLIT = re.compile(r"[;；\n]+|(?<=[0-9A-Ga-g）)])[,，、]\s*")


#: Categories that are words.
_CATEGORIES_EN = {
    "不稳定": "unstable",
    "压缩气体": "compressed gas",
    "液化气体": "liquefied gas",
    "溶解气体": "dissolved gas",
    "冷冻液化气体": "refrigerated liquefied gas",
    "附加": "effects via lactation",
    "3（呼吸道刺激）": "category 3 (respiratory irritation)",
    "3（麻醉效应）": "category 3 (narcotic effects)",
}


class UnknownHazardClass(Problem):
    code = "unknown_hazard_class"


def plain(text: str) -> str:
    """As classes are compared: 易燃液体，类别 2 = 易燃液体2."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).casefold()


@dataclass(frozen=True, slots=True)
class HazardCategory:
    """危险性类别的一个等级, with the elements it puts on a label."""

    key: str
    name: Text
    kind: str
    category: str
    h_codes: tuple[str, ...]
    pictograms: tuple[str, ...]
    signal: Signal | None
    state: LawState

    @property
    def label(self) -> Text:
        english = _CATEGORIES_EN.get(self.category, f"category {self.category}")
        return Text(self.written, f"{self.name.en}, {english}")

    @property
    def written(self) -> str:
        """As it is stored: found again by `category_named`."""
        word = "类别" if self.category[0].isascii() else ""
        return f"{self.name.zh}，{word}{self.category}"


@dataclass(frozen=True, slots=True)
class Statement:
    code: str
    text: Text
    state: LawState
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class LiquidCategory:
    """易燃液体的一个类别: bounds of flash point and initial boiling point in °C."""

    category: str
    flash_from: Decimal | None
    flash_below: Decimal | None
    flash_up_to: Decimal | None
    boiling_up_to: Decimal | None
    boiling_above: Decimal | None

    def takes_flash(self, value: Decimal) -> bool:
        return (
            (self.flash_from is None or value >= self.flash_from)
            and (self.flash_below is None or value < self.flash_below)
            and (self.flash_up_to is None or value <= self.flash_up_to)
        )

    def takes_boiling(self, value: Decimal) -> bool:
        return (self.boiling_up_to is None or value <= self.boiling_up_to) and (
            self.boiling_above is None or value > self.boiling_above
        )

    @property
    def asks_boiling(self) -> bool:
        return self.boiling_up_to is not None or self.boiling_above is not None


@dataclass(frozen=True, slots=True)
class Precedence:
    """With pictogram `by` (because of these classes), `omitted` is left out for those; no classes: for all."""

    by: str
    because: frozenset[str]
    omitted: str
    of: frozenset[str]


@dataclass(frozen=True, slots=True)
class Goods:
    """一个联合国编号."""

    un: str
    name: str
    classes: tuple[str, ...]
    subsidiary: tuple[str, ...]
    packing_groups: tuple[str, ...]
    state: LawState


@dataclass(frozen=True)
class Tables:
    """What held on one day."""

    on: date
    categories: tuple[HazardCategory, ...]
    h_statements: Mapping[str, Statement]
    p_statements: Mapping[str, Statement]
    pictograms: Mapping[str, Text]
    liquids: tuple[LiquidCategory, ...]
    precedence: tuple[Precedence, ...]
    goods: Mapping[str, Goods]
    goods_classes: Mapping[str, Text]
    held: tuple[Held, ...]

    @cached_property
    def _by_name(self) -> Mapping[str, HazardCategory]:
        return {plain(row.written): row for row in self.categories} | {
            plain(row.label.en): row for row in self.categories
        }

    @property
    def state(self) -> LawState:
        return weakest(held.state for held in self.held)

    def category_named(self, written: str) -> HazardCategory:
        found = self._by_name.get(plain(written))
        if found is None:
            raise UnknownHazardClass(
                Text(
                    "没有“{v}”这一危险性类别。请按“易燃液体，类别2”的写法填写，一行一项。",
                    "There is no hazard class “{v}”. Write it as 易燃液体，类别2, one a line.",
                ).format(v=written[:40])
            )
        return found

    def read(self, written: str) -> tuple[HazardCategory, ...]:
        """Several classes, one a line or separated by semicolons; each once."""
        said = [part for part in _SPLIT.split(written) if part.strip()]
        return tuple(dict.fromkeys(self.category_named(part) for part in said))


def _words(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)


def _statements(held: Held) -> Mapping[str, Statement]:
    return {
        r["code"]: Statement(
            r["code"], Text(r["zh"], r["en"]), r["state"], Group.of(r["group"]) if "group" in r else None
        )
        for r in held.value
    }


def _precedence(entry: Mapping[str, Any]) -> Precedence:
    return Precedence(entry["with"], frozenset(entry.get("because", ())), entry["omit"], frozenset(entry["for"]))


def tables_at(on: date) -> Tables:
    """The tables that held on this day, as this installation has them."""
    return _tables(law.current(), on)


@lru_cache(maxsize=8)
def _tables(known: law.Law, on: date) -> Tables:
    today = known.at(on)

    def elements(key: str) -> Held:
        return today.value("ghs/elements", key)

    classes, h, p = elements("classes"), elements("h_statements"), elements("p_statements")
    pictograms, liquids, precedence = elements("pictograms"), elements("flammable_liquids"), elements("precedence")
    goods = today.value("dangerous-goods/goods", "un_numbers")
    goods_classes = today.value("dangerous-goods/goods", "classes")
    return Tables(
        on=on,
        categories=tuple(
            HazardCategory(
                r["key"],
                Text(r["zh"], r["en"]),
                r["kind"],
                r["category"],
                _words(r["h_codes"]),
                _words(r["pictograms"]),
                Signal.of(r["signal"]) if r["signal"] else None,
                r["state"],
            )
            for r in classes.value
        ),
        h_statements=_statements(h),
        p_statements=_statements(p),
        pictograms={r["code"]: Text(r["zh"], r["en"]) for r in pictograms.value},
        liquids=tuple(LiquidCategory(**{k: v for k, v in r.items() if k != "state"}) for r in liquids.value),
        precedence=tuple(map(_precedence, precedence.value)),
        goods={
            r["un"]: Goods(
                r["un"],
                r["name"],
                _words(r["class"]),
                _words(r["subsidiary"]),
                _words(r["packing_groups"]),
                r["state"],
            )
            for r in goods.value
        },
        goods_classes={r["code"]: Text(r["zh"], r["en"]) for r in goods_classes.value},
        held=(classes, h, p, pictograms, liquids, precedence, goods),
    )
