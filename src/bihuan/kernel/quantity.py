"""数量: an amount with its unit. Decimal throughout; a conversion is exact or refused."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation

from bihuan.kernel.problem import Problem
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text


class Dimension(Term):
    """量纲: units of one dimension convert into each other, others never do."""

    MASS = "mass", "质量", "Mass"
    VOLUME = "volume", "体积", "Volume"
    LENGTH = "length", "长度", "Length"
    PRESSURE = "pressure", "压力", "Pressure"


class Unit(Term):
    """单位: each is a power of ten of its dimension's smallest, so that every conversion is exact."""

    MILLIGRAM = "mg", "毫克", "Milligram"
    GRAM = "g", "克", "Gram"
    KILOGRAM = "kg", "千克", "Kilogram"
    TONNE = "t", "吨", "Tonne"
    MILLILITRE = "mL", "毫升", "Millilitre"
    LITRE = "L", "升", "Litre"
    CUBIC_METRE = "m3", "立方米", "Cubic metre"
    MILLIMETRE = "mm", "毫米", "Millimetre"
    METRE = "m", "米", "Metre"
    KILOMETRE = "km", "千米", "Kilometre"
    PASCAL = "Pa", "帕", "Pascal"
    KILOPASCAL = "kPa", "千帕", "Kilopascal"
    MEGAPASCAL = "MPa", "兆帕", "Megapascal"

    @property
    def scale(self) -> tuple[Dimension, int]:
        return _SCALES[self]


_SCALES: dict[Unit, tuple[Dimension, int]] = {
    Unit.MILLIGRAM: (Dimension.MASS, 0),
    Unit.GRAM: (Dimension.MASS, 3),
    Unit.KILOGRAM: (Dimension.MASS, 6),
    Unit.TONNE: (Dimension.MASS, 9),
    Unit.MILLILITRE: (Dimension.VOLUME, 0),
    Unit.LITRE: (Dimension.VOLUME, 3),
    Unit.CUBIC_METRE: (Dimension.VOLUME, 6),
    Unit.MILLIMETRE: (Dimension.LENGTH, 0),
    Unit.METRE: (Dimension.LENGTH, 3),
    Unit.KILOMETRE: (Dimension.LENGTH, 6),
    Unit.PASCAL: (Dimension.PRESSURE, 0),
    Unit.KILOPASCAL: (Dimension.PRESSURE, 3),
    Unit.MEGAPASCAL: (Dimension.PRESSURE, 6),
}

#: Wide enough for anything a person writes; what would not fit is refused, never rounded.
EXACT = Context(prec=120, traps=[Inexact, InvalidOperation])

#: The units by what is stored and printed.
BY_SYMBOL = {unit.value: unit for unit in Unit}

#: How people write units on drawings and in spreadsheets.
SPELLINGS = {
    "吨": Unit.TONNE,
    "公斤": Unit.KILOGRAM,
    "千克": Unit.KILOGRAM,
    "克": Unit.GRAM,
    "毫克": Unit.MILLIGRAM,
    "升": Unit.LITRE,
    "毫升": Unit.MILLILITRE,
    "立方米": Unit.CUBIC_METRE,
    "立方": Unit.CUBIC_METRE,
    "m³": Unit.CUBIC_METRE,
    "㎥": Unit.CUBIC_METRE,
    "米": Unit.METRE,
    "公里": Unit.KILOMETRE,
    "千米": Unit.KILOMETRE,
    "毫米": Unit.MILLIMETRE,
    "兆帕": Unit.MEGAPASCAL,
    "千帕": Unit.KILOPASCAL,
    "帕": Unit.PASCAL,
    "l": Unit.LITRE,
    "ml": Unit.MILLILITRE,
    "T": Unit.TONNE,
    "KG": Unit.KILOGRAM,
    "Kg": Unit.KILOGRAM,
}


class UnitUnknown(Problem):
    code = "unit_unknown"


class UnitsDoNotConvert(Problem):
    code = "units_do_not_convert"


class AmountNotExact(Problem):
    code = "amount_not_exact"


def unit_from(written: str) -> Unit:
    """The unit somebody wrote, in Chinese or by its symbol."""
    text = written.strip()
    if text in SPELLINGS:
        return SPELLINGS[text]
    try:
        return BY_SYMBOL[text]
    except KeyError:
        raise UnitUnknown(
            Text("单位“{unit}”不认识。可用：{known}。", "The unit “{unit}” is not known. There are: {known}.").format(
                unit=text, known="、".join(str(unit) for unit in Unit)
            )
        ) from None


@dataclass(frozen=True, slots=True)
class Quantity:
    """`Quantity(Decimal("0.3"), Unit.TONNE)`. Equal when they mean the same: 1 t is 1000 kg."""

    amount: Decimal
    unit: Unit

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise AmountNotExact(
                Text("数量必须是十进制数，收到 {amount}。", "An amount is a decimal number, not {amount}.").format(
                    amount=repr(self.amount)
                )
            )

    def to(self, unit: Unit) -> Quantity:
        """The same quantity in another unit of its dimension."""
        dimension, exponent = self.unit.scale
        wanted, wanted_exponent = unit.scale
        if dimension is not wanted:
            raise UnitsDoNotConvert(
                Text("{a} 不能换算成 {b}。", "{a} does not convert to {b}.").format(a=self.unit.label, b=unit.label)
            )
        return Quantity(self.amount.scaleb(exponent - wanted_exponent, EXACT), unit)

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(EXACT.add(self.amount, other.to(self.unit).amount), self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(EXACT.subtract(self.amount, other.to(self.unit).amount), self.unit)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity) or other.unit.scale[0] is not self.unit.scale[0]:
            return False
        return self.amount == other.to(self.unit).amount

    def __hash__(self) -> int:
        dimension, exponent = self.unit.scale
        return hash((dimension, self.amount.scaleb(exponent, EXACT)))

    def __lt__(self, other: Quantity) -> bool:
        return self.amount < other.to(self.unit).amount

    def __le__(self, other: Quantity) -> bool:
        return self.amount <= other.to(self.unit).amount

    def __gt__(self, other: Quantity) -> bool:
        return self.amount > other.to(self.unit).amount

    def __ge__(self, other: Quantity) -> bool:
        return self.amount >= other.to(self.unit).amount

    def __str__(self) -> str:
        return f"{self.amount:f} {self.unit}"
