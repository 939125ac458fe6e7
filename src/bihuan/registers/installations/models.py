"""装置、仓库、库存、设备."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bihuan.core.access.rows import PathField
from bihuan.core.records.models import Arriving, RegisterRow
from bihuan.parties.models import Thing
from bihuan.parties.satellites import Satellite
from bihuan.registers.installations.terms import EquipmentType, FireClass, GoodsClass, WarehouseType


class ProcessUnit(Satellite):
    """装置. Its processes are those of the catalogue of key processes where it has one."""

    processes = models.CharField(max_length=200, blank=True, default="")
    fire_class = models.CharField(max_length=2, choices=FireClass.choices(), blank=True, default="")
    capacity = models.CharField(max_length=60, blank=True, default="")
    in_use_since = models.DateField(null=True, db_index=True)
    design_life = models.PositiveIntegerField(null=True)
    people_limit = models.PositiveIntegerField(null=True)
    people_present = models.PositiveIntegerField(null=True)
    has_automatic_control = models.BooleanField(default=False)
    has_safety_system = models.BooleanField(default=False)
    has_emergency_cut_off = models.BooleanField(default=False)

    class Meta:
        verbose_name = "装置"


class Warehouse(Satellite):
    """仓库."""

    type = models.CharField(max_length=10, choices=WarehouseType.choices())
    fire_class = models.CharField(max_length=2, choices=FireClass.choices(), blank=True, default="")
    floor_area = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    people_limit = models.PositiveIntegerField(null=True)
    people_present = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = "仓库"


class WarehouseStock(Arriving, RegisterRow):
    """库存: one chemical in one room of a warehouse: at most by design, and at present."""

    code = models.CharField("库存编号", max_length=60, unique=True)
    warehouse = models.ForeignKey(Thing, on_delete=models.PROTECT, related_name="warehouse_stock")
    room = models.CharField("库房（防火分区）", max_length=40)
    name = models.CharField("危险化学品", max_length=120)
    cas = models.CharField(max_length=12, blank=True, default="")
    goods_class = models.CharField("类别", max_length=4, choices=GoodsClass.choices(), blank=True, default="")
    design_maximum = models.DecimalField("设计最大量（t）", max_digits=14, decimal_places=4)
    live = models.DecimalField("现存量（t）", max_digits=14, decimal_places=4, null=True)
    is_removed = models.BooleanField(default=False)
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, db_index=True)

    class Meta:
        ordering = ["code"]
        verbose_name = "仓库库存"
        constraints = [
            models.UniqueConstraint(
                fields=["warehouse", "room", "name"], condition=Q(is_removed=False), name="warehouse_stock_once_a_room"
            )
        ]

    def __str__(self) -> str:
        return f"{self.room} {self.name}"


class Equipment(Satellite):
    """设备. Old when its design life is over; without one, by the years its place has set."""

    type = models.CharField(max_length=12, choices=EquipmentType.choices())
    installation = models.ForeignKey(Thing, null=True, on_delete=models.PROTECT, related_name="equipment_of")
    built_on = models.DateField(null=True, db_index=True)
    design_life = models.PositiveIntegerField(null=True)
    is_special = models.BooleanField(default=False)
    registration_number = models.CharField(max_length=60, blank=True, default="")
    inspected_until = models.DateField(null=True, db_index=True)
    is_obsolete = models.BooleanField(default=False)
    assessed_on = models.DateField(null=True)

    class Meta:
        verbose_name = "设备"
