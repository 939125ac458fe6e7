"""专项行动、方案原文、校核中的任务、单位认定、已派发的任务."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from bihuan.core.access.context import Actor
from bihuan.core.access.rows import PathField, Row, any_of, below
from bihuan.core.access.scope import Place, Reach
from bihuan.core.evidence.models import Evidence
from bihuan.domains.campaign.rules import limits
from bihuan.domains.campaign.terms import (
    CampaignGrants,
    CampaignState,
    Decision,
    Dispatch,
    DueFrom,
    LimitKind,
    ReadingState,
)
from bihuan.engines.plan_reader.terms import Role
from bihuan.kernel.identity import new_id
from bihuan.loop.models import Case, CaseParty, SeenWithCase
from bihuan.loop.terms import ProofRhythm
from bihuan.parties.models import Organisation, Region
from bihuan.parties.rules import ancestors

SEEING = (CampaignGrants.READ, CampaignGrants.DRAFT, CampaignGrants.PUBLISH, CampaignGrants.DISPATCH)


class Campaign(Row):
    """专项行动: one plan and all it asks for, from upload to the last task struck off."""

    name = models.CharField("名称", max_length=200)
    issuer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="campaigns")
    organisation_code = models.CharField(max_length=40)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="campaigns")
    region_path = PathField(db_index=True)
    supervisor = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    #: 行业领域, for the special plan of one (教育, 医疗 …); empty for a plan of the whole place.
    sector = models.CharField("行业领域", max_length=60, blank=True, default="")
    from_on = models.DateField("开始日期", null=True)
    until_on = models.DateField("结束日期", null=True)
    state = models.CharField("状态", max_length=10, choices=CampaignState.choices(), default=CampaignState.DRAFT)
    document = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="campaigns")
    document_name = models.CharField(max_length=200)
    reading = models.CharField(max_length=10, choices=ReadingState.choices(), default=ReadingState.WAITING)
    #: Why the document could not be read, or why dispatching stopped: code, zh, en.
    trouble = models.JSONField(null=True)
    phases = models.JSONField("阶段与节点", default=list)
    reports = models.JSONField("报送要求", default=list)
    published_at = models.DateTimeField("发布时间", null=True)
    published_by = models.CharField(max_length=80, blank=True, default="")
    closed_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "专项行动"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        name = "campaign-review" if self.state in (CampaignState.DRAFT, CampaignState.PUBLISHING) else "campaign"
        return reverse(name, kwargs={"campaign_id": self.pk})

    @property
    def state_term(self) -> CampaignState:
        return CampaignState(self.state)

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return SEEING

    @classmethod
    def within(cls, reach: Reach) -> Q:
        """By region, by issuer; a place sees the plans issued to it from above; a unit those in which it has a part."""
        conditions = [below("region_path", r) for r in reach.regions]
        if above := sorted({a for r in reach.regions for a in ancestors(r)} - set(reach.regions)):
            conditions.append(Q(region_path__in=above, state__in=(CampaignState.PUBLISHED, CampaignState.CLOSED)))
        if reach.organisations:
            codes = sorted(reach.organisations)
            parts = CaseParty.objects.filter(organisation_code__in=codes)
            conditions.append(Q(organisation_code__in=codes))
            conditions.append(
                Q(Exists(CampaignTask.objects.filter(campaign=OuterRef("pk"), case__in=parts.values("case_id"))))
                & ~Q(state=CampaignState.DRAFT)
            )
        return any_of(conditions)


class PlanText(models.Model):
    """方案原文: the text as read, which every span counts in, and the ledger as the reader made it. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="plan_text")
    text = models.TextField()
    #: SHA-256 of the text: what the audit row of the reading holds.
    digest = models.CharField(max_length=64)
    ledger = models.JSONField()
    ledger_version = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return self.digest[:12]


