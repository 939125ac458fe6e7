"""车辆台账术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class VehiclesGrants(Term):
    READ = "vehicles.read", "查看车辆台账", "See the register of vehicles"
    EDIT = "vehicles.edit", "维护车辆台账", "Keep the register of vehicles"


class VehicleType(Term):
    """车辆类型, 待核."""

    TANK_TRUCK = "tank_truck", "罐式车", "Tank truck"
    VAN = "van", "厢式车", "Box van"
    FLATBED = "flatbed", "平板、栏板车", "Flatbed"
    TRACTOR = "tractor", "牵引车", "Tractor unit"
    TANK_TRAILER = "tank_trailer", "罐式挂车", "Tank trailer"
    TRAILER = "trailer", "其他挂车", "Other trailer"


VEHICLE_KIND = "vehicle"
TRAILERS = (VehicleType.TANK_TRAILER, VehicleType.TRAILER)
