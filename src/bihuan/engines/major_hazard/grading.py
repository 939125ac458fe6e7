"""辨识与分级: S, R and the grade of one unit. 依据 GB 18218-2018 4.2、4.3."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from bihuan.engines.major_hazard.choosing import Choice, choose
from bihuan.engines.major_hazard.sheet import CalculationSheet, Holding, Line, NotCounted
from bihuan.engines.major_hazard.stock import Stock, Unit
from bihuan.engines.major_hazard.tables import Tables, plain
from bihuan.engines.major_hazard.terms import Grade
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: More than any vessel, farm or warehouse holds: whoever writes this much wrote kilograms.
ABSURD_TONNES = Decimal(5_000_000)


class AmountImpossible(Problem):
    code = "amount_impossible"


class ResidentsImpossible(Problem):
    code = "residents_impossible"


class HeldTwice(Problem):
    """The same chemical stands twice for one vessel."""

    code = "held_twice"


class UnitEmpty(Problem):
    code = "unit_empty"


def grade_of(*, r: Fraction, floors: Mapping[Grade, Fraction]) -> Grade:
    """分级: the gravest grade whose floor R reaches. 依据 GB 18218-2018 表6."""
    return next((grade for grade, floor in floors.items() if r >= floor), Grade.IV)


def calculate(*, unit: Unit, tables: Tables) -> CalculationSheet:
    """辨识与分级 of one unit. Only the design maximum counts; what is there now is a trend."""
    require_residents(unit.residents)
    if not unit.stocks:
        raise UnitEmpty(
            Text("单元“{name}”没有填任何危险化学品。", "The unit “{name}” holds no chemical.").format(name=unit.name)
        )
    _require_once(unit.stocks)
    for stock in unit.stocks:
        require_amount(stock.design_maximum)
        if stock.live is not None:
            require_live(stock.live)
    chosen = [(stock, choose(stock=stock, tables=tables)) for stock in unit.stocks]
    lines, left_out = _lines(chosen)
    s = sum((line.ratio for line in lines), Fraction(0))
    factor = tables.factor_for(unit.residents).factor
    r = factor * sum((line.weighted for line in lines), Fraction(0))
    return CalculationSheet(
        on=tables.on,
        enterprise=unit.enterprise,
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        residents=unit.residents,
        factor=factor,
        lines=tuple(lines),
        not_counted=tuple(left_out),
        grade=grade_of(r=r, floors=tables.floors) if s >= 1 else None,
        floors=tables.floors,
        references=tuple(held.reference for held in tables.held),
        state=tables.state,
    )


def require_amount(amount: Decimal) -> None:
    if not amount.is_finite() or amount <= 0:
        raise AmountImpossible(
            Text("设计最大量应大于 0，现为 {q}。", "The design maximum must be above 0; it is {q}.").format(q=amount)
        )
    _require_sane(amount)


def require_live(amount: Decimal) -> None:
    if not amount.is_finite() or amount < 0:
        raise AmountImpossible(
            Text("现存量不能为负，现为 {q}。", "The present stock can't be negative; it is {q}.").format(q=amount)
        )
    _require_sane(amount)


def _require_sane(amount: Decimal) -> None:
    if amount > ABSURD_TONNES:
        raise AmountImpossible(
            Text(
                "{q} 吨超出任何设施的可能，是否把千克写成了吨？",
                "{q} t is more than any facility holds; were these kilograms?",
            ).format(q=f"{amount:f}")
        )


def require_residents(residents: int) -> None:
    if not 0 <= residents <= 10_000_000:
        raise ResidentsImpossible(
            Text("常住人口应为 0 或正整数，现为 {n}。", "The number of residents is 0 or more, not {n}.").format(
                n=residents
            )
        )


def _require_once(stocks: tuple[Stock, ...]) -> None:
    seen: set[tuple[str, str]] = set()
    for stock in stocks:
        key = (plain(stock.holder), plain(stock.name))
        if stock.holder and key in seen:
            raise HeldTwice(
                Text(
                    "“{holder}”的“{name}”重复填写；同一设备的同一物质只填一次。",
                    "“{name}” in “{holder}” is written twice; it belongs in one row.",
                ).format(holder=stock.holder, name=stock.name)
            )
        seen.add(key)


def _lines(chosen: list[tuple[Stock, Choice]]) -> tuple[list[Line], list[NotCounted]]:
    """One line for each chemical judged alike, over all that hold it, in the order they were given."""
    groups: dict[object, list[tuple[Stock, Choice]]] = {}
    for stock, choice in chosen:
        groups.setdefault((plain(stock.name), stock.mixture, choice.threshold, choice.correction), []).append(
            (stock, choice)
        )
    lines: list[Line] = []
    left_out: list[NotCounted] = []
    for group in groups.values():
        stock, choice = group[0]
        quantity = sum((Fraction(s.design_maximum) for s, _ in group), Fraction(0))
        holdings = tuple(Holding(s.holder, s.design_maximum, s.live, s.basis) for s, _ in group)
        if choice.threshold is None or choice.correction is None:
            left_out.append(NotCounted(stock.name, stock.cas, quantity, choice.notes, holdings))
            continue
        lines.append(
            Line(
                name=stock.name,
                cas=next((s.cas for s, _ in group if s.cas), ""),
                symbols=stock.symbols,
                quantity=quantity,
                threshold=choice.threshold,
                correction=choice.correction,
                notes=choice.notes,
                holdings=holdings,
            )
        )
    return lines, left_out
