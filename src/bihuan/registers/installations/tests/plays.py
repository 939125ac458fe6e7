"""A process unit, a warehouse with stock, and equipment, for the contract suite."""

from __future__ import annotations

from typing import Any

from bihuan.parties.models import Thing
from bihuan.registers.installations.models import Equipment, Warehouse, WarehouseStock
from bihuan.registers.installations.module import EQUIPMENT, STOCK, UNITS, WAREHOUSES
from cast import Cast, saved
from register_plays import plays_of


def a_thing(cast: Cast, code: str, kind: str, name: str) -> Thing:
    works = cast.works
    return Thing.objects.filter(code=code).first() or saved(
        Thing(
            code=code, kind=kind, name=name, organisation=works, organisation_code=works.code, region=cast.park,
            region_path=cast.park.path, scan_key=f"key-{code}",
        )
    )  # fmt: skip


def a_warehouse(cast: Cast, code: str = "W-09", **said: Any) -> Warehouse:
    return saved(Warehouse(thing=a_thing(cast, code, "warehouse", "丙类仓库"), type="closed", **said))


def stock(
    warehouse: Warehouse, code: str, room: str, name: str, goods_class: str, most: str = "10", live: str | None = None
) -> WarehouseStock:
    thing = warehouse.thing
    return saved(
        WarehouseStock(
            code=code, warehouse=thing, room=room, name=name, goods_class=goods_class, design_maximum=most, live=live,
            region_path=thing.region_path, organisation_code=thing.organisation_code,
        )
    )  # fmt: skip


def an_equipment(cast: Cast, code: str = "R-101", **said: Any) -> Equipment:
    return saved(Equipment(thing=a_thing(cast, code, "equipment", "氯化釜"), type="reactor", **said))


PLAYS = {
    **plays_of(UNITS, example=lambda c: {"code": "PU-1", "name": "氯化装置", "organisation": c.works}),
    **plays_of(WAREHOUSES, example=lambda c: {"code": "W-1", "name": "甲类仓库", "organisation": c.works, "type": "closed"}),
    **plays_of(EQUIPMENT, example=lambda c: {"code": "EQ-1", "name": "氯化釜", "organisation": c.works, "type": "reactor"}),
    **plays_of(
        STOCK,
        example=lambda c: {
            "code": "W-09-1", "warehouse": a_thing(c, "W-09", "warehouse", "丙类仓库"), "room": "A区", "name": "甲醇",
            "design_maximum": "40",
        },
    ),
}  # fmt: skip
