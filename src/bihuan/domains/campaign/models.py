"""专项行动、方案原文、校核中的任务、单位认定、已派发的任务."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from bihuan.core.access.context import Actor
from bihuan.core.access.models import Owned, User
from bihuan.core.access.rows import PathField, Row, any_of, below
from bihuan.core.access.scope import Place, Reach
from bihuan.core.evidence.models import Evidence
from bihuan.domains.campaign.rules import limits
from bihuan.domains.campaign.terms import (
    CampaignGrants,
    CampaignState,
    Comparison,
    Decision,
    Dispatch,
    DueFrom,
    ExceptionState,
    LimitKind,
    PhaseCheck,
    ReadingState,
    Relation,
    ReportKind,
)
from bihuan.engines.plan_reader.terms import Role
from bihuan.kernel.identity import new_id
from bihuan.loop.models import Case, CaseParty, SeenWithCase
from bihuan.loop.terms import ProofRhythm
from bihuan.parties.models import Organisation, Person, Region
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


class Reporter(CampaignPart):
    """报送单位与专人: who reports on this campaign, through whom, and who must sign. 依据 C05, C07."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_code = models.CharField(max_length=40)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    #: Capacities that must sign each report, beside whoever sends it: 党委主要负责人, 政府主要负责人.
    signers = models.JSONField("须签字的身份", default=list)
    ended_on = models.DateField("不再报送", null=True)

    class Meta:
        ordering = ["organisation__region_path", "organisation_code"]
        verbose_name = "报送单位"
        constraints = [models.UniqueConstraint(fields=["campaign", "organisation"], name="reporter_once")]

    def __str__(self) -> str:
        return str(self.organisation)


class Report(SeenWithCase):
    """报告: one report of one unit on one period. The case holds its limit and its stage; what was sent stands in snapshots."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="campaign_report")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="campaign_reports")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_code = models.CharField(max_length=40)
    kind = models.CharField("种类", max_length=12, choices=ReportKind.choices())
    #: The day the plan names; the case's limit may be extended, this stays.
    for_on = models.DateField("应报日期")
    from_on = models.DateField("报告期起")
    #: Half-open: the first day that no longer belongs to the period.
    until_on = models.DateField("报告期止（不含）")
    #: Over the whole campaign, with what others sent: the office's own, to the level above. 依据 C04.
    is_upward = models.BooleanField(default=False)
    title = models.CharField("标题", max_length=300)
    addressee = models.CharField("主送", max_length=200, blank=True, default="")
    body = models.JSONField(default=list)
    signers = models.JSONField(default=list)
    #: 无情况可报: said, not assumed.
    nothing_because = models.CharField("无情况的说明", max_length=300, blank=True, default="")
    #: What the first signature settled: figures and words as signed, and as they will be sent.
    settled = models.JSONField(null=True)
    sent_at = models.DateTimeField("报送时间", null=True)
    supplement_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="supplements")
    supplement_no = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["for_on", "organisation_code", "supplement_no"]
        verbose_name = "报告"
        indexes = [models.Index(fields=["campaign", "for_on"], name="report_by_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "organisation", "kind", "for_on", "is_upward", "supplement_no"], name="report_once"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("campaign-report", kwargs={"report_id": self.pk})

    @property
    def last_on(self) -> date:
        """The last day of its period, as people write it."""
        return self.until_on - timedelta(days=1)


class OfReport(Row):
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="%(class)ss")

    class Meta:
        abstract = True

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return Case.view_grants()

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q(Exists(Report.objects.filter(Report.within(reach), pk=OuterRef("report_id"))))

    @property
    def place(self) -> Place:
        return self.report.place


class ReportSnapshot(OfReport):
    """报送稿: what was sent, with the figures and rows of that moment. Never changed; a report sent again makes another."""

    number = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=80)
    content = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="report_snapshot_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.digest[:12]}"


class ReportSignature(OfReport):
    """签字: by a person, in a capacity, of the words as they stood. A change of the words makes it void."""

    capacity = models.CharField("身份", max_length=60)
    name = models.CharField("姓名", max_length=60)
    signed_by = models.CharField(max_length=80)
    signed_at = models.DateTimeField()
    #: Of the content signed.
    digest = models.CharField(max_length=64)
    void_at = models.DateTimeField(null=True)

    personal_fields = frozenset({"name"})

    class Meta:
        ordering = ["signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "capacity"], condition=Q(void_at__isnull=True), name="report_signed_once"
            )
        ]

    def __str__(self) -> str:
        return self.capacity


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


def evidence_seen_by(actor: Actor) -> Q:
    """Whoever sees a campaign sees its plan document."""
    return Q(pk__in=Campaign.objects.visible_to(actor).values("document"))
