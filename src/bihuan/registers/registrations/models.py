"""登记系统编码."""

from __future__ import annotations

from django.db import models

from bihuan.core.access.rows import PathField
from bihuan.core.records.models import Arriving, RegisterRow
from bihuan.parties.models import Organisation
from bihuan.registers.registrations.terms import HolderKind, RegistrationsGrants


class Registration(Arriving, RegisterRow):
    """One code of the national registration, its certificate and its last day."""

    code = models.CharField("登记系统编码", max_length=40, unique=True)
    kind = models.CharField("种类", max_length=12, choices=HolderKind.choices(), db_index=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="registrations")
    certificate = models.CharField("登记证编号", max_length=60, blank=True, default="")
    valid_until = models.DateField("有效期至", null=True, db_index=True)
    is_removed = models.BooleanField(default=False)
    #: The last day that was reminded of: each is reminded of once.
    reminded_of = models.DateField(null=True)
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, db_index=True)

    class Meta:
        ordering = ["code"]
        verbose_name = "登记系统编码"

    def __str__(self) -> str:
        return self.code

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return tuple(RegistrationsGrants)
