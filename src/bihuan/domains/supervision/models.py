"""检查、问题、通报、警示、裁定、自查、检查计划、典型经验."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from bihuan.core.access.rows import PathField, Row, any_of, below
from bihuan.core.access.scope import Place, Reach
from bihuan.core.evidence.models import Evidence
from bihuan.domains.supervision.rules.requirements import step_of
from bihuan.domains.supervision.terms import (
    Answer,
    Asks,
    CheckKind,
    FoundBy,
    ItemAnswer,
    PracticeState,
    Result,
    RulingBody,
    SupervisionGrants,
    WarningStep,
)
from bihuan.kernel.identity import new_id
from bihuan.loop.models import Case, CaseFacts, CaseObject
from bihuan.loop.terms import LoopGrants
from bihuan.parties.models import Organisation, Region


class OfOffice(Row):
    """What an office keeps of its supervision: seen by who holds the grant where it lies, or acts for its unit."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    region_path = PathField(db_index=True)
    #: Whose it is: the organiser, the issuer, the unit that recommends.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_code = models.CharField(max_length=40, db_index=True)

    class Meta:
        abstract = True

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return tuple(SupervisionGrants)


class Check(OfOffice):
    """一次检查: what it was drawn from, the seed, and what came of it. A draw can't be done again, nor be deleted."""

    kind = models.CharField("形式", max_length=12, choices=CheckKind.choices())
    title = models.CharField("名称", max_length=200)
    topic = models.TextField("内容", blank=True, default="")
    supervisor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField("开始日期")
    until_on = models.DateField("结束日期")
    number = models.PositiveIntegerField("抽取数量", default=0)
    group_size = models.PositiveSmallIntegerField("每组人数", default=2)
    #: [{key, name, organisation}], frozen when the check was set up, with its digest.
    candidates = models.JSONField("名单", default=list)
    digest = models.CharField("名单摘要", max_length=64)
    inspectors = models.JSONField("检查人员名册", default=list)
    #: {key: reason}
    excluded = models.JSONField("排除", default=dict)
    seed = models.CharField("随机种子", max_length=64, blank=True, default="")
    drawn_at = models.DateTimeField("抽取时间", null=True)

    #: Names of people.
    personal_fields = frozenset({"inspectors"})

    class Meta:
        ordering = ["-from_on", "-id"]
        verbose_name = "督导检查"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("supervision-check", kwargs={"check_id": self.pk})

    @property
    def kind_term(self) -> CheckKind:
        return CheckKind(self.kind)


class CheckGroup(CaseFacts):
    """检查组: its case asks it to be done by the end of the check; each item is an object of that case."""

    check_made = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="groups")
    position = models.PositiveSmallIntegerField()
    #: [{key, name, organisation}], the first is the head.
    inspectors = models.JSONField(default=list)

    personal_fields = frozenset({"inspectors"})

    class Meta:
        ordering = ["position"]
        verbose_name = "检查组"

    def __str__(self) -> str:
        return f"{self.position}"


class CheckItem(Row):
    """抽到的一个对象, and what was found there."""

    group = models.ForeignKey(CheckGroup, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=100)
    name = models.CharField("对象", max_length=300)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    #: The case that is compared or looked back at.
    target = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="check_items")
    object = models.OneToOneField(CaseObject, on_delete=models.PROTECT, related_name="check_item")
    result = models.CharField("结果", max_length=12, choices=Result.choices(), blank=True, default="")
    note = models.TextField("说明", blank=True, default="")
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["group__position", "position"]
        verbose_name = "检查对象"

    def __str__(self) -> str:
        return self.name

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return CheckGroup.view_grants()

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q(group__in=CheckGroup.objects.filter(CheckGroup.within(reach)))

    @property
    def place(self) -> Place:
        return self.group.place

    @property
    def result_term(self) -> Result | None:
        return Result(self.result) if self.result else None


class ProblemEntry(CaseFacts):
    """问题清单的一行: beside the case, who found it where, the measures, and the number it was cancelled under. 依据 A14."""

    found_by = models.CharField("来源", max_length=12, choices=FoundBy.choices())
    item = models.ForeignKey(CheckItem, null=True, on_delete=models.PROTECT, related_name="problems")
    spot = models.CharField("部位", max_length=200, blank=True, default="")
    found_on = models.DateField("发现日期")
    measures = models.TextField("整改措施", blank=True, default="")
    cancel_number = models.CharField("销号编号", max_length=40, null=True, unique=True)
    recheck = models.TextField("复查情况", blank=True, default="")

    class Meta:
        ordering = ["-id"]
        verbose_name = "问题"

    def __str__(self) -> str:
        return str(self.case)


