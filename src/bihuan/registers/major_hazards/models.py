"""单元、物料、计算."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from bihuan.core.access.rows import PathField, Row
from bihuan.core.records.models import Arriving, RegisterRow
from bihuan.engines.major_hazard.terms import Grade, MixtureRule, UnitKind
from bihuan.parties.models import Thing
from bihuan.parties.satellites import Satellite
from bihuan.registers.major_hazards.terms import MajorHazardsGrants, ProcessConditions


class HazardUnit(Satellite):
    """单元. What is identified and graded; responsibility, filing and evaluation hang on it."""

    kind = models.CharField(max_length=12, choices=UnitKind.choices(), db_index=True)
    residents = models.PositiveIntegerField()
    residents_basis = models.CharField(max_length=200, blank=True, default="")
    processes = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "重大危险源单元"


class HazardStock(Arriving, RegisterRow):
    """物料: one chemical in one vessel of a unit: at most by design, and at present."""

    code = models.CharField("物料编号", max_length=60, unique=True)
    unit = models.ForeignKey(Thing, on_delete=models.PROTECT, related_name="hazard_stock")
    vessel = models.CharField("设备或储罐编号", max_length=60)
    name = models.CharField("危险化学品", max_length=120)
    cas = models.CharField(max_length=12, blank=True, default="")
    serial = models.CharField("表1序号", max_length=4, blank=True, default="")
    symbols = models.CharField("危险性类别", max_length=60, blank=True, default="")
    conditions = models.CharField(
        "工艺条件", max_length=20, choices=ProcessConditions.choices(), blank=True, default=""
    )
    basis = models.CharField("类别依据", max_length=200, blank=True, default="")
    mixture = models.CharField("混合物判定", max_length=14, choices=MixtureRule.choices(), blank=True, default="")
    design_maximum = models.DecimalField("设计最大量（t）", max_digits=16, decimal_places=6)
    live = models.DecimalField("现存量（t）", max_digits=16, decimal_places=6, null=True)
    is_removed = models.BooleanField(default=False)
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, db_index=True)

    class Meta:
        ordering = ["code"]
        verbose_name = "重大危险源物料"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_code", "vessel", "name"],
                condition=Q(is_removed=False),
                name="hazard_stock_once_a_vessel",
            )
        ]

    def __str__(self) -> str:
        return f"{self.vessel} {self.name}"


class Calculation(Row):
    """计算版本: the whole sheet as it was, under the law of its day. Never changed; only the newest is current."""

    unit = models.ForeignKey(HazardUnit, on_delete=models.PROTECT, related_name="calculations")
    is_current = models.BooleanField(default=True)
    on = models.DateField()
    s = models.DecimalField(max_digits=26, decimal_places=6)
    r = models.DecimalField(max_digits=26, decimal_places=6)
    grade = models.CharField(max_length=4, choices=Grade.choices(), blank=True, default="")
    grade_before = models.CharField(max_length=4, choices=Grade.choices(), blank=True, default="")
    is_over_stored = models.BooleanField(default=False)
    sheet = models.JSONField()
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, db_index=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "重大危险源计算"
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(is_current=True), name="hazard_calculation_current_once"
            )
        ]
        indexes = [models.Index(fields=["is_current", "grade", "region_path"], name="hazard_calculation_by_grade")]

    def __str__(self) -> str:
        return f"{self.unit} {self.on}"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (MajorHazardsGrants.READ, MajorHazardsGrants.EDIT, MajorHazardsGrants.ANNOUNCE)

    def get_absolute_url(self) -> str:
        return reverse("records:detail", kwargs={"code": "hazard_units", "row_id": self.unit_id})

    @property
    def grade_term(self) -> Grade | None:
        return Grade(self.grade) if self.grade else None
