"""幂等键与同步冲突."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from bihuan.core.access.context import Actor
from bihuan.core.access.models import User
from bihuan.core.access.rows import Row, ScopedQuerySet
from bihuan.core.access.scope import Reach
from bihuan.core.access.terms import AccessGrants
from bihuan.core.protection.fields import SealedJSONField
from bihuan.core.sync.terms import ConflictState
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


class ConflictQuerySet(ScopedQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        if actor.user_id is None or not actor.has(AccessGrants.USE_OWN_ACCOUNT):
            return self.none()
        return self.filter(owner=actor.user_id)


class SyncConflict(Row):
    """同步冲突: something done offline met a row that had moved on. It waits for its owner; nothing silently wins."""

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sync_conflicts")
    action = models.CharField(max_length=80)
    #: What a person typed, whatever it was: sealed as a whole.
    input = SealedJSONField()
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    device = models.CharField(max_length=80, blank=True, default="")
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ConflictState.choices(), default=ConflictState.OPEN)
    settled_at = models.DateTimeField(null=True)
    #: The audit row of the action that was sent again, where it was.
    audit_row = models.UUIDField(null=True)

    objects: ClassVar[Any] = ConflictQuerySet.as_manager()
    personal_fields = frozenset({"input"})

    class Meta:
        ordering = ["-received_at", "-id"]
        verbose_name = "同步冲突"
        constraints = [models.UniqueConstraint(fields=["owner", "action", "key"], name="sync_conflict_once")]
        indexes = [models.Index(fields=["owner"], name="sync_conflict_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.action} {self.state}"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (AccessGrants.USE_OWN_ACCOUNT,)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q()

    @property
    def is_open(self) -> bool:
        return self.state == ConflictState.OPEN

    @property
    def state_term(self) -> ConflictState:
        return ConflictState(self.state)

    def get_absolute_url(self) -> str:
        return reverse("sync-conflict", args=[self.pk])
