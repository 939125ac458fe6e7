"""机构设置、执法保障、学习培训."""

from __future__ import annotations

from django.db import models

from bihuan.core.access.rows import PathField
from bihuan.core.records.models import Arriving, RegisterRow
from bihuan.parties.models import Organisation
from bihuan.registers.public_bodies.terms import BodyForm, LearningKind, MeansKind


class OfBody(Arriving, RegisterRow):
    """What is kept of one public body."""

    code = models.CharField("登记编号", max_length=40, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_code = models.CharField(max_length=40, db_index=True)
    region_path = PathField(db_index=True)
    is_ended = models.BooleanField(default=False)

    class Meta:
        abstract = True


class BodySetUp(OfBody):
    """机构设置: in which form a bureau enforces, and whether a park has a safety organ of its own. 依据 B14, D01."""

    form = models.CharField("设置形式", max_length=12, choices=BodyForm.choices())
    organ = models.CharField("机构名称", max_length=80, blank=True, default="")
    basis = models.CharField("依据", max_length=200)
    from_on = models.DateField("自", db_index=True)

    class Meta:
        ordering = ["organisation_code", "code"]
        verbose_name = "机构设置"

    def __str__(self) -> str:
        return f"{self.organisation_code} {BodyForm(self.form).label.zh}"


class EnforcementMeans(OfBody):
    """执法保障: money, people, vehicles and supplies of a year, what is needed and what there is. 依据 B15, D05."""

    year = models.PositiveSmallIntegerField("年度", db_index=True)
    kind = models.CharField("种类", max_length=16, choices=MeansKind.choices())
    item = models.CharField("项目", max_length=80)
    needed = models.DecimalField("需要", max_digits=12, decimal_places=2)
    held = models.DecimalField("现有（已列）", max_digits=12, decimal_places=2)
    measured_in = models.CharField("计量单位", max_length=12)
    is_in_budget = models.BooleanField("已列入同级预算", default=False)
    basis = models.CharField("依据", max_length=200)
    #: Follows from the two numbers; a column, so that the list can be narrowed to it.
    is_short = models.BooleanField("存在缺口", default=False, db_index=True)

    class Meta:
        ordering = ["-year", "organisation_code", "code"]
        verbose_name = "执法保障"

    def __str__(self) -> str:
        return f"{self.year} {self.item}"


class LearningRecord(OfBody):
    """学习培训记录: what was studied when, under which leader, with how many, by which paper. 依据 B12, E07."""

    kind = models.CharField("种类", max_length=8, choices=LearningKind.choices())
    topic = models.CharField("内容", max_length=200)
    held_on = models.DateField("日期", db_index=True)
    leader = models.CharField("主持领导（职务）", max_length=80)
    took_part = models.PositiveIntegerField("参加人数")
    should = models.PositiveIntegerField("应参加人数")
    paper = models.CharField("纪要（文号）", max_length=120)

    class Meta:
        ordering = ["-held_on", "code"]
        verbose_name = "学习培训记录"

    def __str__(self) -> str:
        return self.topic
