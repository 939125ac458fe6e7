"""气体报警设定值: the two levels of a gas detector. 依据 GB/T 50493-2019 (转载待核; OEL order and oxygen
待核).

The numbers themselves (OEL, IDLH, LEL of a gas) are dated data of the law layer; this is only the rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from bihuan.engines.alarms.settings import Limit
from bihuan.engines.alarms.terms import LimitKind


class Basis(str, Enum):  # noqa: UP042
    LEL = "LEL"
    OEL = "OEL"
    IDLH = "IDLH"
    OXYGEN = "OXYGEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPoints:
    """两级设定值: both are ceilings: a plant may set lower, not higher."""

    first: Decimal
    second: Decimal
    unit: str
    basis: Basis


def flammable() -> SetPoints:
    """可燃气体: 一级 ≤ 25 % LEL，二级 ≤ 50 % LEL."""
    return SetPoints(first=Decimal(25), second=Decimal(50), unit="%LEL", basis=Basis.LEL)


def toxic(*, oel: Decimal, idlh: Decimal | None, range_top: Decimal, unit: str = "mg/m3") -> SetPoints:
    """有毒气体: 一级 ≤ 100 % OEL，二级 ≤ 200 % OEL; 量程不够时 5 % / 10 % IDLH.

    "Not enough": the detector's range doesn't reach the second level by OEL.
    """
    if range_top >= 2 * oel or idlh is None:
        return SetPoints(first=oel, second=2 * oel, unit=unit, basis=Basis.OEL)
    return SetPoints(first=idlh / 20, second=idlh / 10, unit=unit, basis=Basis.IDLH)


def limits_of(points: SetPoints, *, deadband: float = 0.0, on_delay_ms: int = 0) -> tuple[Limit, Limit]:
    """一级、二级 become H and HH; gas alarms latch, because a cloud that passed must still be looked at."""
    h, hh = float(points.first), float(points.second)
    return (
        Limit(kind=LimitKind.H, value=h, deadband=deadband, on_delay_ms=on_delay_ms, latch=True),
        Limit(kind=LimitKind.HH, value=hh, deadband=deadband, on_delay_ms=on_delay_ms, latch=True),
    )


def oxygen(*, low: Decimal = Decimal("19.5"), high: Decimal = Decimal("23.5")) -> tuple[Limit, Limit]:
    """环境氧: 欠氧 19.5 %，过氧 23.5 % (待核, editable)."""
    return (
        Limit(kind=LimitKind.L, value=float(low), latch=True),
        Limit(kind=LimitKind.H, value=float(high), latch=True),
    )


def too_high(points: SetPoints, *, first: Decimal, second: Decimal) -> list[str]:
    """设定值核查: which of a plant's own settings lie above what the rule allows."""
    pairs = (("first", first, points.first), ("second", second, points.second))
    return [name for name, own, ceiling in pairs if own > ceiling]
