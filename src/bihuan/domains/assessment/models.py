"""考核方案、考核表、申诉、责任追究."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.urls import reverse

from bihuan.core.access.rows import PathField, Row
from bihuan.core.evidence.models import Evidence
from bihuan.domains.assessment.rules.scoring import Criterion
from bihuan.domains.assessment.terms import AssessmentGrants, Measure, PursuitMeasure
from bihuan.loop.models import Case, CaseFacts
from bihuan.loop.terms import LoopGrants
from bihuan.parties.models import Organisation, Person, Region


class Scheme(Row):
    """考核方案: of one region and year: the weights are data, and stay as they were once sheets are published."""

    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("名称", max_length=200)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    region_path = PathField(db_index=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_code = models.CharField(max_length=40, db_index=True)
    #: Who verifies what was decided on appeals.
    reviewer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    #: [{"key", "name", "measure", "points", "each"}]
    criteria = models.JSONField("指标", default=list)
    published_at = models.DateTimeField("公布时间", null=True)

    class Meta:
        ordering = ["-year", "region_path"]
        verbose_name = "考核方案"
        constraints = [models.UniqueConstraint(fields=["region", "year", "title"], name="scheme_once_a_year")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("assessment", kwargs={"scheme_id": self.pk})

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return tuple(AssessmentGrants)

    @property
    def read_criteria(self) -> list[Criterion]:
        return [
            Criterion(c["key"], c["name"], Measure(c["measure"]), Decimal(c["points"]), Decimal(c["each"]))
            for c in self.criteria
        ]


class ScoreSheet(Row):
    """考核表: of one unit; its own people see it once it is published."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="sheets")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_code = models.CharField(max_length=40, db_index=True)
    region_path = PathField(db_index=True)
    #: [{"key", "name", "measure", "points", "score", "counted", "against", "note"}]
    lines = models.JSONField(default=list)
    #: {key: [points, words]}
    by_hand = models.JSONField(default=dict)
    #: {key: points}, given back on appeal.
    granted = models.JSONField(default=dict)
    total = models.DecimalField("总分", max_digits=6, decimal_places=2, default=Decimal(0))
    computed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-total", "organisation_code"]
        verbose_name = "考核表"
        constraints = [models.UniqueConstraint(fields=["scheme", "organisation"], name="score_sheet_once")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.total}"

    def get_absolute_url(self) -> str:
        return reverse("assessment-sheet", kwargs={"sheet_id": self.pk})

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (*AssessmentGrants, LoopGrants.HANDLE)


class Appeal(CaseFacts):
    """申诉: of one line of a sheet; the organiser decides, the reviewer verifies."""

    sheet = models.ForeignKey(ScoreSheet, on_delete=models.PROTECT, related_name="appeals")
    key = models.CharField(max_length=10)
    words = models.TextField("理由")
    granted = models.DecimalField("加回", max_digits=5, decimal_places=2, null=True)
    decision = models.TextField("决定", blank=True, default="")

    class Meta:
        ordering = ["-id"]
        verbose_name = "申诉"

    def __str__(self) -> str:
        return self.words[:60]


class Pursuit(Row):
    """责任追究: from what, of whom, by which rule, with which measure; what shows it. 依据 C16."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    region_path = PathField(db_index=True)
    #: Who pursues.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_code = models.CharField(max_length=40, db_index=True)
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    #: What it follows from: a result of an assessment, a warning or another case.
    sheet = models.ForeignKey(ScoreSheet, null=True, on_delete=models.PROTECT, related_name="pursuits")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="pursuits")
    rule = models.CharField("追究依据", max_length=300)
    measure = models.CharField("追究方式", max_length=10, choices=PursuitMeasure.choices())
    words = models.TextField("情况")
    decided_on = models.DateField("决定日期")
    evidence = models.ForeignKey(Evidence, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-decided_on", "-id"]
        verbose_name = "责任追究"
        constraints = [
            models.CheckConstraint(
                condition=Q(sheet__isnull=False) | Q(case__isnull=False), name="pursuit_follows_from_something"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} {PursuitMeasure(self.measure).label.zh}"

    @property
    def measure_term(self) -> PursuitMeasure:
        return PursuitMeasure(self.measure)

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return tuple(AssessmentGrants)
