"""职责条款、职责划分、空格、年度清单、领导干部清单、交接."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse

from bihuan.core.access.rows import PathField, Row, any_of, below
from bihuan.core.access.scope import Reach
from bihuan.domains.responsibilities.terms import ListKind, PaperKind, PaperState, ResponsibilitiesGrants
from bihuan.kernel.identity import new_id
from bihuan.loop.models import CaseFacts
from bihuan.loop.terms import LoopGrants
from bihuan.parties.models import Organisation, Person, Post, Region
from bihuan.parties.rules import ancestors


class OfUnit(Row):
    """What is kept of one unit: who does what is no secret among public bodies' own people in the same region."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_code = models.CharField(max_length=40, db_index=True)
    region_path = PathField(db_index=True)

    class Meta:
        abstract = True

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (*ResponsibilitiesGrants, LoopGrants.HANDLE)


class Clause(OfUnit):
    """职责条款: one thing a unit answers for, by which document, since when, at which post, by whom. 依据 B06, A07."""

    number = models.PositiveSmallIntegerField("序号")
    text = models.TextField("职责")
    basis = models.CharField("依据", max_length=300)
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="clauses")
    from_on = models.DateField("生效日期")
    until_on = models.DateField("失效日期", null=True)

    class Meta:
        ordering = ["organisation_code", "number"]
        verbose_name = "职责条款"
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="clause_number_once")]

    def __str__(self) -> str:
        return self.text[:80]


class Division(OfUnit):
    """职责划分: what a unit says of every link and sector from a day on. A later word replaces it, and both stay."""

    in_charge = models.JSONField("主管", default=list)
    cooperates = models.JSONField("配合", default=list)
    basis = models.CharField("依据", max_length=300)
    from_on = models.DateField("生效日期")
    until_on = models.DateField("失效日期", null=True)

    class Meta:
        ordering = ["organisation_code", "from_on"]
        verbose_name = "职责划分"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(until_on__isnull=True), name="division_in_force_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_code} {self.from_on}"


class Gap(CaseFacts):
    """空格: a line without anybody in charge, or a unit that has said nothing; the case is the backstop's. 依据 B08, B10."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    #: The link or sector; empty where the unit's whole column is empty.
    line = models.CharField("环节或行业", max_length=30, blank=True, default="")

    class Meta:
        verbose_name = "职责空格"

    def __str__(self) -> str:
        return self.line


class LeaderItem(CaseFacts):
    """领导干部年度清单的一项: the case is due, the record of what was done is its evidence. 依据 B11."""

    year = models.PositiveSmallIntegerField("年度")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="leader_items")

    class Meta:
        ordering = ["year", "person"]
        verbose_name = "领导干部重点工作"

    def __str__(self) -> str:
        return f"{self.year} {self.case}"


class YearlyList(OfUnit):
    """年度清单: as it was published, with its digest; the next version stands beside it. 依据 A06."""

    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("清单", max_length=18, choices=ListKind.choices())
    version_no = models.PositiveSmallIntegerField("版次")
    #: [{"no", "text", "basis", "due", "post", "person"}]
    rows = models.JSONField(default=list)
    digest = models.CharField("摘要", max_length=64)
    published_at = models.DateTimeField("发布时间")

    #: They name people; the digest beside them stays in the clear.
    personal_fields = frozenset({"rows"})

    class Meta:
        ordering = ["-year", "kind", "-version_no"]
        verbose_name = "年度清单"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "year", "kind", "version_no"], name="yearly_list_once")
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.kind} {self.version_no}"


class HandOver(OfUnit):
    """交接: who passed what on to whom, in numbers."""

    leaver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="handed_over")
    successor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="taken_over")
    on = models.DateField("交接日期")
    cases = models.PositiveIntegerField("事项")
    clauses = models.PositiveIntegerField("职责")
    posts = models.PositiveIntegerField("岗位")
    note = models.CharField("说明", max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-on", "-id"]
        verbose_name = "交接"

    def __str__(self) -> str:
        return f"{self.leaver} → {self.successor}"


class Paper(OfUnit):
    """职责与制度文件: drafted, published as a numbered version with its day, replaced by the next one; all stay. 依据 B07, C11."""

    kind = models.CharField("种类", max_length=12, choices=PaperKind.choices())
    title = models.CharField("名称", max_length=200)
    text = models.TextField("正文")
    #: The versions of one paper share this key.
    series = models.UUIDField("系列", default=new_id, editable=False, db_index=True)
    version_no = models.PositiveSmallIntegerField("版次")
    number = models.CharField("文号", max_length=60, blank=True, default="")
    from_on = models.DateField("施行日期", null=True)
    until_on = models.DateField("失效日期", null=True)
    published_at = models.DateTimeField("发布时间", null=True)
    digest = models.CharField("摘要", max_length=64, blank=True, default="")

    class Meta:
        ordering = ["organisation_code", "kind", "-version_no"]
        verbose_name = "职责与制度文件"
        constraints = [models.UniqueConstraint(fields=["series", "version_no"], name="paper_version_once")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("responsibility-paper", kwargs={"paper_id": self.pk})

    @classmethod
    def within(cls, reach: Reach) -> Q:
        """By region and unit; what is published also in the places below it, where it holds."""
        conditions = [below("region_path", r) for r in reach.regions]
        if above := sorted({a for r in reach.regions for a in ancestors(r)} - set(reach.regions)):
            conditions.append(Q(region_path__in=above, published_at__isnull=False))
        if reach.organisations:
            conditions.append(Q(organisation_code__in=sorted(reach.organisations)))
        return any_of(conditions)

    def state_on(self, on: date) -> PaperState:
        if self.from_on is None:
            return PaperState.DRAFT
        if on < self.from_on:
            return PaperState.COMING
        return PaperState.IN_FORCE if self.until_on is None or on < self.until_on else PaperState.ENDED


class TaskBasis(CaseFacts):
    """任务依据: the clause of its owner's duties that a task rests on. 依据 B06."""

    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="tasks")

    class Meta:
        verbose_name = "任务依据"

    def __str__(self) -> str:
        return str(self.clause)
