"""号牌与载质量: what a plate looks like (GA 36-2018, 待核), and what a vehicle can carry. Pure."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from bihuan.kernel.text import Text
from bihuan.registers.vehicles.terms import TRAILERS, VehicleType

_PROVINCES: Final = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
#: Letters I and O are never used. A new-energy plate has one more place; a trailer's ends in 挂.
_PLATE: Final = re.compile(rf"[{_PROVINCES}][A-HJ-NP-Z](?:[A-HJ-NP-Z0-9]{{5,6}}|[A-HJ-NP-Z0-9]{{4}}挂)")
#: A whole road train may weigh 49 t (GB 1589-2016, 待核).
USUAL_LOAD: Final = (Decimal("0.1"), Decimal(49))
KILOGRAMS: Final = Text("是否把千克写成了吨？", "Were kilograms written for tonnes?")


def wrong_plate(value: str) -> Text | None:
    if _PLATE.fullmatch(value):
        return None
    return Text(
        "“{v}”不像号牌：省份简称、字母、5 位（新能源 6 位；挂车 4 位加“挂”），字母不用 I 和 O，不加点和空格。",
        "“{v}” is no plate: province, letter, five places (six if new energy; four and 挂 for a trailer), no I or O, no dots.",
    ).format(v=value[:20])


def wrong_load(value: Decimal) -> Text | None:
    return None if value > 0 else Text("核定载质量应大于 0 吨。", "The approved load must be above 0 t.")


def wrong_pair(*, type: VehicleType | None, plate: str) -> Text | None:
    """挂车用挂车号牌, and nothing else does."""
    if type is None or not plate or (type in TRAILERS) == plate.endswith("挂"):
        return None
    return Text("挂车的号牌以“挂”结尾，其他车辆的不是。", "A trailer's plate ends in 挂, another vehicle's doesn't.")
