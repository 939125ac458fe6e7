"""交换样式: the columns of another system's table as a way to write and read a register. The columns are data, dated, with state.

A layout names each foreign column and our field for it; codes are translated both ways. A code that isn't known is an
error at its cell, a column we hold no field for is counted and told: nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from bihuan.core.modules import registry
from bihuan.core.records.fields import Field, WrongCell
from bihuan.core.records.register import Register
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text
from bihuan.law.state import LawState

#: What a column may hold besides a field: the key of the row, when it was made and changed, or always the same word.
ID, COMPANY, CREATED, UPDATED, CONSTANT = "$id", "$company", "$created", "$updated", "="


@dataclass(frozen=True)
class LayoutColumn:
    """One foreign column. `field` is our field, `field.attribute` of a reference, one of the words above, or nothing.

    `codes` is foreign code → our value. A column without a name is what a new row takes where the layout has no column.
    """

    name: str
    label: str
    field: str = ""
    codes: Mapping[str, str] | None = None
    state: LawState = LawState.UNCHECKED

    @property
    def field_name(self) -> str:
        return self.field.partition(".")[0]

    @property
    def attribute(self) -> str:
        return self.field.partition(".")[2]

    @property
    def is_held(self) -> bool:
        return bool(self.field) and not self.field.startswith(("$", CONSTANT))

    def inward(self, cell: Any, field: Field) -> Any:
        """The foreign code as our value; our own word is understood as well, for it is what we write for want of a code."""
        if not self.codes or cell is None or str(cell).strip() == "":
            return cell
        said = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
        if said in self.codes:
            return self.codes[said]
        try:
            field.read(cell)
        except WrongCell:
            raise WrongCell(
                Text("代码“{v}”不在字典“{c}”中：{all}。", "Code “{v}” isn't in the dictionary of “{c}”: {all}.").format(
                    v=said[:30],
                    c=self.label,
                    all="、".join(f"{code} {self._word(v, field)}" for code, v in self.codes.items()),
                )
            ) from None
        return cell

    @staticmethod
    def _word(value: str, field: Field) -> str:
        return str(field.terms.of(value).label.zh) if field.terms is not None else value

    def outward(self, row: Any, value: Any, field: Field | None) -> Any:
        """What the foreign column says of a row."""
        if self.field == ID:
            return row.pk.hex
        if self.field == COMPANY:
            return next(iter(sorted(row.place.organisations)), None)
        if self.field in (CREATED, UPDATED):
            moment = row.created_at if self.field == CREATED else row.updated_at
            return moment.isoformat(timespec="seconds")
        if self.field.startswith(CONSTANT):
            return self.field[1:]
        if field is None or value is None or value == "":
            return None
        if self.attribute:
            return getattr(value, self.attribute) or field.natural(value)
        if self.codes:
            plain = value.value if isinstance(value, Term) else str(field.natural(value))
            back = {ours: code for code, ours in reversed(tuple(self.codes.items()))}
            return back.get(plain, field.shown(value))
        if field.kind in ("number", "date"):
            return value
        return field.natural(value) if field.kind == "reference" else field.shown(value)


@dataclass(frozen=True)
class Layout:
    """One table of another system, for one register."""

    code: str
    label: Text
    register: str
    columns: tuple[LayoutColumn, ...]
    source: str
    from_on: date
    state: LawState

    @cached_property
    def written(self) -> tuple[LayoutColumn, ...]:
        return tuple(column for column in self.columns if column.name)

    @cached_property
    def by_heading(self) -> dict[str, LayoutColumn]:
        found: dict[str, LayoutColumn] = {}
        for column in self.written:
            for heading in (column.name, column.label):
                found.setdefault("".join(heading.split()).lower(), column)
        return found

    @cached_property
    def defaults(self) -> dict[str, str]:
        """What a new row takes in fields that the layout has no column for."""
        return {c.field: next(iter((c.codes or {}).values())) for c in self.columns if not c.name}


@dataclass(frozen=True)
class LayoutSource:
    """Where layouts come from: those that hold on a day."""

    read: Callable[[date], Iterable[Layout]]


def layouts_of(register: Register, *, on: date) -> list[Layout]:
    found = [layout for source in registry().declared(LayoutSource) for layout in source.read(on)]
    return [layout for layout in found if layout.register == register.code]


def get_layout(register: Register, code: str, *, on: date) -> Layout | None:
    """None for our own template; a layout that isn't there (any more) is an error of the caller."""
    return next((layout for layout in layouts_of(register, on=on) if layout.code == code), None)
