"""幂等键."""

from __future__ import annotations

from django.db import models

from bihuan.kernel.identity import new_id


class IdempotencyKey(models.Model):
    """幂等键: unique per actor and action, bound to a fingerprint of the body; the stored result is the answer to a repeat."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    actor = models.CharField(max_length=80)
    action = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    result = models.JSONField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "action", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.action} {self.key}"
