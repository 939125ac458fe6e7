"""事项及其各方、步骤、对象、佐证、催办."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar, Self
from urllib.parse import quote

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import get_script_prefix, get_urlconf, reverse

from bihuan.core.access.context import Actor
from bihuan.core.access.rows import PathField, Row, ScopedQuerySet, any_of, below
from bihuan.core.access.scope import Place, Reach
from bihuan.core.evidence.models import Evidence
from bihuan.kernel.identity import new_id
from bihuan.loop.terms import Level, LoopGrants, Move, PartyRole, ProofRhythm, Stage
from bihuan.parties.models import Organisation, Person, Region, Thing


@lru_cache(maxsize=8)
def _around_the_number(prefix: str, urlconf: str | None) -> tuple[str, str]:
    """The address of a case without its number: a list shows a hundred, and Django takes its time over each."""
    before, after = reverse("case", kwargs={"number": "NUMBER"}, urlconf=urlconf).split("NUMBER")
    return before, after


class Counter(models.Model):
    """编号: the last number given out in a series. Locked by the transaction that takes the next."""

    series = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.series} {self.last}"


class CaseQuerySet(ScopedQuerySet):
    def visible_in_order(self, actor: Actor) -> Self:
        """The same rows as `visible_to`, for a list that is read along the index of its order and cut after a page."""
        return self._reached_by(actor, within=Case.within_in_order)


class Case(Row):
    """事项: something that somebody owns, with a time limit, moved by actions with evidence, verified by somebody else."""

    number = models.CharField("编号", max_length=20, unique=True)
    kind = models.CharField("类别", max_length=40)
    title = models.CharField("事项", max_length=300)
    text = models.TextField("内容", blank=True, default="")
    clause = models.TextField("依据原文", blank=True, default="")
    source = models.CharField("来源", max_length=120, blank=True, default="")
    thing = models.ForeignKey(Thing, null=True, on_delete=models.PROTECT, related_name="cases")
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="owned_cases")
    organisation_code = models.CharField(max_length=40)
    owner_person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="cases")
    supervisor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="supervised_cases")
    supervisor_code = models.CharField(max_length=40)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="cases")
    region_path = PathField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children", db_index=False)
    level = models.CharField("等级", max_length=10, choices=Level.choices(), default=Level.ORDINARY)
    stage = models.CharField("阶段", max_length=12, choices=Stage.choices(), default=Stage.ISSUED)
    stage_since = models.DateTimeField("阶段起始")
    is_open = models.BooleanField(default=True)
    due_on = models.DateField("期限", null=True)
    first_due_on = models.DateField("原定期限", null=True)
    is_ongoing = models.BooleanField("持续推进", default=False)
    proof_rhythm = models.CharField(max_length=12, choices=ProofRhythm.choices(), blank=True, default="")
    is_supervised = models.BooleanField("督办", default=False)
    times_chased = models.PositiveSmallIntegerField("催办次数", default=0)
    times_sent_back = models.PositiveSmallIntegerField("退回次数", default=0)
    submitted_by = models.CharField(max_length=80, blank=True, default="")
    closed_at = models.DateTimeField("销号时间", null=True)
    wanted_due_on = models.DateField("申请延至", null=True)
    wanted_because = models.CharField("延期理由", max_length=300, blank=True, default="")
    #: The rules it was opened under: a later rule does not rewrite the past.
    escalation = models.JSONField(default=list)
    escalated = models.JSONField(default=list)
    next_escalation_on = models.DateField(null=True)

    objects: ClassVar[Any] = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "事项"
        indexes = [
            # Holds all that the overview counts, so that no row is fetched for it.
            models.Index(fields=["region_path", "is_open", "stage", "due_on", "is_supervised"], name="case_by_region"),
            models.Index(fields=["organisation_code", "stage", "due_on", "id"], name="case_by_owner"),
            models.Index(fields=["supervisor_code", "stage", "due_on", "id"], name="case_by_supervisor"),
            models.Index(fields=["next_escalation_on"], name="case_to_escalate", condition=Q(is_open=True)),
            models.Index(fields=["kind", "stage"], name="case_by_kind"),
            # Who is behind: counted unit by unit without fetching a row.
            models.Index(
                fields=["organisation_code", "due_on", "region_path"],
                name="case_behind",
                condition=Q(is_open=True),
            ),
            # The order of the list; the region is in it, so that a deep page is found without fetching a row.
            models.Index(fields=["is_open", "due_on", "id", "region_path"], name="case_by_urgency"),
            models.Index(
                fields=["supervisor_code", "due_on", "id"],
                name="case_wanting_time",
                condition=Q(wanted_due_on__isnull=False),
            ),
            # Most cases have no parent: with them in it, SQLite takes the index for useless and reads the whole table.
            models.Index(fields=["parent"], name="case_by_parent", condition=Q(parent__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(organisation_code=models.F("supervisor_code")), name="case_verified_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        before, after = _around_the_number(get_script_prefix(), get_urlconf())
        return f"{before}{quote(self.number, safe='')}{after}"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (LoopGrants.READ, LoopGrants.HANDLE, LoopGrants.VERIFY, LoopGrants.DIRECT)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return cls._within(reach, in_order=False)

    @classmethod
    def within_in_order(cls, reach: Reach) -> Q:
        """The same condition, with the region looked at row by row."""
        return cls._within(reach, in_order=True)

    @classmethod
    def _within(cls, reach: Reach, *, in_order: bool) -> Q:
        conditions = [below("region_path", r, along_another_index=in_order) for r in reach.regions]
        if reach.organisations:
            codes = sorted(reach.organisations)
            conditions.append(Q(pk__in=CaseParty.objects.filter(organisation_code__in=codes).values("case_id")))
        return any_of(conditions)

    @property
    def stage_term(self) -> Stage:
        return Stage(self.stage)

    @property
    def place(self) -> Place:
        """For reading and directing: the region, and the owner."""
        return Place(self.region_path, frozenset([self.organisation_code]))


class CaseParty(models.Model):
    """各方: every organisation that has to do with a case, with its role. What scoped reading joins to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parties")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="case_parts")
    organisation_code = models.CharField(max_length=40)
    role = models.CharField(max_length=14, choices=PartyRole.choices())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "organisation", "role"], name="case_party_once")]
        indexes = [models.Index(fields=["organisation_code", "case"], name="case_party_by_organisation")]

    def __str__(self) -> str:
        return f"{self.organisation_code} {self.role}"


