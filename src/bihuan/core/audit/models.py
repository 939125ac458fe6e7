"""审计记录与封存."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bihuan.kernel.identity import new_id


class Seal(models.Model):
    """封存: one link of the chain. Signed with a key outside the database and anchored outside it."""

    number = models.PositiveBigIntegerField(primary_key=True)
    previous = models.CharField(max_length=64)
    root = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    sealed_at = models.DateTimeField()
    algorithm = models.CharField(max_length=40)
    signature = models.CharField(max_length=200)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"#{self.number} {self.root[:12]}"


class AuditRow(models.Model):
    """审计记录. `canonical` are the bytes that were hashed; every other column is an index into them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    action = models.CharField(max_length=80)
    outcome = models.CharField(max_length=10)
    canonical = models.BinaryField()
    leaf = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)
    seal = models.ForeignKey(Seal, null=True, on_delete=models.PROTECT, related_name="rows")
    position = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], name="audit_unsealed", condition=Q(seal__isnull=True)),
            models.Index(fields=["actor", "id"], name="audit_by_actor"),
            models.Index(fields=["action", "id"], name="audit_by_action"),
        ]
        constraints = [models.UniqueConstraint(fields=["seal", "position"], name="audit_one_row_a_position")]

    def __str__(self) -> str:
        return f"{self.action} {self.outcome}"


class AuditSubject(models.Model):
    """What an audit row is about, so that every thing has its history."""

    row = models.ForeignKey(AuditRow, on_delete=models.PROTECT, related_name="subjects")
    subject = models.CharField(max_length=100)

    class Meta:
        indexes = [models.Index(fields=["subject", "row"], name="audit_by_subject")]

    def __str__(self) -> str:
        return self.subject


class PersonalSalt(models.Model):
    """The salt of one personal value. Deleting it makes the digest in the audit unreadable: erasure without a gap."""

    row = models.ForeignKey(AuditRow, on_delete=models.PROTECT, related_name="salts")
    path = models.CharField(max_length=200)
    salt = models.CharField(max_length=64)
    #: Whose personal value it is, where known: what an erasure looks for.
    subject = models.CharField(max_length=100, db_index=True)

    def __str__(self) -> str:
        return self.path


class AnonymousDenials(models.Model):
    """Refusals of people not logged in, counted by hour and action: a flood must not fill the disk."""

    hour = models.DateTimeField()
    action = models.CharField(max_length=80)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hour", "action"], name="anonymous_denials_by_hour")]

    def __str__(self) -> str:
        return f"{self.action} {self.count}"
