"""企业的危险化学品."""

from __future__ import annotations

from django.db import models

from bihuan.engines.major_hazard.terms import Form
from bihuan.parties.satellites import Satellite
from bihuan.registers.chemicals.terms import Handling


class Chemical(Satellite):
    """A chemical that one enterprise handles, under the code it gave it. Stock stands in the unit that holds it."""

    serial = models.PositiveIntegerField(null=True, db_index=True)
    cas = models.CharField(max_length=12, blank=True, default="", db_index=True)
    un_number = models.CharField(max_length=6, blank=True, default="")
    aliases = models.CharField(max_length=200, blank=True, default="")
    handling = models.CharField(max_length=12, choices=Handling.choices())
    form = models.CharField(max_length=8, choices=Form.choices(), blank=True, default="")
    symbols = models.CharField(max_length=60, blank=True, default="")
    basis = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "危险化学品"
