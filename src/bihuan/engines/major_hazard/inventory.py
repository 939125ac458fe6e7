"""清单: rows of an inventory sheet into units, with what is wrong told by cell. Reads no file: a caller hands over cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from bihuan.engines.major_hazard.categories import require_categories, require_process_conditions
from bihuan.engines.major_hazard.cells import (
    COLUMNS,
    CellWrong,
    Unreadable,
    column_letter,
    read_amount,
    read_answer,
    read_categories,
    read_components,
    read_kind,
    read_mixture,
    read_residents,
    read_serial,
    read_text,
    read_unit_of_mass,
)
from bihuan.engines.major_hazard.choosing import choose
from bihuan.engines.major_hazard.grading import require_amount, require_live
from bihuan.engines.major_hazard.stock import Stock, Unit
from bihuan.engines.major_hazard.tables import Tables, plain
from bihuan.engines.major_hazard.terms import MixtureRule, UnitKind
from bihuan.kernel.cas import require_cas
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: Denser than any substance on earth: what is heavier for its volume was written in the wrong unit.
DENSEST = Decimal("22.6")
#: A key that begins so is the example row of the template.
EXAMPLE = "示例"


class HeadingsWrong(Problem):
    code = "inventory_headings_wrong"


@dataclass(frozen=True, slots=True, order=True)
class WrongCell:
    """What is wrong with one cell, as Excel names it."""

    row: int
    column: int
    heading: str = field(compare=False)
    text: Text = field(compare=False)

    @property
    def cell(self) -> str:
        return f"{column_letter(self.column)}{self.row}"

    def to_json(self) -> dict[str, str]:
        return {"cell": self.cell, "heading": self.heading, "zh": self.text.zh, "en": self.text.en}


@dataclass(frozen=True, slots=True)
class Inventory:
    """Units in the order of the sheet, or what is wrong: with one wrong cell there are no units."""

    units: tuple[Unit, ...]
    wrong: tuple[WrongCell, ...]


@dataclass
class _Unit:
    row: int
    said: dict[str, Any]
    stocks: list[Stock] = field(default_factory=list)


@dataclass
class _Reader:
    columns: dict[str, int]
    headings: Sequence[str]
    tables: Tables
    wrong: list[WrongCell] = field(default_factory=list)
    units: dict[tuple[str, str], _Unit] = field(default_factory=dict)
    held: dict[tuple[str, str, str], int] = field(default_factory=dict)
    vessels: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)

    def say(self, row: int, key: str, text: Text) -> None:
        column = self.columns.get(key, 0)
        self.wrong.append(WrongCell(row, column, self.headings[column] if self.headings else "", text))

    def cell(self, row: int, cells: Sequence[Any], key: str, read: Callable[[Any], Any], default: Any) -> Any:
        """One cell read; its fault is noted and the default stands in for it."""
        column = self.columns.get(key)
        raw = cells[column] if column is not None and column < len(cells) else None
        try:
            if isinstance(raw, Unreadable):
                raise Unreadable.problem(raw)
            return read(raw)
        except Problem as problem:
            self.say(row, key, problem.text)
            return default


def read_inventory(*, headings: Sequence[str], rows: Iterable[tuple[int, Sequence[Any]]], tables: Tables) -> Inventory:
    """The whole sheet. Every fault is found, not only the first."""
    reader = _Reader(_columns(headings), headings, tables)
    for number, cells in rows:
        _read_row(reader, number, cells)
    if not reader.units and not reader.wrong:
        reader.say(2, "name", Text("清单没有任何数据行。", "The inventory has no row."))
    if reader.wrong:
        return Inventory((), tuple(sorted(reader.wrong)))
    return Inventory(
        tuple(
            Unit(
                code,
                unit.said["unit_name"],
                unit.said["unit_kind"],
                unit.said["residents"],
                tuple(unit.stocks),
                enterprise,
            )
            for (enterprise, code), unit in reader.units.items()
        ),
        (),
    )


def _columns(headings: Sequence[str]) -> dict[str, int]:
    """Where each column stands, by either language; order doesn't matter, other columns are passed over."""
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        column = next((c for c in COLUMNS if c.is_called(heading)), None)
        if column is None:
            continue
        if column.key in found:
            raise HeadingsWrong(
                Text("表头“{h}”出现了两次（{a}1、{b}1）。", "The heading “{h}” stands twice ({a}1, {b}1).").format(
                    h=heading, a=column_letter(found[column.key]), b=column_letter(place)
                )
            )
        found[column.key] = place
    missing = [c for c in COLUMNS if c.required and c.key not in found]
    if missing:
        raise HeadingsWrong(
            Text(
                "第 1 行缺少表头：{missing}。请用 bihuan hazard template 生成模板。",
                "Row 1 lacks the headings {missing_en}. `bihuan hazard template` makes the form.",
            ).format(
                missing="、".join(c.heading.zh for c in missing), missing_en=", ".join(c.heading.en for c in missing)
            )
        )
    return found


