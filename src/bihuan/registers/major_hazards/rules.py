"""台账行到计算的输入: what one row of stock means to the calculation, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bihuan.engines.major_hazard.categories import require_process_conditions
from bihuan.engines.major_hazard.cells import read_categories, read_serial
from bihuan.engines.major_hazard.choosing import choose
from bihuan.engines.major_hazard.grading import require_amount, require_live
from bihuan.engines.major_hazard.inventory import DENSEST
from bihuan.engines.major_hazard.stock import Stock
from bihuan.engines.major_hazard.tables import tables_at
from bihuan.engines.major_hazard.terms import MixtureRule
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.registers.major_hazards.terms import ProcessConditions

#: A row is held against the newest edition entered; a calculation asks for its own day.
NEWEST = date(2999, 12, 31)

#: One vessel rarely holds more: a tank of 100 000 m³ of crude oil is 85 000 t, a full sphere of LPG some 2 000 t. Ours, 待核.
USUAL_TONNES = (Decimal("0.000001"), Decimal(20_000))
KILOGRAMS = Text("是否把千克写成了吨？", "Were kilograms written for tonnes?")
#: Stock so far above the design maximum is more likely a unit than an over-storage.
FAR_ABOVE = 10

#: The field that a problem of the engine is about.
_FIELD_OF = {
    "name_ambiguous": "name",
    "condition_unconfirmed": "serial",
    "name_and_cas_disagree": "cas",
    "serial_wrong": "serial",
}


def _conditions(said: str | None) -> tuple[bool | None, bool | None]:
    if not said:
        return None, None
    kind = ProcessConditions.of(said)
    return kind is ProcessConditions.ABOVE_BOILING_POINT, kind is ProcessConditions.SPECIAL


def stock_of(values: Mapping[str, Any]) -> Stock:
    """The row as the engine takes it. Raises what is wrong with its category or serial."""
    above, special = _conditions(values.get("conditions"))
    symbols, no_category = read_categories(values.get("symbols"), above=above, special=special)
    mixture = values.get("mixture")
    return Stock(
        name=str(values["name"]),
        design_maximum=Decimal(values["design_maximum"]).normalize(),
        holder=str(values.get("vessel") or ""),
        cas=str(values.get("cas") or ""),
        serial=read_serial(values.get("serial")),
        symbols=symbols,
        no_category=no_category,
        basis=str(values.get("basis") or ""),
        live=None if values.get("live") is None else Decimal(values["live"]).normalize(),
        mixture=MixtureRule.of(mixture) if mixture else None,
    )


def wrong_in(values: Mapping[str, Any]) -> dict[str, Text]:
    """By field; empty where the row can be calculated with."""
    found: dict[str, Text] = {}
    for field, check, needed in (("design_maximum", require_amount, True), ("live", require_live, False)):
        value = values.get(field)
        if value is not None or needed:
            try:
                check(Decimal(value if value is not None else 0))
            except Problem as problem:
                found[field] = problem.text
    try:
        read_serial(values.get("serial"))
    except Problem as problem:
        found["serial"] = problem.text
    if values.get("symbols") and not values.get("basis"):
        found["basis"] = Text(
            "危险性类别由人确认，请写明依据（如安全技术说明书版本与第2部分）。",
            "A category is confirmed by a person: give the basis, such as section 2 of the data sheet.",
        )
    if found:
        return found
    try:
        stock = stock_of(values)
        above, special = _conditions(values.get("conditions"))
        require_process_conditions(symbols=stock.symbols, above_boiling_point=above, special_conditions=special)
        choose(stock=stock, tables=tables_at(NEWEST))
    except Problem as problem:
        found[_FIELD_OF.get(problem.code, "symbols")] = problem.text
    return found


def doubts(values: Mapping[str, Any], *, volume: Decimal | None) -> dict[str, Text]:
    """单位疑问: what the vessel can't hold, or stock that is many times its design maximum. `volume` in m³ if known."""
    most, live = values.get("design_maximum"), values.get("live")
    found: dict[str, Text] = {}
    if most is not None and volume is not None and most > DENSEST * volume:
        said = Text(
            "储罐“{h}”的公称容积是 {v} m³，装不下 {q} 吨。", "Tank “{h}” has {v} m³ and can't hold {q} t. "
        ).format(h=values.get("vessel"), v=f"{volume.normalize():f}", q=f"{most.normalize():f}")
        found["design_maximum"] = Text(said.zh + KILOGRAMS.zh, said.en + KILOGRAMS.en)
    if most and live is not None and live > FAR_ABOVE * most:
        said = Text("现存量是设计最大量的 {n} 倍。", "The present stock is {n} times the design maximum. ").format(
            n=f"{live / most:.0f}"
        )
        found["live"] = Text(said.zh + KILOGRAMS.zh, said.en + KILOGRAMS.en)
    return found


def newly_over(*, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """超储: the vessels that are over their design maximum now and weren't in the calculation before."""
    known = {(entry["holder"], entry["name"]) for entry in before.get("over_stored", ())}
    return [entry for entry in after.get("over_stored", ()) if (entry["holder"], entry["name"]) not in known]