class ProblemDrive(models.Model):
    """一个问题计入一个专项行动: recorded once, counted in each it belongs to. 依据 A21."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    problem = models.ForeignKey(ProblemEntry, on_delete=models.PROTECT, related_name="drives")
    drive = models.UUIDField(db_index=True)
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["problem", "drive"], name="problem_drive_once")]

    def __str__(self) -> str:
        return self.name


class Circular(OfOffice):
    """通报: how the units stood at a moment, with their places. Never changed: the next one stands beside it."""

    number = models.CharField("文号", max_length=40)
    title = models.CharField("标题", max_length=200)
    text = models.TextField("说明", blank=True, default="")
    from_on = models.DateField("通报期起")
    until_on = models.DateField("通报期止")
    #: The source of the cases counted; empty for all.
    source = models.CharField("范围", max_length=120, blank=True, default="")
    published_at = models.DateTimeField("发布时间")

    class Meta:
        ordering = ["-published_at"]
        verbose_name = "通报"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("supervision-circular", kwargs={"circular_id": self.pk})

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (*SupervisionGrants, LoopGrants.HANDLE)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        codes = sorted(reach.organisations)
        named = CircularLine.objects.filter(organisation__code__in=codes).values("circular")
        own = [Q(organisation_code__in=codes), Q(pk__in=named)] if codes else []
        return any_of([*(below("region_path", r) for r in reach.regions), *own])


class CircularLine(models.Model):
    """通报中的一个单位."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    circular = models.ForeignKey(Circular, on_delete=models.PROTECT, related_name="lines")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="circular_lines")
    rank = models.PositiveSmallIntegerField()
    total = models.PositiveIntegerField()
    closed = models.PositiveIntegerField()
    closed_late = models.PositiveIntegerField()
    overdue = models.PositiveIntegerField()
    sent_back = models.PositiveIntegerField()
    supervised = models.PositiveIntegerField()

    class Meta:
        ordering = ["rank", "organisation__code"]
        constraints = [models.UniqueConstraint(fields=["circular", "organisation"], name="circular_line_once")]

    def __str__(self) -> str:
        return f"{self.rank} {self.organisation}"


