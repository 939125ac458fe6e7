"""指标、实测值、指标例外."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q

from bihuan.core.access.rows import PathField, Row
from bihuan.core.access.scope import Place, Reach
from bihuan.core.evidence.models import Evidence
from bihuan.domains.campaign.models.plans import SEEING, Campaign, CampaignTask
from bihuan.domains.campaign.terms import CampaignState, Comparison, ExceptionState
from bihuan.loop.models import Case
from bihuan.parties.models import Organisation


class Indicator(Row):
    """指标: a number that a plan sets for its units, of one task or of the whole campaign. 依据 A18."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="indicators")
    task = models.ForeignKey(CampaignTask, null=True, on_delete=models.PROTECT, related_name="measures")
    name = models.CharField("指标", max_length=200)
    op = models.CharField("比较", max_length=2, choices=Comparison.choices())
    target = models.DecimalField("目标值", max_digits=18, decimal_places=4)
    unit = models.CharField("计量单位", max_length=20, blank=True, default="")
    is_soft = models.BooleanField("软性（原则上、力争）", default=False)
    #: The code of a declared formula; empty: values are entered.
    formula = models.CharField("公式", max_length=60, blank=True, default="")
    #: Codes of the units it holds for; empty: whoever has a value.
    units = models.JSONField("适用单位", default=list)
    is_dropped = models.BooleanField(default=False)
    dropped_because = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["campaign", "task__position", "created_at", "id"]
        verbose_name = "指标"

    def __str__(self) -> str:
        return self.name

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (*SEEING, *Case.view_grants())

    @classmethod
    def within(cls, reach: Reach) -> Q:
        """Of the campaigns one sees, of the tasks one has a part in; those of a whole campaign are known to every unit there."""
        campaigns = Campaign.objects.filter(Campaign.within(reach), pk=OuterRef("campaign_id"))
        tasks = CampaignTask.objects.filter(CampaignTask.within(reach), pk=OuterRef("task_id"))
        seen = Q(Exists(campaigns)) | Q(Exists(tasks))
        if reach.organisations:
            there = Organisation.objects.filter(
                code__in=sorted(reach.organisations), region_path__startswith=OuterRef("campaign__region_path")
            )
            seen |= Q(Exists(there), task__isnull=True, campaign__state=CampaignState.PUBLISHED)
        return seen

    @property
    def place(self) -> Place:
        return self.task.place if self.task else self.campaign.place

    @property
    def comparison(self) -> Comparison:
        return Comparison(self.op)


class OfUnit(Row):
    """What one unit says of one indicator: seen by the unit, and by whoever sees its region."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="%(class)ss")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_code = models.CharField(max_length=40)
    region_path = PathField()

    class Meta:
        abstract = True

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (*SEEING, *Case.view_grants())


class Measurement(OfUnit):
    """实测值: of one indicator at one unit on one day, with its source. A later one replaces none: all are kept."""

    on = models.DateField("日期")
    value = models.DecimalField("实测值", max_digits=18, decimal_places=4)
    source = models.CharField("来源", max_length=200)
    evidence = models.ForeignKey(Evidence, null=True, on_delete=models.PROTECT, related_name="measurements")
    is_computed = models.BooleanField(default=False)
    #: The latest by its day, and for how long it has missed the target by now; None when it is met.
    is_current = models.BooleanField(default=True)
    unmet_since = models.DateField("未达标自", null=True)

    class Meta:
        ordering = ["on", "created_at", "id"]
        verbose_name = "实测值"
        indexes = [
            models.Index(fields=["indicator", "organisation_code", "on"], name="measurement_by_day"),
            models.Index(fields=["region_path", "unmet_since"], name="measurement_gap", condition=Q(is_current=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "organisation"], condition=Q(is_current=True), name="measurement_current_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_code} {self.on} {self.value}"


class IndicatorException(OfUnit):
    """软性指标例外: why a number that a plan softens is missed, and who of the verifier's side accepted it."""

    reason = models.CharField("理由", max_length=300)
    state = models.CharField("状态", max_length=8, choices=ExceptionState.choices(), default=ExceptionState.ASKED)
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField("申请时间")
    until_on = models.DateField("例外期至", null=True)
    decided_by = models.CharField(max_length=80, blank=True, default="")
    decided_at = models.DateTimeField("决定时间", null=True)
    decided_because = models.CharField("决定理由", max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-asked_at"]
        verbose_name = "指标例外"
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "organisation"], condition=Q(state="asked"), name="indicator_exception_asked_once"
            )
        ]

    def __str__(self) -> str:
        return self.reason
