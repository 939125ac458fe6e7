"""诊断评分、园区等级、企业等级. A later one supersedes an earlier; nothing is deleted."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from bihuan.core.access.context import Actor
from bihuan.core.access.rows import PathField, Row
from bihuan.core.evidence.models import Evidence
from bihuan.domains.risk_grading.terms import RiskGradingGrants
from bihuan.kernel.schemes import Doc19Colour, EnterpriseGrade, ParkGrade
from bihuan.registers.enterprises.models import Enterprise
from bihuan.registers.parks.models import Park


class _Placed(Row):
    """Lies where its subject did when it was graded."""

    is_current = models.BooleanField(default=True)
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, db_index=True)

    class Meta:
        abstract = True

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return tuple(RiskGradingGrants)


class Assessment(_Placed):
    """19号文诊断: the whole sheet as it was, under the law of its day. No colour while questions are open."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="risk_assessments")
    on = models.DateField("评估日期")
    score = models.DecimalField("得分", max_digits=6, decimal_places=2)
    colour = models.CharField("颜色", max_length=8, choices=Doc19Colour.choices(), blank=True, default="")
    answers = models.JSONField("回答")
    direct = models.JSONField("直接判红情形")
    sheet = models.JSONField("评估表")

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "安全风险诊断"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"], condition=Q(is_current=True), name="risk_assessment_current_once"
            )
        ]
        indexes = [models.Index(fields=["is_current", "colour", "region_path"], name="risk_assessment_by_colour")]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.on}"

    def get_absolute_url(self) -> str:
        return reverse("risk-assessment", kwargs={"enterprise_id": self.enterprise_id})

    @property
    def colour_term(self) -> Doc19Colour | None:
        return Doc19Colour(self.colour) if self.colour else None


class ParkGrading(_Placed):
    """园区等级: entered as an assessment found it, with its evidence. D is good."""

    park = models.ForeignKey(Park, on_delete=models.PROTECT, related_name="gradings")
    grade = models.CharField("等级", max_length=2, choices=ParkGrade.choices())
    score = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True)
    vetoes = models.CharField("否决项", max_length=500, blank=True, default="")
    #: 失分清单: [[要素, 分值, 说明], …], as the report has it.
    lost = models.JSONField("失分清单", default=list)
    document = models.CharField("依据文件", max_length=160)
    graded_on = models.DateField("评定日期")

    class Meta:
        ordering = ["-graded_on", "-id"]
        verbose_name = "园区等级"
        constraints = [
            models.UniqueConstraint(fields=["park"], condition=Q(is_current=True), name="park_grading_current_once")
        ]

    def __str__(self) -> str:
        return f"{self.park} {self.grade}"

    def get_absolute_url(self) -> str:
        return self.park.get_absolute_url()

    @property
    def grade_term(self) -> ParkGrade:
        return ParkGrade(self.grade)


class ParkGradingEvidence(Row):
    """佐证: one piece that a grade of a park rests on."""

    grading = models.ForeignKey(ParkGrading, on_delete=models.PROTECT, related_name="evidence_links")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="park_grading_links")
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, db_index=True)

    class Meta:
        ordering = ["created_at"]
        verbose_name = "园区等级佐证"

    def __str__(self) -> str:
        return f"{self.evidence_id}"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return tuple(RiskGradingGrants)


class EnterpriseGrading(_Placed):
    """企业分级监管等级: D is poor, the other way round than parks."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="gradings")
    grade = models.CharField("等级", max_length=2, choices=EnterpriseGrade.choices())
    document = models.CharField("依据文件", max_length=160)
    plan = models.CharField("提升措施", max_length=500, blank=True, default="")
    graded_on = models.DateField("评定日期")

    class Meta:
        ordering = ["-graded_on", "-id"]
        verbose_name = "企业等级"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"], condition=Q(is_current=True), name="enterprise_grading_current_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.grade}"

    def get_absolute_url(self) -> str:
        return self.enterprise.get_absolute_url()

    @property
    def grade_term(self) -> EnterpriseGrade:
        return EnterpriseGrade(self.grade)


def evidence_seen_by(actor: Actor) -> Q:
    """Whoever sees the grade of a park sees what it rests on."""
    return Q(pk__in=ParkGradingEvidence.objects.visible_to(actor).values("evidence"))
