"""临界量与校正系数: Q and β of one chemical, each with the row it was taken from."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from bihuan.engines.major_hazard.categories import require_categories
from bihuan.engines.major_hazard.resolving import resolve
from bihuan.engines.major_hazard.stock import Stock
from bihuan.engines.major_hazard.tables import Category, NamedThreshold, Tables, plain
from bihuan.engines.major_hazard.terms import Basis, MixtureRule
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.law.state import LawState


class CategoryNeeded(Problem):
    """Nothing says which threshold or correction applies, and none is guessed."""

    code = "category_needed"


class CategoryDenied(Problem):
    code = "category_denied"


@dataclass(frozen=True, slots=True)
class Taken:
    """One value with the row it stands in."""

    value: Fraction
    basis: Basis
    row: str
    state: LawState


@dataclass(frozen=True, slots=True)
class Choice:
    """What the standard says of one chemical. `threshold` is None where it takes no part."""

    threshold: Taken | None
    correction: Taken | None
    notes: tuple[Text, ...] = ()


def choose(*, stock: Stock, tables: Tables) -> Choice:
    """Q and β: names before categories, the lowest threshold of several hazards. 依据 GB 18218-2018 4.1.2、4.2.3、4.3.3."""
    row = resolve(stock=stock, tables=tables)
    categories = require_categories(symbols=stock.symbols, tables=tables)
    if stock.no_category:
        _require_consistent_denial(stock, row, categories)
        return Choice(
            None, None, (Text("不属于表1、表2所列，不计入。", "In neither Table 1 nor Table 2; not counted."),)
        )
    notes = list(_mixture_notes(stock))
    if row is not None:
        threshold = Taken(row.threshold, Basis.NAMED_THRESHOLD, f"{row.serial} {row.name}", row.state)
    elif categories:
        lowest = min(categories, key=lambda c: c.threshold)
        threshold = Taken(lowest.threshold, Basis.CATEGORY_THRESHOLD, _row_of(lowest), lowest.state)
        if len(categories) > 1:
            notes.append(
                Text(
                    "有多种危险性，取临界量最低者 {s}（R08）。",
                    "Several hazards: the lowest threshold, {s}, counts (R08).",
                ).format(s=lowest.symbol)
            )
    else:
        raise CategoryNeeded(
            Text(
                "“{name}”不在表1（按名称、别名、CAS 号均未查到），请按安全技术说明书确认危险性类别（表2符号）；都不属于时填“无”。",
                "“{name}” is not in Table 1 (by name, alias or CAS number). Confirm its category (symbol of Table 2) from the "
                "data sheet; write 无 where it has none.",
            ).format(name=stock.name)
        )
    return Choice(threshold, _correction(stock, row, categories, tables, notes), tuple(notes))


def _row_of(category: Category) -> str:
    return f"{category.symbol} {category.hazard_kind}：{category.category}"


def _correction(
    stock: Stock,
    row: NamedThreshold | None,
    categories: tuple[Category, ...],
    tables: Tables,
    notes: list[Text],
) -> Taken:
    """β: Table 3 by name, otherwise Table 4 by category; it is never taken for granted."""
    for known in tables.corrections if row is not None else ():
        if row is not None and (
            known.cas in row.cas or stock.cas == known.cas or plain(stock.name) == plain(known.name)
        ):
            return Taken(known.correction, Basis.NAMED_CORRECTION, f"{known.name} {known.cas}", known.state)
    if not categories:
        raise CategoryNeeded(
            Text(
                "“{name}”不在表3，校正系数 β 要按表4取，请按安全技术说明书确认危险性类别（表2符号）；系统不默认为 1。",
                "“{name}” is not in Table 3; its β depends on the category (symbol of Table 2): confirm it from the data "
                "sheet. 1 is not assumed.",
            ).format(name=stock.name)
        )
    greatest = max(categories, key=lambda c: c.correction)
    if len({c.correction for c in categories}) > 1:
        notes.append(
            Text(
                "标准未写明多种危险性时 β 如何取，此处取较大者 {s}，待核。",
                "The standard does not say which β counts among several hazards; the greater one, {s}, is taken, to be checked.",
            ).format(s=greatest.symbol)
        )
    return Taken(greatest.correction, Basis.CATEGORY_CORRECTION, _row_of(greatest), greatest.state)


def _mixture_notes(stock: Stock) -> tuple[Text, ...]:
    if stock.mixture is MixtureRule.AS_SUBSTANCE:
        return (
            Text(
                "混合物与纯物质同类别，按混合物整体量计算（4.2.3，R05）。",
                "A mixture of the same category as the substance: its whole amount counts (4.2.3, R05).",
            ),
        )
    if stock.mixture is MixtureRule.NEW_CATEGORY:
        return (
            Text(
                "混合物与纯物质类别不同，按新的危险性类别确定临界量（4.2.3，R06）。",
                "A mixture of another category than the substance: its new category counts (4.2.3, R06).",
            ),
        )
    return ()


def _require_consistent_denial(stock: Stock, row: NamedThreshold | None, categories: tuple[Category, ...]) -> None:
    if row is not None:
        raise CategoryDenied(
            Text(
                "“{name}”是表1第{serial}项，类别不能填“无”：它仍要计入，且 β 要按类别取。",
                "“{name}” is row {serial} of Table 1: it counts, and its β needs the category; 无 is not open to it.",
            ).format(name=stock.name, serial=row.serial)
        )
    if categories:
        raise CategoryDenied(Text("类别不能既填“无”又填符号。", "Either 无 or symbols, not both."))
