"""方案关系、任务对应、方案报备: how the plans of several levels and departments answer each other."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bihuan.core.access.scope import Place
from bihuan.domains.campaign.models.plans import Campaign, CampaignPart, PlanItem
from bihuan.domains.campaign.terms import Relation
from bihuan.loop.models import Case
from bihuan.parties.models import Organisation


class PlanRelation(CampaignPart):
    """方案关系: the plan above this one, or before it. One that is not in this installation is cited by name. 依据 A03."""

    kind = models.CharField("关系", max_length=12, choices=Relation.choices())
    to = models.ForeignKey(Campaign, null=True, on_delete=models.PROTECT, related_name="relations_here")
    cited = models.CharField("文件名称", max_length=200, blank=True, default="")
    is_dropped = models.BooleanField(default=False)

    class Meta:
        ordering = ["kind", "created_at"]
        verbose_name = "方案关系"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "kind", "to"], condition=Q(is_dropped=False), name="plan_relation_once"
            ),
            models.CheckConstraint(condition=~Q(campaign=models.F("to")), name="plan_relation_not_to_itself"),
        ]

    def __str__(self) -> str:
        return self.to.name if self.to else self.cited


class TaskCover(CampaignPart):
    """任务对应: what this plan makes of one task of a superior plan: a task of its own, or not applicable with the reason."""

    parent_item = models.ForeignKey(PlanItem, on_delete=models.PROTECT, related_name="covers")
    item = models.ForeignKey(PlanItem, null=True, on_delete=models.PROTECT, related_name="serves")
    because = models.CharField("不适用的理由", max_length=300, blank=True, default="")
    is_dropped = models.BooleanField(default=False)

    class Meta:
        ordering = ["parent_item__position", "created_at"]
        verbose_name = "任务对应"
        constraints = [
            models.UniqueConstraint(
                fields=["parent_item", "item"], condition=Q(is_dropped=False), name="task_cover_once"
            ),
            models.UniqueConstraint(
                fields=["campaign", "parent_item"],
                condition=Q(item__isnull=True, is_dropped=False),
                name="task_not_applicable_once",
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=False, because="") | (Q(item__isnull=True) & ~Q(because="")),
                name="task_cover_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parent_item_id} → {self.item_id or self.because}"


class PlanFiling(CampaignPart):
    """方案报备: a locality or department owes a plan of its own; the case holds the limit and whom it waits for. 依据 A04, A05."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="plan_filing")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_code = models.CharField(max_length=40)
    sector = models.CharField("行业领域", max_length=60, blank=True, default="")
    plan = models.ForeignKey(Campaign, null=True, on_delete=models.PROTECT, related_name="filed_as")
    filed_on = models.DateField("报备日期", null=True)

    class Meta:
        ordering = ["organisation__region_path", "organisation_code", "sector"]
        verbose_name = "方案报备"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "organisation", "sector"], name="plan_filing_once_a_sector")
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.sector}"

    @property
    def place(self) -> Place:
        """Whoever files: the unit that owes it."""
        return Place(self.organisation.region_path, frozenset([self.organisation_code]))
