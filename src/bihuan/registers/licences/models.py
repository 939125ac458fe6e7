"""许可证."""

from __future__ import annotations

from django.db import models

from bihuan.core.access.rows import PathField
from bihuan.core.records.models import Arriving, RegisterRow
from bihuan.parties.models import Thing
from bihuan.registers.licences.terms import LicenceType


class Licence(Arriving, RegisterRow):
    """许可证: one licence of one enterprise or place of use, known by its number."""

    code = models.CharField("许可证编号", max_length=60, unique=True)
    holder = models.ForeignKey(Thing, on_delete=models.PROTECT, related_name="licences")
    kind = models.CharField("种类", max_length=20, choices=LicenceType.choices())
    scope = models.CharField("许可范围", max_length=300)
    issuer = models.CharField("发证机关", max_length=120, blank=True, default="")
    issued_on = models.DateField("发证日期", null=True)
    until_on = models.DateField("有效期至", db_index=True)
    is_withdrawn = models.BooleanField("已注销", default=False)
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, db_index=True)

    class Meta:
        ordering = ["code"]
        verbose_name = "许可证"

    def __str__(self) -> str:
        return f"{self.kind_term.label.zh} {self.code}"

    @property
    def kind_term(self) -> LicenceType:
        return LicenceType(self.kind)
