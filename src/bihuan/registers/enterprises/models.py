"""企业."""

from __future__ import annotations

from django.db import models

from bihuan.core.protection.fields import PhoneField
from bihuan.parties.satellites import Satellite
from bihuan.registers.enterprises.terms import EnterpriseType, LicenceKind


class Enterprise(Satellite):
    """企业. Its name, organisation, region and place are its thing's; here is what concerns chemicals."""

    type = models.CharField(max_length=20, choices=EnterpriseType.choices(), db_index=True)
    processes = models.CharField(max_length=300, blank=True, default="")
    licence_kind = models.CharField(max_length=20, choices=LicenceKind.choices(), default=LicenceKind.NONE)
    licence_number = models.CharField(max_length=60, blank=True, default="")
    licence_until = models.DateField(null=True, db_index=True)
    employees = models.PositiveIntegerField(null=True)
    contact = models.CharField(max_length=60, blank=True, default="")
    contact_phone = PhoneField("联系电话", blank=True, default="")

    personal_fields = frozenset({"contact", "contact_phone"})

    class Meta:
        verbose_name = "企业"
        indexes = [models.Index(fields=["contact_phone"], name="enterprise_by_phone")]
