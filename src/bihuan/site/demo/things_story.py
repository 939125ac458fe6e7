"""云州市的底数: what stands in the registers of the demo city. All of it made up."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from bihuan.core.access.context import Context, service_actor
from bihuan.core.actions.runner import perform
from bihuan.core.modules import registry
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.enterprises.terms import EnterprisesGrants, EnterpriseType, LicenceKind
from bihuan.registers.installations.terms import GoodsClass
from bihuan.registers.tanks.terms import TanksGrants, TankType
from bihuan.registers.vehicles.terms import TRAILERS, VehiclesGrants, VehicleType
from bihuan.site.demo.building import City, Say
from bihuan.site.demo.city import PLACES

KEEPER: Final = service_actor("demo.keeper", *EnterprisesGrants, *TanksGrants, *VehiclesGrants, PartiesGrants.READ)
_TYPES: Final = (
    (EnterpriseType.PRODUCTION, "聚合、氧化", LicenceKind.SAFE_PRODUCTION),
    (EnterpriseType.PRODUCTION, "加氢", LicenceKind.SAFE_PRODUCTION),
    (EnterpriseType.STORAGE, "", LicenceKind.TRADE),
    (EnterpriseType.USE, "硝化", LicenceKind.SAFE_USE),
    (EnterpriseType.TRADE, "", LicenceKind.TRADE),
    (EnterpriseType.PHARMACEUTICAL, "氯化、磺化", LicenceKind.SAFE_USE),
)
_TANKS: Final = (
    ("甲醇", TankType.INTERNAL_FLOATING, 3000, "0.002"),
    ("液氨", TankType.SPHERICAL, 1000, "2.160"),
    ("苯", TankType.INTERNAL_FLOATING, 2000, "0.002"),
    ("盐酸（31%）", TankType.FIXED_ROOF, 500, "0.002"),
    ("液化石油气", TankType.HORIZONTAL, 100, "1.770"),
    ("乙酸乙酯", TankType.INTERNAL_FLOATING, 1000, "0.002"),
)

#: Kind, what it usually carries, load (t), class. Plates are made up.
_VEHICLES: Final = (
    (VehicleType.TANK_TRUCK, "甲醇", "15", GoodsClass.FLAMMABLE_LIQUID),
    (VehicleType.TANK_TRAILER, "液氯", "22", GoodsClass.TOXIC_GAS),
    (VehicleType.VAN, "过氧化氢溶液", "8", GoodsClass.OXIDISER),
)


def run(city: City, *, at: datetime, say: Say) -> None:
    """Forty enterprises with their licences, and the tanks of those that have some."""
    ctx = Context(actor=KEEPER, at=at)
    boxes = {p.code: p.box for p in PLACES}
    tanks = 0
    owners = [(c, u) for c, u in sorted(city.units.items()) if c.startswith("YZ-E")]
    for number, (code, unit) in enumerate(owners):
        kind, processes, licence = _TYPES[number % len(_TYPES)]
        where = _spot(boxes[unit.region.code], number)
        _add(
            "enterprises", ctx, code=f"{code}-Q", name=unit.name, organisation=unit, **where,
            type=kind, processes=processes, licence_kind=licence, licence_number=f"（云）危化字〔2025〕{number + 1:04d}",
            licence_until=_ends(at, number), employees=40 + number * 17 % 300,
        )  # fmt: skip
        if kind in (EnterpriseType.PRODUCTION, EnterpriseType.STORAGE):
            for k in range(2 + number % 2):
                medium, roof, volume, pressure = _TANKS[(number + k) % len(_TANKS)]
                spot = {name: value + Decimal("0.0004") * (k + 1) for name, value in where.items()}
                _add(
                    "tanks", ctx, code=f"{code}-V{k + 1:02d}", name=f"V-{k + 1:02d} {medium}储罐", organisation=unit, **spot,
                    type=roof, medium=medium, volume=Decimal(volume), design_pressure=Decimal(pressure),
                    built_on=date(2006 + (number * 3 + k) % 18, 5, 1), has_interlock=(number + k) % 3 != 0,
                )  # fmt: skip
                tanks += 1
    for number, (code, unit) in enumerate(owners[:6]):
        vehicle, medium, load, goods = _VEHICLES[number % len(_VEHICLES)]
        _add(
            "vehicles", ctx, code=f"{code}-C01", name=f"{number + 1}号车", organisation=unit, plate=f"云Z{1001 + number * 37}{'挂' if vehicle in TRAILERS else number}",
            type=vehicle, goods_class=goods, medium=medium, approved_load=Decimal(load), licence_number=f"云交运管许可货字{990100000 + number}号",
            licence_until=(at + timedelta(days=430 if number == 2 else 900 + number * 30)).date(), has_positioning=True,
        )  # fmt: skip
    say("things", len(owners) + tanks)


def _add(register: str, ctx: Context, **values: Any) -> None:
    """Fields that a row leaves open keep their empty value."""
    action = registry().actions[f"{register}.add"]
    perform(action, ctx=ctx, **values)


def _spot(box: tuple[float, float, float, float] | None, number: int) -> dict[str, Decimal]:
    """Somewhere within the region's box, never twice the same."""
    if box is None:
        return {}
    west, south, east, north = box
    column, row = number % 5, number // 5 % 5
    return {
        "longitude": Decimal(f"{west + (east - west) * (0.12 + 0.18 * column):.6f}"),
        "latitude": Decimal(f"{south + (north - south) * (0.15 + 0.17 * row + 0.013 * column):.6f}"),
    }


def _ends(at: datetime, number: int) -> date:
    """Most licences run for years, one in eight ends soon."""
    return (at + timedelta(days=440 if number % 8 == 3 else 600 + number * 23)).date()
