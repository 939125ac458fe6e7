"""储罐."""

from __future__ import annotations

from django.db import models

from bihuan.parties.satellites import Satellite
from bihuan.registers.tanks.terms import TankType


class Tank(Satellite):
    """储罐."""

    type = models.CharField(max_length=20, choices=TankType.choices())
    medium = models.CharField(max_length=80)
    volume = models.DecimalField(max_digits=10, decimal_places=2)
    design_pressure = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    built_on = models.DateField(null=True, db_index=True)
    has_interlock = models.BooleanField(default=False)

    class Meta:
        verbose_name = "储罐"
