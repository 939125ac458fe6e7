"""使用单位（场所）、使用台账."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bihuan.core.access.rows import PathField
from bihuan.core.protection.fields import PhoneField
from bihuan.core.records.models import Arriving, RegisterRow
from bihuan.parties.models import Thing
from bihuan.parties.satellites import Satellite
from bihuan.registers.places_of_use.terms import PlaceType, WayOfUse
from bihuan.registers.supervisors.terms import Sector


class PlaceOfUse(Satellite):
    """使用单位: one place that uses hazardous chemicals; a school may have ten."""

    type = models.CharField(max_length=12, choices=PlaceType.choices())
    sector = models.CharField(max_length=12, choices=Sector.choices(), db_index=True)
    address = models.CharField(max_length=160, blank=True, default="")
    people_limit = models.PositiveIntegerField(null=True)
    contact = models.CharField(max_length=60, blank=True, default="")
    contact_phone = PhoneField("联系电话", blank=True, default="")
    checked_on = models.DateField(null=True, db_index=True)

    personal_fields = frozenset({"contact", "contact_phone"})

    class Meta:
        verbose_name = "使用单位"


class UseRecord(Arriving, RegisterRow):
    """使用台账: one chemical at one place: what for, how, how much is used a year and stored at most."""

    code = models.CharField("台账编号", max_length=60, unique=True)
    place_of_use = models.ForeignKey(Thing, on_delete=models.PROTECT, related_name="use_records")
    name = models.CharField("危险化学品", max_length=120)
    cas = models.CharField(max_length=12, blank=True, default="", db_index=True)
    purpose = models.CharField("用途", max_length=120)
    way_of_use = models.CharField("使用方式", max_length=14, choices=WayOfUse.choices())
    used_yearly = models.DecimalField("年使用量（kg）", max_digits=14, decimal_places=3)
    stored_at_most = models.DecimalField("最大储存量（kg）", max_digits=14, decimal_places=3)
    declared_on = models.DateField("申报日期", db_index=True)
    is_ended = models.BooleanField(default=False)
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, db_index=True)

    class Meta:
        ordering = ["code"]
        verbose_name = "使用台账"
        constraints = [
            models.UniqueConstraint(
                fields=["place_of_use", "name"], condition=Q(is_ended=False), name="use_record_once_a_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.purpose}"

    @property
    def way_term(self) -> WayOfUse:
        return WayOfUse(self.way_of_use)
