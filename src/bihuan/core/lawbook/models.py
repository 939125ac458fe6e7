"""条文核对记录."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from bihuan.core.access.rows import Row
from bihuan.core.access.scope import Reach
from bihuan.core.access.terms import AccessGrants
from bihuan.law.law import VersionKey


class ProvisionCheck(Row):
    """核对: somebody compared one version of a provision with the official text and found them the same.

    It holds for exactly the values of that day (`fingerprint`): an upgrade that brings others leaves it behind.
    A check withdrawn stays, with the reason.
    """

    path = models.CharField(max_length=120)
    key = models.CharField(max_length=80)
    held_from = models.DateField()
    fingerprint = models.CharField(max_length=64)
    basis = models.CharField(max_length=400)
    checked_by = models.CharField(max_length=150)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=400, blank=True, default="")

    personal_fields: ClassVar[frozenset[str]] = frozenset({"checked_by"})

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["path", "key", "held_from", "fingerprint"],
                condition=Q(withdrawn_at__isnull=True),
                name="provision_checked_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.path}#{self.key} {self.held_from}"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (AccessGrants.USE_OWN_ACCOUNT,)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        """The law is everybody's to read; there is one for the whole installation."""
        return Q()

    @property
    def version_key(self) -> VersionKey:
        return self.path, self.key, self.held_from
