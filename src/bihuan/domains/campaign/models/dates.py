"""任务节点、阶段成果、日历订阅: what a plan ties to days, and who carries its days in a calendar."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q

from bihuan.core.access.models import Owned, User
from bihuan.core.access.rows import Row
from bihuan.core.access.scope import Place, Reach
from bihuan.core.evidence.models import Evidence
from bihuan.domains.campaign.models.plans import CampaignPart, CampaignTask
from bihuan.domains.campaign.terms import PhaseCheck
from bihuan.loop.models import Case


class TaskMilestone(Row):
    """任务节点: one of several dates in one task, each reached with proof. 依据 A10."""

    task = models.ForeignKey(CampaignTask, on_delete=models.PROTECT, related_name="milestones")
    on = models.DateField("日期")
    said = models.CharField("原文", max_length=200)
    reached_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        ordering = ["on", "id"]
        verbose_name = "任务节点"
        constraints = [models.UniqueConstraint(fields=["task", "on"], name="task_milestone_once_a_day")]

    def __str__(self) -> str:
        return f"{self.on} {self.said}"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return Case.view_grants()

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q(Exists(CampaignTask.objects.filter(CampaignTask.within(reach), pk=OuterRef("task_id"))))

    @property
    def place(self) -> Place:
        return self.task.place


class PhaseProduct(CampaignPart):
    """阶段成果: what must exist when a phase ends. `check` names a count of the ledger; empty: said by hand, with proof. 依据 A12."""

    phase = models.CharField("阶段", max_length=120)
    due_on = models.DateField("阶段结束")
    what = models.CharField("应有成果", max_length=200)
    check_by = models.CharField(max_length=30, choices=PhaseCheck.choices(), default=PhaseCheck.BY_HAND)
    confirmed_at = models.DateTimeField("确认时间", null=True)
    confirmed_by = models.CharField(max_length=80, blank=True, default="")
    note = models.CharField("说明", max_length=300, blank=True, default="")
    evidence = models.ForeignKey(Evidence, null=True, on_delete=models.PROTECT, related_name="phase_products")

    class Meta:
        ordering = ["due_on", "created_at", "id"]
        verbose_name = "阶段成果"
        constraints = [models.UniqueConstraint(fields=["campaign", "phase", "what"], name="phase_product_once")]

    def __str__(self) -> str:
        return self.what


class CalendarFeed(Owned):
    """日历订阅: the address is a secret; only its digest is stored."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="calendar_feeds")
    digest = models.CharField(max_length=64, unique=True)
    revoked_at = models.DateTimeField("作废时间", null=True)

    secret_fields = frozenset({"digest"})

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "日历订阅"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at__isnull=True), name="calendar_feed_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d}"
