"""监管人员."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from bihuan.core.access.rows import PathField, any_of, below
from bihuan.core.access.scope import Place, Reach
from bihuan.core.records.models import Arriving, RegisterRow
from bihuan.parties.models import Organisation
from bihuan.registers.staff import rules
from bihuan.registers.staff.terms import Degree, Duty


class StaffMember(Arriving, RegisterRow):
    """监管人员: one post that is filled. The name is personal; every figure is counted without it."""

    code = models.CharField("人员编号", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=60)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="staff")
    organisation_code = models.CharField(max_length=40, db_index=True)
    region_path = PathField(db_index=True)
    post = models.CharField("岗位", max_length=80)
    duty = models.CharField("岗位性质", max_length=12, choices=Duty.choices())
    is_full_time = models.BooleanField("专职", default=False)
    is_dedicated = models.BooleanField("专岗专用", default=False)
    other_duties = models.CharField("兼任工作", max_length=200, blank=True, default="")
    degree = models.CharField("学历", max_length=10, choices=Degree.choices())
    has_relevant_degree = models.BooleanField("化工安全相关专业", default=False)
    practice_years = models.DecimalField("从业实践年限", max_digits=4, decimal_places=1)
    qualification = models.CharField("执业资格", max_length=80, blank=True, default="")
    qualified_until = models.DateField("资格有效期至", null=True, db_index=True)
    joined_on = models.DateField("到岗日期", db_index=True)
    left_on = models.DateField("离岗日期", null=True)
    is_removed = models.BooleanField(default=False)

    personal_fields = frozenset({"name"})

    class Meta:
        ordering = ["organisation_code", "code"]
        verbose_name = "监管人员"

    def __str__(self) -> str:
        return f"{self.code} {self.post}"

    @classmethod
    def within(cls, reach: Reach) -> Q:
        organisations = [Q(organisation_code__in=sorted(reach.organisations))] if reach.organisations else []
        return any_of([*(below("region_path", r) for r in reach.regions), *organisations])

    @property
    def place(self) -> Place:
        return Place(self.region_path, frozenset([self.organisation_code]))

    def facts(self) -> rules.StaffFacts:
        return rules.StaffFacts(
            duty=Duty(self.duty),
            is_full_time=self.is_full_time,
            is_dedicated=self.is_dedicated,
            has_relevant_degree=self.has_relevant_degree,
            practice_years=self.practice_years,
            qualified_until=self.qualified_until if self.qualification else None,
        )

    @classmethod
    def serving(cls, on: date) -> Q:
        """In post on a day. The day of leaving is the first without them."""
        return Q(is_removed=False, joined_on__lte=on) & (Q(left_on__isnull=True) | Q(left_on__gt=on))
