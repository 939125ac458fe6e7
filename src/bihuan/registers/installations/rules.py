"""装置与仓储规则: when equipment is old, and what may not stand together. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from bihuan.kernel.text import Text
from bihuan.law import law
from bihuan.law.state import LawState

_PAIRS = "storage/segregation"


def end_of_life(*, built_on: date, years: int) -> date:
    """使用年限届满日: so many years on; from 29 February it is the 28th."""
    year = min(max(built_on.year + years, 1), 9999)
    try:
        return built_on.replace(year=year)
    except ValueError:
        return built_on.replace(year=year, day=28)


def years_of_use(*, design_life: int | None, ageing_years: int) -> int:
    """设计使用年限优先; 未规定的按地方参数（10 年或 20 年）."""
    return design_life or ageing_years


@dataclass(frozen=True, slots=True)
class Apart:
    """禁配: two classes that may not stand in one room."""

    one: str
    other: str
    why: str
    source: str
    state: LawState


@dataclass(frozen=True, slots=True)
class Stored:
    name: str
    goods_class: str
    design_maximum: Decimal
    live: Decimal | None


def pairs_at(on: date) -> tuple[Apart, ...]:
    held = law.at(on).value(_PAIRS, "pairs")
    return tuple(Apart(r["one"], r["other"], r["why"], held.citation, r["state"]) for r in held.value)


def wrong_together(stored: Iterable[Stored], *, pairs: Iterable[Apart]) -> list[tuple[Stored, Stored, Apart]]:
    """混存: every two of a room that may not stand together, each once."""
    rows = list(stored)
    forbidden: dict[frozenset[str], Apart] = {frozenset((p.one, p.other)): p for p in pairs}
    found = []
    for n, one in enumerate(rows):
        for other in rows[n + 1 :]:
            pair = forbidden.get(frozenset((one.goods_class, other.goods_class)))
            if pair is not None and one.goods_class and other.goods_class:
                found.append((one, other, pair))
    return found


def over_stored(stored: Iterable[Stored]) -> list[Stored]:
    """超储: more is there than was designed for. The design maximum itself is allowed."""
    return [row for row in stored if row.live is not None and row.live > row.design_maximum]


def people_over(*, limit: int | None, present: int | None) -> bool:
    """限员: more people than the limit. The limit itself is allowed."""
    return limit is not None and present is not None and present > limit


#: 一间库房里的一种化学品: more than a thousand tonnes of one packed chemical in one room is rare. Ours, 待核.
USUAL_TONNES: Final = (Decimal("0.0001"), Decimal(1_000))
USUAL_LIVE: Final = (Decimal(0), Decimal(1_000))
KILOGRAMS: Final = Text("是否把千克写成了吨？", "Were kilograms written for tonnes?")


#: Nothing in a plant is designed for longer. Ours, 待核.
LONGEST_LIFE: Final = 100


def wrong_life(value: int) -> Text | None:
    if 1 <= value <= LONGEST_LIFE:
        return None
    return Text("应在 1 与 {n} 年之间。", "Must lie between 1 and {n} years.").format(n=LONGEST_LIFE)


def wrong_maximum(value: Decimal) -> Text | None:
    return None if value > 0 else Text("设计最大量应大于 0 吨。", "The design maximum must be above 0 t.")


def wrong_live(value: Decimal) -> Text | None:
    return None if value >= 0 else Text("现存量不能为负数（吨）。", "The present stock must not be negative (t).")
