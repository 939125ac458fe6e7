"""事件发件箱."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bihuan.core.access.rows import PathField
from bihuan.kernel.identity import new_id


class OutboxEvent(models.Model):
    """One event. `position` is given after the commit by one writer, so that a cursor over it misses nothing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    payload = models.JSONField()
    at = models.DateTimeField()
    audit_row = models.UUIDField(null=True)
    subject = models.CharField(max_length=100, blank=True, default="")
    region_path = PathField(blank=True, default="")
    organisations = models.JSONField(default=list)
    position = models.PositiveBigIntegerField(null=True, unique=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["id"], name="outbox_unplaced", condition=Q(position__isnull=True))]

    def __str__(self) -> str:
        return self.name
