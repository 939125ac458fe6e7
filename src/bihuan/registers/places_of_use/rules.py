"""使用数量: what one place uses and stores, and what is so rare that its writer is asked about the unit. Bounds of our own, 待核."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from bihuan.kernel.text import Text

#: A thousand tonnes a year is a plant, no place of use; 200 t stored is a tank farm.
USUAL_A_YEAR: Final = (Decimal(0), Decimal(1_000_000))
USUAL_STORED: Final = (Decimal(0), Decimal(200_000))
GRAMS: Final = Text("是否把克或毫升写成了千克？", "Were grams or millilitres written for kilograms?")


def wrong_kilograms(value: Decimal) -> Text | None:
    return None if value >= 0 else Text("不能为负数（kg）。", "Must not be negative (kg).")
