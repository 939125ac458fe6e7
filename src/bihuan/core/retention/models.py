"""已确认的期限、留存."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bihuan.core.access.rows import Row
from bihuan.core.access.scope import Reach
from bihuan.core.access.terms import AccessGrants
from bihuan.core.retention.terms import RetentionGrants


class _ForAll(Row):
    """One for the installation: read by those who confirm, hold or audit."""

    class Meta:
        abstract = True

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (RetentionGrants.CONFIRM, RetentionGrants.HOLD, AccessGrants.READ_AUDIT)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q(pk__in=[])  # a grant everywhere or none


class ConfirmedRule(_ForAll):
    """确认: somebody of the right role said that this kind goes after so many days. Without a row nothing goes."""

    code = models.CharField("记录种类", max_length=80, unique=True)
    days = models.PositiveIntegerField("保存天数")
    basis = models.CharField("依据", max_length=300)
    confirmed_by = models.CharField(max_length=80)
    confirmed_at = models.DateTimeField()
    #: Taken back: nothing goes, and the row stays to tell.
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["code"]
        verbose_name = "保存期限"

    def __str__(self) -> str:
        return f"{self.code} {self.days}"


class LegalHold(_ForAll):
    """留存（法律保留）: what an inquiry or a court needs stays, whatever its days say."""

    #: Empty: every kind of record.
    code = models.CharField("记录种类", max_length=80, blank=True, default="")
    #: Empty: of every organisation.
    organisation_code = models.CharField("单位编码", max_length=40, blank=True, default="")
    reason = models.CharField("事由", max_length=300)
    placed_by = models.CharField(max_length=80)
    placed_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-placed_at"]
        verbose_name = "留存"

    def __str__(self) -> str:
        return self.reason