def _read_row(reader: _Reader, row: int, cells: Sequence[Any]) -> None:
    def take(key: str, read: Callable[[Any], Any], default: Any = None) -> Any:
        return reader.cell(row, cells, key, read, default)

    before = len(reader.wrong)
    enterprise = take("enterprise", read_text(required=True), "")
    if enterprise.startswith(EXAMPLE):
        del reader.wrong[before:]
        return
    code = take("unit_code", read_text(required=True), "")
    said = {
        "unit_name": take("unit_name", read_text(required=True), ""),
        "unit_kind": take("unit_kind", read_kind, UnitKind.PRODUCTION),
        "residents": take("residents", read_residents, 0),
    }
    name = take("name", read_text(required=True), "")
    cas_text = take("cas", read_text(), "")
    cas = take("cas", lambda _: require_cas(cas_text), "") if cas_text else ""
    unit_of_mass = take("mass_unit", read_unit_of_mass)
    maximum = take("design_maximum", lambda raw: read_amount(raw, unit=unit_of_mass, required=True))
    live = take("live", lambda raw: read_amount(raw, unit=unit_of_mass))
    volume = take("volume", _read_volume)
    above = take("above_boiling_point", read_answer)
    special = take("special_conditions", read_answer)
    found = take("symbols", lambda raw: read_categories(raw, above=above, special=special), ((), False))
    mixture: MixtureRule | None = take("mixture", read_mixture)
    components = take("components", read_components, ())
    serial = take("serial", read_serial)
    holder = take("holder", read_text(), "")
    basis = take("basis", read_text(), "")
    if len(reader.wrong) > before:
        return
    symbols, no_category = found
    stock = Stock(name, maximum, holder, cas, serial, symbols, no_category, basis, live, mixture)
    if components and mixture is None:
        reader.say(
            row,
            "mixture",
            Text(
                "填了组分的混合物须选“与纯物质同类别”或“按新类别”。",
                "A mixture with components: same category as the substance, or by its new category?",
            ),
        )
    if (symbols or no_category) and not basis:
        reader.say(
            row,
            "basis",
            Text(
                "危险性类别由人确认，请写明依据（如安全技术说明书第2部分）。",
                "A category is confirmed by a person: give the basis, such as section 2 of the data sheet.",
            ),
        )
    _check_amounts(reader, row, stock, volume)
    _check_substance(reader, row, stock, above, special)
    _check_vessel(reader, row, (enterprise, code), stock)
    _join(reader, row, (enterprise, code), said, stock)


def _read_volume(raw: Any) -> Decimal | None:
    text = read_text()(raw).removesuffix("m³").removesuffix("m3").strip()
    if not text:
        return None
    try:
        volume = Decimal(text)
    except InvalidOperation:
        volume = Decimal("NaN")
    if not volume.is_finite() or volume <= 0:
        raise CellWrong(Text("容积应为大于 0 的数字（立方米）。", "The volume is a number above 0, in cubic metres."))
    return volume


def _check_amounts(reader: _Reader, row: int, stock: Stock, volume: Decimal | None) -> None:
    try:
        require_amount(stock.design_maximum)
    except Problem as problem:
        reader.say(row, "design_maximum", problem.text)
        return
    if volume is not None and stock.design_maximum > DENSEST * volume:
        reader.say(
            row,
            "design_maximum",
            Text(
                "{v} m³ 装不下 {q} 吨（比任何物质都重），是否把千克写成了吨？",
                "{v} m³ can't hold {q} t (denser than any substance): were these kilograms?",
            ).format(v=f"{volume:f}", q=f"{stock.design_maximum:f}"),
        )
    if stock.live is not None:
        try:
            require_live(stock.live)
        except Problem as problem:
            reader.say(row, "live", problem.text)


#: The cell that a problem of a chemical is about.
_CELL_OF = {
    "name_ambiguous": "name",
    "condition_unconfirmed": "serial",
    "name_and_cas_disagree": "cas",
    "serial_wrong": "serial",
}


def _check_substance(reader: _Reader, row: int, stock: Stock, above: bool | None, special: bool | None) -> None:
    try:
        require_categories(symbols=stock.symbols, tables=reader.tables)
        require_process_conditions(symbols=stock.symbols, above_boiling_point=above, special_conditions=special)
        choose(stock=stock, tables=reader.tables)
    except Problem as problem:
        reader.say(row, _CELL_OF.get(problem.code, "symbols"), problem.text)


def _check_vessel(reader: _Reader, row: int, unit: tuple[str, str], stock: Stock) -> None:
    """The same tank twice: in one unit with the same chemical, or in two units of one enterprise."""
    if not stock.holder:
        return
    enterprise, code = unit
    vessel = (enterprise, plain(stock.holder))
    key = (*vessel, plain(stock.name))
    if key in reader.held:
        reader.say(
            row,
            "holder",
            Text("“{h}”的“{n}”在第 {r} 行已填过。", "“{n}” in “{h}” already stands in row {r}.").format(
                h=stock.holder, n=stock.name, r=reader.held[key]
            ),
        )
    reader.held.setdefault(key, row)
    at, first = reader.vessels.setdefault(vessel, (code, row))
    if at != code:
        reader.say(
            row,
            "holder",
            Text(
                "“{h}”在第 {r} 行属于单元 {u}；一台设备只属于一个单元。",
                "In row {r} “{h}” belongs to unit {u}; a vessel belongs to one unit.",
            ).format(h=stock.holder, r=first, u=at),
        )


def _join(reader: _Reader, row: int, key: tuple[str, str], said: dict[str, Any], stock: Stock) -> None:
    known = reader.units.setdefault(key, _Unit(row, said))
    for field_name, value in said.items():
        if value != known.said[field_name]:
            reader.say(
                row,
                field_name,
                Text(
                    "与第 {r} 行同一单元的填写不一致。", "Not the same as in row {r}, which is of the same unit."
                ).format(r=known.row),
            )
    known.stocks.append(stock)
