"""字段: one column of a register, declared once; from it come the list, the filters, the form, the sheet and the API."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from django.db import models

from bihuan.core.protection.fields import UNREADABLE, SealedField
from bihuan.kernel.problem import Problem
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text

Kind = Literal["", "text", "long_text", "number", "date", "choice", "bool", "reference"]


class WrongCell(Problem):
    """One value that can't be what its field says."""

    code = "wrong_cell"


@dataclass(frozen=True, slots=True)
class Field:
    """What isn't said here is read from the model's column: kind, length, decimals, whether it is required.

    `source` is where the value lives when that isn't a column of the model itself (`thing__name`). `in_list`,
    `filter`, `sort`, `search` say where the field takes part; sort only by columns that have an index. A `personal`
    field is shown and exported to holders of the register's `personal` grant only. A `fixed` field is set once.
    `check` answers what is wrong with a value, or None. Outside its `plausible` range a number is not refused but asked
    about, with the `doubt` that most often explains it (kilograms written for tonnes).
    """

    name: str
    label: Text
    kind: Kind = ""
    source: str = ""
    required: bool | None = None
    in_list: bool = False
    filter: bool = False
    sort: bool = False
    search: bool = False
    personal: bool = False
    fixed: bool = False
    unit: str = ""
    terms: type[Term] | None = None
    to: type[models.Model] | None = None
    by: tuple[str, ...] = ("code", "name")
    hint: Text | None = None
    example: object = ""
    width: int = 16
    check: Callable[[Any], Text | None] | None = None
    plausible: tuple[Decimal, Decimal] | None = None
    doubt: Text | None = None
    max_length: int | None = None
    decimals: int | None = None
    digits: int | None = None
    unique: bool = False
    nullable: bool = False
    #: How a sealed number is shown; None for what is no such number.
    mask: Callable[[str], str] | None = None

    @property
    def path(self) -> str:
        return self.source or self.name

    @property
    def attribute(self) -> str:
        """The last step of the path: the name of the column on the row that holds it."""
        return self.path.rpartition("__")[2]

    @property
    def heading(self) -> Text:
        return Text(f"{self.label.zh}（{self.unit}）", f"{self.label.en} ({self.unit})") if self.unit else self.label

    @property
    def empty(self) -> Any:
        if self.kind == "bool":
            return False
        return None if self.nullable or self.kind in ("reference", "number", "date") else ""

    def of(self, row: Any) -> Any:
        """The value on a row; a term comes back as its term."""
        value = row
        for step in self.path.split("__"):
            value = getattr(value, step, None)
        if self.terms is not None and value not in (None, ""):
            return self.terms.of(value)
        return value

    def shown(self, value: Any) -> str:
        """What a page or a sheet shows for a value."""
        if value is None or value == "":
            return ""
        if isinstance(value, Term):
            return str(value.label)
        if isinstance(value, bool):
            return str(YES if value else NO)
        if isinstance(value, Decimal):
            return plain_number(value)
        return self.mask(value) if self.mask is not None and value != UNREADABLE else str(value)

    def natural(self, value: Any) -> Any:
        """The value as the API and the sheets carry it: plain, and readable back by `read`."""
        if value is None or value == "":
            return None
        if isinstance(value, Term):
            return value.value
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Decimal):
            return plain_number(value)
        if isinstance(value, models.Model):
            return getattr(value, self.by[0])
        return value

    def read(self, raw: Any) -> Any:
        """From what a cell or a JSON value holds to the typed value; a reference stays its code until resolved."""
        if isinstance(raw, str):
            raw = unicodedata.normalize("NFC", raw).strip()
        if raw is None or raw == "":
            if self.required:
                raise WrongCell(Text("此项必填。", "This is required."))
            return self.empty
        value = _READERS[self.kind](self, raw)
        if self.check is not None and (wrong := self.check(value)) is not None:
            raise WrongCell(wrong)
        return value

    def asks(self, value: Any) -> Text | None:
        """The question about a number that is possible but rare; None where there is nothing to ask."""
        if self.plausible is None or value is None or self.plausible[0] <= value <= self.plausible[1]:
            return None
        low, high = (plain_number(Decimal(bound)) for bound in self.plausible)
        asked = Text(
            "{v}{u} 不在常见范围（{low}–{high}{u}）内。", "{v} {u} is outside the usual range ({low}–{high} {u}). "
        ).format(v=plain_number(Decimal(value)), u=self.unit, low=low, high=high)
        doubt = self.doubt or Text("是否填错了单位或多填了零？", "Is the unit wrong, or a zero too many?")
        return Text(asked.zh + doubt.zh, asked.en + doubt.en)


YES, NO = Text("是", "Yes"), Text("否", "No")
_BOOLS = {"是": True, "否": False, "yes": True, "no": False, "true": True, "false": False, "1": True, "0": False,
          "有": True, "无": False, "y": True, "n": False}  # fmt: skip
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+00:00(?::00)?)?")


