"""化工园区."""

from __future__ import annotations

from django.db import models

from bihuan.parties.satellites import Satellite
from bihuan.registers.parks.terms import ParkKind


class Park(Satellite):
    """化工园区. Its bounds are its thing's shape, and its region's boundary follows them; here is the rest."""

    type = models.CharField(max_length=14, choices=ParkKind.choices())
    recognition_document = models.CharField(max_length=120, blank=True, default="")
    recognised_on = models.DateField(null=True, db_index=True)
    recognised_until = models.DateField(null=True, db_index=True)
    planned_area = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    safety_staff = models.PositiveIntegerField(null=True)
    plan_document = models.CharField(max_length=120, blank=True, default="")
    control_line = models.JSONField(null=True)
    control_line_document = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        verbose_name = "化工园区"
