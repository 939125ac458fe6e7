"""储罐数值: what a tank can be, and what is so rare that its writer is asked about the unit. Bounds of our own, 待核."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from bihuan.kernel.text import Text

#: The largest tanks built hold 200 000 m³; a vessel under 50 L is a bottle.
USUAL_VOLUME: Final = (Decimal("0.05"), Decimal(200_000))
LITRES: Final = Text("是否把升写成了立方米？", "Were litres written for cubic metres?")
USUAL_PRESSURE: Final = (Decimal(0), Decimal(35))
KILOPASCALS: Final = Text("是否把千帕或公斤力写成了兆帕？", "Were kPa or kgf/cm² written for MPa?")


def wrong_volume(value: Decimal) -> Text | None:
    if value > 0:
        return None
    return Text("容积应大于 0。", "The volume must be above 0.")


def wrong_pressure(value: Decimal) -> Text | None:
    if value >= Decimal("-0.1"):
        return None
    return Text("表压不会低于 -0.1 MPa（真空）。", "No gauge pressure is below -0.1 MPa, which is a vacuum.")