def plain_number(value: Decimal) -> str:
    """Without an exponent, and without the zeros a database adds."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _read_text(field: Field, raw: Any) -> str:
    if isinstance(raw, bool):
        text = str(YES if raw else NO)
    elif isinstance(raw, float):
        if abs(raw) >= 1e15:
            # Excel keeps 15 digits of a number: an 18-digit code typed as a number has already lost its end.
            raise WrongCell(
                Text(
                    "这是一个超过 15 位的数字，Excel 已丢失末几位。请把单元格格式设为“文本”后重新填写。",
                    "A number of more than 15 digits: Excel has lost the last ones. Format the cell as text and type it again.",
                )
            )
        text = str(int(raw)) if raw.is_integer() else repr(raw)
    elif isinstance(raw, datetime) and (raw.hour, raw.minute, raw.second) == (0, 0, 0):
        text = raw.date().isoformat()
    elif isinstance(raw, date):
        text = raw.isoformat()
    else:
        text = str(raw)
    if "\x00" in text or (field.kind == "text" and any(c in text for c in "\r\n")):
        raise WrongCell(Text("不能含换行或控制字符。", "Line breaks and control characters are not allowed."))
    if field.max_length is not None and len(text) > field.max_length:
        raise WrongCell(
            Text("最多 {n} 个字，现有 {m} 个。", "At most {n} characters, {m} found.").format(
                n=field.max_length, m=len(text)
            )
        )
    return text


def _read_number(field: Field, raw: Any) -> Decimal | int:
    if isinstance(raw, bool | date):
        raise WrongCell(Text("应填数字。", "A number is needed."))
    text = unicodedata.normalize("NFKC", str(raw)).replace(",", "").strip()
    if field.unit and text.endswith(field.unit):
        text = text[: -len(field.unit)].strip()
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise WrongCell(Text("“{v}”不是数字。", "“{v}” is not a number.").format(v=text[:30])) from None
    if not value.is_finite():
        raise WrongCell(Text("应填一个确定的数字。", "A finite number is needed."))
    # Excel hands over binary fractions: 0.1 + 0.2 is cut to 15 digits as Excel itself shows it.
    if isinstance(raw, float):
        value = Decimal(f"{raw:.15g}")
    places = field.decimals or 0
    if value != round(value, places):
        raise WrongCell(Text("最多 {n} 位小数。", "At most {n} decimals.").format(n=places))
    whole = (field.digits or 18) - places
    if abs(value) >= Decimal(10) ** whole:
        raise WrongCell(
            Text("数值太大：整数部分最多 {n} 位。", "Too large: at most {n} digits before the point.").format(n=whole)
        )
    return int(value) if field.decimals is None else value


def _read_date(field: Field, raw: Any) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    if isinstance(raw, str) and (found := _DATE.fullmatch(unicodedata.normalize("NFKC", raw))):
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            raise WrongCell(Text("没有“{v}”这一天。", "There is no day “{v}”.").format(v=raw[:30])) from None
    raise WrongCell(
        Text(
            "“{v}”不是日期。请把单元格设为日期格式，或按 2026-11-22 填写。",
            "“{v}” is not a date. Format the cell as a date, or write 2026-11-22.",
        ).format(v=str(raw)[:30])
    )


def _read_choice(field: Field, raw: Any) -> Term:
    assert field.terms is not None  # bound fields of this kind have their terms
    text = str(raw)
    for term in field.terms:
        if text in (term.value, term.label.zh, term.label.en):
            return term
    raise WrongCell(
        Text("“{v}”不在可选项内：{all}。", "“{v}” is none of: {all_en}.").format(
            v=text[:30],
            all="、".join(t.label.zh for t in field.terms),
            all_en=", ".join(t.label.en for t in field.terms),
        )
    )


def _read_bool(field: Field, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if (known := _BOOLS.get(str(raw).lower())) is None:
        raise WrongCell(Text("请填“是”或“否”。", "Write 是 or 否."))
    return known


_READERS: dict[str, Callable[[Field, Any], Any]] = {
    "text": _read_text,
    "long_text": _read_text,
    "number": _read_number,
    "date": _read_date,
    "choice": _read_choice,
    "bool": _read_bool,
    "reference": lambda field, raw: _read_text(replace(field, max_length=200, kind="text"), raw),
}


class BadDeclaration(Exception):
    """A register names something its model hasn't got."""


def bind(field: Field, model: type[models.Model]) -> Field:
    """Complete a field from the column it stands for."""
    owner: Any = model
    column: Any = None
    for step in field.path.split("__"):
        column = owner._meta.get_field(step)
        owner = column.related_model or owner
    kind = field.kind or _kind_of(column)
    if kind == "choice" and field.terms is None:
        raise BadDeclaration(f"{model.__name__}.{field.name}: a choice names its terms")
    optional = column.null or column.blank or column.has_default()
    return replace(
        field,
        kind=kind,
        required=(not optional and kind != "bool") if field.required is None else field.required,
        to=column.related_model if kind == "reference" else field.to,
        max_length=field.max_length or getattr(column, "max_length", None),
        decimals=column.decimal_places if isinstance(column, models.DecimalField) else None,
        digits=_digits(column),
        unique=column.unique,
        nullable=column.null,
        mask=column.masked if isinstance(column, SealedField) else None,
    )


def _digits(column: Any) -> int | None:
    if isinstance(column, models.DecimalField):
        return int(column.max_digits)
    if isinstance(column, models.IntegerField) and not isinstance(column, models.BigIntegerField):
        return 9  # a 32-bit column holds every number of nine digits
    return None


def _kind_of(column: Any) -> Kind:
    match column:
        case models.ForeignKey():
            return "reference"
        case models.BooleanField():
            return "bool"
        case models.DateField():
            return "date"
        case models.DecimalField() | models.IntegerField():
            return "number"
        case models.TextField():
            return "long_text"
    return "choice" if column.choices else "text"
