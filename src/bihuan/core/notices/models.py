"""通知、发送记录、通知设置."""

from __future__ import annotations

from datetime import time
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from bihuan.core.access.context import Actor
from bihuan.core.access.models import User
from bihuan.core.access.rows import Row, ScopedQuerySet
from bihuan.core.access.scope import Reach
from bihuan.core.access.terms import AccessGrants
from bihuan.core.notices.terms import Channel, DeliveryState, NoticeLevel
from bihuan.core.notices.topics import Topic, all_topics
from bihuan.kernel.identity import new_id
from bihuan.kernel.text import Text


class OwnQuerySet(ScopedQuerySet):
    """A person's own, and nobody else's, whatever grants there are."""

    def visible_to(self, actor: Actor) -> Self:
        if actor.user_id is None or not actor.has(AccessGrants.USE_OWN_ACCOUNT):
            return self.none()
        return self.filter(**{self.model.owner_field: actor.user_id})


class OwnRow(Row):
    """A row of one person's own."""

    owner_field: ClassVar[str] = "user"
    objects: ClassVar[Any] = OwnQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (AccessGrants.USE_OWN_ACCOUNT,)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q()


class Notice(OwnRow):
    """通知: one person told one thing. Its read state is the receipt."""

    owner_field = "recipient"

    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notices")
    topic = models.CharField(max_length=80)
    level = models.CharField(max_length=10, choices=NoticeLevel.choices())
    text_zh = models.CharField(max_length=500)
    text_en = models.CharField(max_length=800)
    link = models.CharField(max_length=300, blank=True, default="")
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "通知"
        indexes = [
            models.Index(fields=["recipient", "-created_at"], name="notice_by_recipient"),
            models.Index(fields=["recipient"], name="notice_unread", condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return str(self.text)

    @property
    def text(self) -> Text:
        return Text(self.text_zh, self.text_en)

    @property
    def level_term(self) -> NoticeLevel:
        return NoticeLevel(self.level)

    @property
    def topic_label(self) -> Text:
        found = all_topics().get(self.topic)
        return found.label if found else Text(self.topic, self.topic)


class Delivery(models.Model):
    """发送记录: the ledger of one notice on one channel. Kept by the worker, as the queue is; no action changes it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel.choices())
    state = models.CharField(max_length=10, choices=DeliveryState.choices(), default=DeliveryState.WAITING)
    due_at = models.DateTimeField()
    is_digest = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True, default="")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_at"]
        indexes = [models.Index(fields=["due_at"], name="delivery_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"

    @property
    def channel_term(self) -> Channel:
        return Channel(self.channel)

    @property
    def state_term(self) -> DeliveryState:
        return DeliveryState(self.state)


class Preference(OwnRow):
    """通知设置 of one person. Without a row the defaults below hold."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="notice_preference")
    #: Topic → channels besides in-app; a topic not named has its own default.
    channels = models.JSONField(default=dict)
    quiet_from = models.TimeField(null=True, default=time(22, 0))
    quiet_until = models.TimeField(null=True, default=time(7, 0))
    has_digest = models.BooleanField(default=False)
    webhook_url = models.CharField(max_length=500, blank=True, default="")
    webhook_secret = models.CharField(max_length=80, blank=True, default="")

    personal_fields = frozenset({"webhook_url"})
    secret_fields = frozenset({"webhook_secret"})

    class Meta:
        verbose_name = "通知设置"

    def __str__(self) -> str:
        return str(self.user_id)

    def channels_for(self, topic: Topic) -> list[Channel]:
        chosen = self.channels.get(topic.name)
        wanted = topic.channels if chosen is None else [Channel(c) for c in chosen]
        return [c for c in Channel if c in wanted and c is not Channel.IN_APP]