class CampaignPart(Row):
    """A row that belongs to one campaign and lies where it lies."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="%(class)ss")

    class Meta:
        abstract = True

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return SEEING

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q(Exists(Campaign.objects.filter(Campaign.within(reach), pk=OuterRef("campaign_id"))))

    @property
    def place(self) -> Place:
        return self.campaign.place


class PlanItem(CampaignPart):
    """校核中的任务: what the reader found or a person added, before it is dispatched. A dropped one can come back."""

    #: Room is left between neighbours, so that a split or an addition moves nobody.
    position = models.FloatField()
    no = models.CharField("编号", max_length=60)
    section = models.TextField("章节", blank=True, default="")
    text = models.TextField("任务")
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    units = models.JSONField("责任单位", default=list)
    units_raw = models.TextField(blank=True, default="")
    units_start = models.PositiveIntegerField(null=True)
    units_end = models.PositiveIntegerField(null=True)
    due_on = models.DateField("期限", null=True)
    deadlines = models.JSONField(default=list)
    is_ongoing = models.BooleanField("持续推进", default=False)
    proof_rhythm = models.CharField(max_length=12, choices=ProofRhythm.choices(), blank=True, default="")
    indicators = models.JSONField("量化指标", default=list)
    dispatch = models.CharField(max_length=6, choices=Dispatch.choices(), default=Dispatch.ONE)
    supervisor = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    #: 配合省厅…: somebody above finishes it; ours is to help.
    is_supporting = models.BooleanField("配合上级", default=False)
    #: 以下均需各级安委会落实: every level below has this task too. 依据 A09.
    is_inherited = models.BooleanField("各级均须落实", default=False)
    #: 对象: named factories, parks, depots, each to be done by itself. 依据 A19.
    named_objects = models.JSONField("对象", default=list)
    carried_from = models.ForeignKey("CampaignTask", null=True, on_delete=models.PROTECT, related_name="carried_to")
    is_dropped = models.BooleanField(default=False)
    dropped_because = models.CharField(max_length=200, blank=True, default="")
    added_by_hand = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = "任务"
        indexes = [models.Index(fields=["campaign", "position"], name="plan_item_by_position")]

    def __str__(self) -> str:
        return f"{self.no} {self.text[:30]}"

    @property
    def named_units(self) -> tuple[tuple[str, Role], ...]:
        return tuple((u["name"], Role(u["role"])) for u in self.units)

    @property
    def rhythm(self) -> ProofRhythm | None:
        return ProofRhythm(self.proof_rhythm) if self.proof_rhythm else None

    @property
    def limit(self) -> LimitKind:
        return limits.limit_of(
            dates=[d["date"] for d in self.deadlines if d.get("date")], due_on=self.due_on, is_ongoing=self.is_ongoing
        )


class PlanUnit(CampaignPart):
    """单位认定: a name as the plan writes it, and who a person (or an unmistakable match) says is meant."""

    name = models.CharField("原文称谓", max_length=200)
    decision = models.CharField(max_length=12, choices=Decision.choices(), default=Decision.UNDECIDED)
    codes = models.JSONField("单位", default=list)
    because = models.CharField("理由", max_length=300, blank=True, default="")
    is_collective = models.BooleanField(default=False)
    #: Matched without a person, since exactly one organisation bears the name.
    is_automatic = models.BooleanField(default=False)
    suggested = models.JSONField(default=list)

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name = "单位认定"
        constraints = [models.UniqueConstraint(fields=["campaign", "name"], name="plan_unit_once_a_campaign")]

    def __str__(self) -> str:
        return self.name


class CampaignTask(SeenWithCase):
    """已派发的任务: what a case keeps of the plan it comes from. One-to-one with its case."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="campaign_task")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="tasks")
    item = models.ForeignKey(PlanItem, on_delete=models.PROTECT, related_name="tasks")
    #: The owner when it was dispatched: with the item it is what makes dispatching once.
    first_owner = models.CharField(max_length=40)
    position = models.FloatField()
    no = models.CharField("编号", max_length=60)
    section = models.TextField("章节", blank=True, default="")
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    units_raw = models.TextField(blank=True, default="")
    indicators = models.JSONField(default=list)
    deadlines = models.JSONField(default=list)
    due_from = models.CharField(max_length=10, choices=DueFrom.choices())
    due_milestone = models.CharField(max_length=120, blank=True, default="")
    is_supporting = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = "行动任务"
        indexes = [models.Index(fields=["campaign", "position"], name="campaign_task_by_position")]
        constraints = [models.UniqueConstraint(fields=["item", "first_owner"], name="campaign_task_dispatched_once")]

    def __str__(self) -> str:
        return self.no

    @property
    def limit(self) -> LimitKind:
        dates = [d["date"] for d in self.deadlines if d.get("date")]
        return limits.limit_of(dates=dates, due_on=self.case.due_on if dates else None, is_ongoing=self.case.is_ongoing)

    @property
    def other_dates(self) -> list[dict[str, Any]]:
        """Several dates in one statement: the case falls due on the last, the earlier ones are shown beside it."""
        return [d for d in self.deadlines if d.get("date") and date.fromisoformat(d["date"]) != self.case.first_due_on]


def evidence_seen_by(actor: Actor) -> Q:
    """Whoever sees a campaign sees its plan document."""
    return Q(pk__in=Campaign.objects.visible_to(actor).values("document"))