class WarningLetter(CaseFacts):
    """警示函: why, the talk and what was promised. 依据 C14."""

    number = models.CharField("文号", max_length=40)
    reason = models.TextField("事由")
    is_talk_wanted = models.BooleanField("约谈", default=True)
    talked_on = models.DateField("约谈日期", null=True)
    talk_record = models.TextField("约谈记录", blank=True, default="")
    promise = models.TextField("承诺", blank=True, default="")
    promised_on = models.DateField("承诺日期", null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "警示函"

    def __str__(self) -> str:
        return self.number

    @property
    def step(self) -> WarningStep:
        return step_of(talk_wanted=self.is_talk_wanted, talked_on=self.talked_on, promised_on=self.promised_on)


class Ruling(CaseFacts):
    """跨部门问题的裁定: asked in writing, ruled on by the office, the conference, the government or the staffing commission. 依据 A17."""

    asked_by = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    question = models.TextField("请示事项")
    body = models.CharField("裁定机关", max_length=12, choices=RulingBody.choices(), default=RulingBody.OFFICE)
    ruling = models.TextField("裁定", blank=True, default="")
    ruled_on = models.DateField("裁定日期", null=True)
    responsible = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    follow_up = models.OneToOneField(Case, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        verbose_name = "裁定"

    def __str__(self) -> str:
        return self.question[:60]

    @property
    def body_term(self) -> RulingBody:
        return RulingBody(self.body)


class ProblemPoint(OfOffice):
    """问题点: one of the problems a plan lists for self-examination (重点治理的突出问题). 依据 Y."""

    drive_name = models.CharField("所属方案", max_length=200)
    #: The plan it was read from; empty where somebody typed it.
    plan = models.UUIDField("方案", null=True)
    position = models.PositiveSmallIntegerField()
    #: As the document numbers it: （一）1.
    number = models.CharField("编号", max_length=20, blank=True, default="")
    group = models.CharField("类别", max_length=200, blank=True, default="")
    text = models.TextField("问题")
    #: Codes of the problems of the catalogue it speaks of, the surest first.
    topics = models.JSONField("对应目录", default=list)

    class Meta:
        ordering = ["drive_name", "position"]
        verbose_name = "问题点"
        constraints = [models.UniqueConstraint(fields=["region", "drive_name", "position"], name="problem_point_once")]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def shown_number(self) -> str:
        return self.number or str(self.position)


class SelfExamination(CaseFacts):
    """自查: one unit against the points of one plan."""

    drive_name = models.CharField("所属方案", max_length=200)
    asks = models.CharField("自查内容", max_length=10, choices=Asks.choices(), default=Asks.PROBLEMS)

    class Meta:
        ordering = ["-id"]
        verbose_name = "自查"

    def __str__(self) -> str:
        return self.drive_name


class PointAnswer(Row):
    """一个问题点的对照结果. One that is present leads to a row of the ledger or to a task."""

    examination = models.ForeignKey(SelfExamination, on_delete=models.PROTECT, related_name="answers")
    point = models.ForeignKey(ProblemPoint, on_delete=models.PROTECT, related_name="answers")
    answer = models.CharField(max_length=14, choices=Answer.choices(), blank=True, default="")
    spot = models.CharField("在哪里", max_length=200, blank=True, default="")
    #: Ids of the pieces of evidence that show it; they hang on the case.
    proofs = models.JSONField("佐证", default=list)
    note = models.CharField("说明", max_length=500, blank=True, default="")
    linked = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="point_answers")

    class Meta:
        ordering = ["point__position"]
        verbose_name = "对照结果"
        constraints = [models.UniqueConstraint(fields=["examination", "point"], name="point_answer_once")]

    def __str__(self) -> str:
        return str(self.point)

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return SelfExamination.view_grants()

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q(examination__in=SelfExamination.objects.filter(SelfExamination.within(reach)))

    @property
    def place(self) -> Place:
        return self.examination.place

    @property
    def answer_term(self) -> Answer | ItemAnswer | None:
        """In the words of what was asked: present or not, done or not."""
        if not self.answer:
            return None
        said = Answer(self.answer)
        return ItemAnswer.saying(said) if self.examination.asks == Asks.ITEMS else said


class PlannedInspection(OfOffice):
    """年度监督检查计划的一行: what a department means to inspect in a month, and for which campaigns. 依据 C17."""

    year = models.PositiveSmallIntegerField("年度")
    month = models.PositiveSmallIntegerField("月份")
    what = models.CharField("检查内容", max_length=300)
    objects_text = models.CharField("检查对象", max_length=300)
    number = models.PositiveIntegerField("计划数", default=1)
    #: [{"id", "name"}] of the campaigns whose contents this line covers.
    drives = models.JSONField("专项行动", default=list)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="planned_inspection")

    class Meta:
        ordering = ["year", "month", "organisation_code"]
        verbose_name = "年度监督检查计划"

    def __str__(self) -> str:
        return self.what

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (*SupervisionGrants, LoopGrants.HANDLE)


class Practice(OfOffice):
    """典型经验: recommended, reviewed, published, and made a standing rule. 依据 A20."""

    title = models.CharField("名称", max_length=200)
    text = models.TextField("做法与成效")
    is_demonstration = models.BooleanField("示范单位", default=False)
    evidence = models.ForeignKey(Evidence, null=True, on_delete=models.PROTECT, related_name="+")
    recommended_at = models.DateTimeField("推荐时间")
    reviewed_at = models.DateTimeField("评审时间", null=True)
    is_accepted = models.BooleanField("采纳", default=False)
    opinion = models.CharField("评审意见", max_length=500, blank=True, default="")
    published_at = models.DateTimeField("推广时间", null=True)
    rule_name = models.CharField("固化为制度", max_length=200, blank=True, default="")
    rule_from_on = models.DateField("制度施行日期", null=True)

    class Meta:
        ordering = ["-recommended_at"]
        verbose_name = "典型经验"

    def __str__(self) -> str:
        return self.title

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (*SupervisionGrants, LoopGrants.HANDLE, LoopGrants.READ)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        """What is published is for everybody who works here; the rest for who recommended it and who reviews."""
        return any_of(
            [
                Q(published_at__isnull=False),
                *(below("region_path", r) for r in reach.regions),
                *([Q(organisation_code__in=sorted(reach.organisations))] if reach.organisations else []),
            ]
        )

    @property
    def state(self) -> PracticeState:
        if self.rule_from_on is not None:
            return PracticeState.STANDING
        if self.published_at is not None:
            return PracticeState.PUBLISHED
        if self.reviewed_at is None:
            return PracticeState.RECOMMENDED
        return PracticeState.ACCEPTED if self.is_accepted else PracticeState.DECLINED
