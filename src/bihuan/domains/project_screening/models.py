"""禁限控目录、项目."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from bihuan.core.access.context import Actor
from bihuan.core.access.rows import PathField, Row
from bihuan.core.evidence.models import Evidence
from bihuan.core.records.models import Arriving, RegisterRow
from bihuan.domains.project_screening.terms import Decision, HazardGrade, Said, ScreeningGrants
from bihuan.engines.screening.terms import PlanKind, PlanUse, ProjectKind, Restriction, Verdict
from bihuan.parties.models import Organisation, Region


class RestrictedChemical(Arriving, RegisterRow):
    """禁限控目录的一条: of one place, from one day. A new edition ends the old one; what was decided keeps its own."""

    code = models.CharField("条目编号", max_length=60, unique=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="restricted_chemicals")
    restriction = models.CharField("类别", max_length=12, choices=Restriction.choices())
    name = models.CharField("化学品", max_length=160)
    cas = models.CharField(max_length=12, blank=True, default="")
    condition = models.CharField("条件", max_length=300, blank=True, default="")
    document = models.CharField("目录文件", max_length=200)
    from_on = models.DateField("自", db_index=True)
    until_on = models.DateField("至", null=True)
    is_ended = models.BooleanField(default=False)
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, blank=True, default="", db_index=True)

    class Meta:
        ordering = ["code"]
        verbose_name = "禁限控目录条目"

    def __str__(self) -> str:
        return self.name


class Project(Row):
    """项目: what is asked of it, what the screening found on the day, and the decision of somebody else."""

    number = models.CharField("项目编号", max_length=60, unique=True)
    name = models.CharField("项目名称", max_length=160)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="projects")
    organisation_code = models.CharField(max_length=40, db_index=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="projects")
    region_path = PathField(db_index=True)
    kind = models.CharField("性质", max_length=10, choices=ProjectKind.choices())
    is_chemical = models.BooleanField("化工项目", default=True)
    substances = models.JSONField("涉及化学品", default=list)
    investment = models.DecimalField("投资额（万元）", max_digits=14, decimal_places=2, null=True)
    grade_before = models.CharField("原级别", max_length=8, choices=HazardGrade.choices())
    grade_after = models.CharField("建成后级别", max_length=8, choices=HazardGrade.choices())
    in_park = models.CharField(max_length=8, choices=Said.choices())
    fits_plans = models.CharField(max_length=8, choices=Said.choices())
    conditions_met = models.CharField(max_length=8, choices=Said.choices())
    #: 用地范围, in CGCS2000, where it has been drawn.
    site = models.JSONField("用地范围", null=True)
    verdict = models.CharField("筛查结论", max_length=24, choices=Verdict.choices())
    screening = models.JSONField("筛查")
    registered_by = models.CharField(max_length=80)
    decision = models.CharField("决定", max_length=10, choices=Decision.choices(), default=Decision.OPEN)
    reason = models.TextField("理由", blank=True, default="")
    decided_by = models.CharField(max_length=80, blank=True, default="")
    decided_on = models.DateField("决定日期", null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "建设项目"
        indexes = [models.Index(fields=["decision", "region_path"], name="project_by_decision")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("project", kwargs={"project_id": self.pk})

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (ScreeningGrants.READ, ScreeningGrants.SUBMIT, ScreeningGrants.DECIDE)

    @property
    def kind_term(self) -> ProjectKind:
        return ProjectKind(self.kind)

    @property
    def verdict_term(self) -> Verdict:
        return Verdict(self.verdict)

    @property
    def decision_term(self) -> Decision:
        return Decision(self.decision)


class ProjectEvidence(Row):
    """论证材料: what the decision on a project rests on."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="evidence_links")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="project_links")
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, db_index=True)

    class Meta:
        ordering = ["created_at"]
        verbose_name = "项目论证材料"

    def __str__(self) -> str:
        return f"{self.evidence_id}"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (ScreeningGrants.READ, ScreeningGrants.SUBMIT, ScreeningGrants.DECIDE)


def evidence_seen_by(actor: Actor) -> models.Q:
    return models.Q(pk__in=ProjectEvidence.objects.visible_to(actor).values("evidence"))


class PlanLayer(Row):
    """规划图层: one drawing of a plan, from one day. A new edition ends the old one; a screening keeps what it was held against."""

    name = models.CharField("图层名称", max_length=160)
    plan = models.CharField("规划", max_length=10, choices=PlanKind.choices())
    use = models.CharField("图斑含义", max_length=10, choices=PlanUse.choices())
    document = models.CharField("批准文件", max_length=200)
    from_on = models.DateField("自")
    until_on = models.DateField("至", null=True)
    areas = models.PositiveIntegerField("图斑数")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="plan_layers")
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        ordering = ["-from_on", "name", "id"]
        verbose_name = "规划图层"

    def __str__(self) -> str:
        return self.name

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return tuple(ScreeningGrants)

    @property
    def plan_term(self) -> PlanKind:
        return PlanKind(self.plan)

    @property
    def use_term(self) -> PlanUse:
        return PlanUse(self.use)


class PlanArea(Row):
    """图斑: one area of a layer, in CGCS2000, with its box for the search."""

    layer = models.ForeignKey(PlanLayer, on_delete=models.PROTECT, related_name="drawn")
    number = models.PositiveIntegerField()
    name = models.CharField("图斑名称", max_length=120, blank=True, default="")
    shape = models.JSONField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        ordering = ["layer", "number"]
        verbose_name = "规划图斑"
        constraints = [models.UniqueConstraint(fields=["layer", "number"], name="plan_area_once_a_layer")]

    def __str__(self) -> str:
        return self.name or f"{self.number}"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return tuple(ScreeningGrants)
