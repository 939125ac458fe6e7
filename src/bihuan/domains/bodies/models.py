"""机构、席位、会议、决定、专家、咨询."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from bihuan.core.access.context import Actor
from bihuan.core.access.rows import PathField, Row, any_of, below
from bihuan.core.access.scope import Place, Reach
from bihuan.core.evidence.models import Evidence
from bihuan.core.protection.fields import PhoneField
from bihuan.domains.bodies.terms import BodiesGrants, BodyKind, SeatRole
from bihuan.loop.models import CaseFacts
from bihuan.loop.terms import LoopGrants, ProofRhythm
from bihuan.parties.models import Organisation, Person, Region


class Body(Row):
    """议事协调机构: seen where it lies, by its office, and by every unit that sits in it."""

    kind = models.CharField("类别", max_length=12, choices=BodyKind.choices())
    name = models.CharField("名称", max_length=120)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    region_path = PathField(db_index=True)
    #: Where its office is: who calls, minutes and follows up.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_code = models.CharField(max_length=40, db_index=True)
    basis = models.CharField("依据", max_length=300)
    established_on = models.DateField("设立日期")
    dissolved_on = models.DateField("撤销日期", null=True)
    rhythm = models.CharField("会议周期", max_length=12, choices=ProofRhythm.choices(), blank=True, default="")
    #: 参照设立: every place directly below must have one of its own.
    is_mirrored_below = models.BooleanField("各地参照设立", default=False)
    mirrors = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="mirrored_by")

    class Meta:
        ordering = ["region_path", "kind", "name"]
        verbose_name = "议事协调机构"
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="body_name_once_a_region")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("body", kwargs={"body_id": self.pk})

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (*BodiesGrants, LoopGrants.HANDLE)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        codes = sorted(reach.organisations)
        own = [
            Q(organisation_code__in=codes),
            Q(pk__in=Seat.objects.filter(organisation__code__in=codes).values("body")),
        ]
        return any_of([*(below("region_path", r) for r in reach.regions), *(own if codes else [])])

    @property
    def rhythm_term(self) -> ProofRhythm | None:
        return ProofRhythm(self.rhythm) if self.rhythm else None


class OfBody(Row):
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="%(class)ss")

    class Meta:
        abstract = True

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return Body.view_grants()

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q(body__in=Body.objects.filter(Body.within(reach)))

    @property
    def place(self) -> Place:
        return self.body.place


class Seat(OfBody):
    """席位: unit, post and person, from a day until another. Half-open."""

    role = models.CharField("席位", max_length=12, choices=SeatRole.choices())
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    post = models.CharField("职务", max_length=80, blank=True, default="")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField("任职日期")
    until_on = models.DateField("离任日期", null=True)

    class Meta:
        ordering = ["from_on", "id"]
        verbose_name = "席位"

    def __str__(self) -> str:
        return f"{self.organisation} {self.role}"

    @property
    def role_term(self) -> SeatRole:
        return SeatRole(self.role)


class Meeting(OfBody):
    """会议: with agenda, who was there, and the minutes as evidence. 依据 A16."""

    number = models.CharField("期号", max_length=40, blank=True, default="")
    title = models.CharField("名称", max_length=200)
    held_on = models.DateField("日期")
    agenda = models.JSONField("议题", default=list)
    present = models.ManyToManyField(Organisation, related_name="+")
    minutes = models.ForeignKey(Evidence, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-held_on", "-id"]
        verbose_name = "会议"

    def __str__(self) -> str:
        return self.title


class Decision(CaseFacts):
    """会议决定: a case of the unit that is to carry it out."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="decisions")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        verbose_name = "会议决定"

    def __str__(self) -> str:
        return str(self.case)


class Mirror(CaseFacts):
    """参照设立: asked of a place that has none."""

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="asked")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "参照设立"

    def __str__(self) -> str:
        return f"{self.region} {self.body}"


class Expert(OfBody):
    """专家: of an expert group, for a term, with specialities. 依据 B02."""

    name = models.CharField("姓名", max_length=60)
    unit = models.CharField("单位", max_length=120)
    title = models.CharField("职称", max_length=60, blank=True, default="")
    specialities = models.JSONField("专业", default=list)
    phone = PhoneField("电话", blank=True, default="")
    from_on = models.DateField("聘期起")
    until_on = models.DateField("聘期止")

    personal_fields = frozenset({"name", "phone"})

    class Meta:
        ordering = ["name"]
        verbose_name = "专家"

    def __str__(self) -> str:
        return self.name


class Advice(OfBody):
    """咨询意见: what an expert was asked, and said."""

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="advice")
    given_on = models.DateField("日期")
    question = models.CharField("问题", max_length=300)
    text = models.TextField("意见")

    class Meta:
        ordering = ["-given_on", "-id"]
        verbose_name = "咨询意见"

    def __str__(self) -> str:
        return self.question


def evidence_seen_by(actor: Actor) -> Q:
    """Whoever sees a body sees the minutes of its meetings."""
    return Q(pk__in=Meeting.objects.visible_to(actor).filter(minutes__isnull=False).values("minutes"))
