"""车辆."""

from __future__ import annotations

from django.db import models

from bihuan.parties.satellites import Satellite
from bihuan.registers.installations.terms import GoodsClass
from bihuan.registers.vehicles.terms import VehicleType


class Vehicle(Satellite):
    """危险货物道路运输车辆. Its code is ours and stays with it; plates change hands."""

    plate = models.CharField("号牌号码", max_length=10, db_index=True)
    type = models.CharField(max_length=14, choices=VehicleType.choices())
    licence_number = models.CharField("道路运输证号", max_length=40, blank=True, default="")
    licence_until = models.DateField(null=True, db_index=True)
    goods_class = models.CharField(max_length=4, choices=GoodsClass.choices(), blank=True, default="")
    medium = models.CharField("常运介质", max_length=80, blank=True, default="")
    approved_load = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    inspected_until = models.DateField(null=True, db_index=True)
    has_positioning = models.BooleanField(default=False)

    class Meta:
        verbose_name = "车辆"