class SeenWithCase(Row):
    """A row with a `case`, seen by whoever sees the case, lying where it lies."""

    #: The link that the table itself declares.
    case: Case

    class Meta:
        abstract = True

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return Case.view_grants()

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q(Exists(Case.objects.filter(Case.within(reach), pk=OuterRef("case_id"))))

    @property
    def place(self) -> Place:
        return self.case.place


class CasePart(SeenWithCase):
    """One of many rows that belong to a case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="%(class)ss")

    class Meta:
        abstract = True


class CaseFacts(SeenWithCase):
    """What a kind of case holds besides: a satellite of one case."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="%(class)s")

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        return self.case.get_absolute_url()


class CaseStep(CasePart):
    """步骤: one move of a case: the time line people read. The sealed record of it is the audit row."""

    move = models.CharField(max_length=14, choices=Move.choices())
    from_stage = models.CharField(max_length=12, blank=True, default="")
    to_stage = models.CharField(max_length=12)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["case", "at"], name="case_step_by_case"),
            models.Index(fields=["at", "move", "case"], name="case_step_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.move} {self.at:%Y-%m-%d}"


class CaseEvidence(CasePart):
    """One piece of evidence may serve several cases; here it serves this one, at this step, for this object."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="case_links")
    step = models.ForeignKey(CaseStep, null=True, on_delete=models.PROTECT, related_name="evidence_links")
    object = models.ForeignKey("CaseObject", null=True, on_delete=models.PROTECT, related_name="evidence_links")

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["case", "evidence", "step"], name="case_evidence_once_a_step")]

    def __str__(self) -> str:
        return f"{self.evidence_id}"


def evidence_seen_by(actor: Actor) -> Q:
    """Whoever sees a case sees the evidence linked to it."""
    return Q(
        pk__in=CaseEvidence.objects.filter(case__in=Case.objects.visible_to(actor).values("pk")).values("evidence")
    )


class CaseObject(CasePart):
    """对象: one of several things a case must be done for (four named factories), each ticked off by itself."""

    name = models.CharField(max_length=120)
    thing = models.ForeignKey(Thing, null=True, on_delete=models.PROTECT, related_name="case_objects")
    done_at = models.DateTimeField(null=True)
    not_applicable_because = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["created_at", "name"]
        constraints = [models.UniqueConstraint(fields=["case", "name"], name="case_object_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_settled(self) -> bool:
        return self.done_at is not None or bool(self.not_applicable_because)


class NotApplicable(CasePart):
    """不适用: a lower level that a parent case does not concern, with the reason; it counts as covered."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    because = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "organisation"], name="not_applicable_once")]

    def __str__(self) -> str:
        return self.because


class EscalationPlan(Row):
    """催办规则: what happens at T-7, T-1, T+1, T+3 … and to whom, for one kind of case in one place."""

    kind = models.CharField("事项类别", max_length=40, blank=True, default="")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    region_path = PathField()
    steps = models.JSONField()
    from_on = models.DateField("生效日期")
    basis = models.CharField("依据", max_length=300)

    class Meta:
        ordering = ["region_path", "kind", "from_on"]
        verbose_name = "催办规则"
        constraints = [models.UniqueConstraint(fields=["kind", "region", "from_on"], name="escalation_plan_once_a_day")]

    def __str__(self) -> str:
        return f"{self.kind or '*'} {self.from_on}"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return tuple(LoopGrants)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q()


class Duty(Row):
    """周期职责: makes cases on a rhythm over a population ("every enterprise with a major hazard, each quarter")."""

    name = models.CharField("职责", max_length=200)
    kind = models.CharField("事项类别", max_length=40)
    population = models.CharField("对象群", max_length=60)
    rhythm = models.CharField("周期", max_length=12, choices=ProofRhythm.choices())
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    region_path = PathField()
    supervisor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    clause = models.CharField("依据", max_length=300, blank=True, default="")
    from_on = models.DateField("开始日期")
    until_on = models.DateField("结束日期", null=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "周期职责"

    def __str__(self) -> str:
        return self.name

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (LoopGrants.CONFIGURE, LoopGrants.DIRECT, LoopGrants.READ)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return any_of(below("region_path", r) for r in reach.regions)


class DutyCase(models.Model):
    """One case a duty made for one member in one period: the constraint is what makes it once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="made")
    member = models.CharField(max_length=100)
    period = models.DateField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["duty", "member", "period"], name="duty_case_once_a_period")]

    def __str__(self) -> str:
        return f"{self.member} {self.period}"


class WatchFinding(models.Model):
    """看门狗发现: something that should have moved and has not."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    what = models.CharField(max_length=40)
    detail = models.CharField(max_length=300)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-seen_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["what"], condition=Q(cleared_at__isnull=True), name="watch_finding_open_once"
            )
        ]

    def __str__(self) -> str:
        return self.what
