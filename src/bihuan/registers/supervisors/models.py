"""行业分工、对象的主管部门."""

from __future__ import annotations

from django.db import models

from bihuan.core.access.rows import PathField
from bihuan.core.records.models import Arriving, RegisterRow
from bihuan.parties.models import Organisation, Region, Thing
from bihuan.registers.supervisors.terms import Sector, SupervisorRole


class SectorDuty(Arriving, RegisterRow):
    """行业分工: one sector of one place belongs to one department. The nearest place up the tree counts."""

    code = models.CharField("分工编号", max_length=60, unique=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="sector_duties")
    sector = models.CharField("行业", max_length=12, choices=Sector.choices())
    department = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="sector_duties")
    basis = models.CharField("依据", max_length=200)
    is_ended = models.BooleanField(default=False)
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, db_index=True)

    class Meta:
        ordering = ["code"]
        verbose_name = "行业分工"

    def __str__(self) -> str:
        return f"{Sector(self.sector).label.zh}：{self.department}"


class Supervisor(Arriving, RegisterRow):
    """主管部门: of one object, where the division by sectors doesn't say it already."""

    code = models.CharField("登记编号", max_length=60, unique=True)
    thing = models.ForeignKey(Thing, on_delete=models.PROTECT, related_name="supervisors")
    role = models.CharField("主管性质", max_length=10, choices=SupervisorRole.choices())
    department = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="supervises")
    basis = models.CharField("依据", max_length=200)
    from_on = models.DateField("自")
    is_ended = models.BooleanField(default=False)
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, db_index=True)

    class Meta:
        ordering = ["code"]
        verbose_name = "主管部门"

    def __str__(self) -> str:
        return f"{SupervisorRole(self.role).label.zh}：{self.department}"
