"""备案."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bihuan.core.access.rows import PathField, Row
from bihuan.domains.major_hazard_filing.terms import FilingGrants, FilingState
from bihuan.engines.major_hazard.terms import Grade
from bihuan.parties.models import Organisation
from bihuan.registers.major_hazards.models import Calculation, HazardUnit


class Filing(Row):
    """备案: of one unit, resting on one version of its calculation. A new one supersedes it; nothing is deleted."""

    unit = models.ForeignKey(HazardUnit, on_delete=models.PROTECT, related_name="filings")
    calculation = models.ForeignKey(Calculation, on_delete=models.PROTECT, related_name="filings")
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    number = models.CharField("备案编号", max_length=60)
    grade = models.CharField("备案级别", max_length=4, choices=Grade.choices())
    filed_on = models.DateField("备案日期")
    evaluated_on = models.DateField("安全评估日期")
    evaluation_due_on = models.DateField("下次评估期限", db_index=True)
    state = models.CharField("状态", max_length=14, choices=FilingState.choices(), default=FilingState.CURRENT)
    deregistered_on = models.DateField("核销日期", null=True)
    because = models.CharField("核销原因", max_length=300, blank=True, default="")
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, db_index=True)

    class Meta:
        ordering = ["-filed_on", "-id"]
        verbose_name = "重大危险源备案"
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(state="current"), name="filing_current_once_a_unit"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return self.unit.get_absolute_url()

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return tuple(FilingGrants)

    @property
    def grade_term(self) -> Grade:
        return Grade(self.grade)

    @property
    def state_term(self) -> FilingState:
        return FilingState(self.state)
