"""批示, 公文, 收文单位."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from bihuan.core.access.context import Actor
from bihuan.core.access.rows import PathField, Row, any_of, below
from bihuan.core.access.scope import Place, Reach
from bihuan.core.evidence.models import Evidence
from bihuan.domains.office_documents.rules import step_of
from bihuan.domains.office_documents.terms import InstructionStep, OfficeDocumentsGrants, Openness
from bihuan.loop.models import Case
from bihuan.loop.terms import LoopGrants
from bihuan.parties.models import Organisation


class OfOffice(Row):
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_code = models.CharField(max_length=40, db_index=True)
    region_path = PathField(db_index=True)

    class Meta:
        abstract = True

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (OfficeDocumentsGrants.READ, OfficeDocumentsGrants.KEEP)


class Instruction(OfOffice):
    """领导批示: of the office that received it; its carrying out is a case."""

    leader = models.CharField("批示领导", max_length=60)
    on_what = models.CharField("批示件", max_length=200)
    words = models.TextField("批示内容")
    instructed_on = models.DateField("批示日期")
    #: The case it was written on, and who wrote it there; both empty where a clerk entered what came on paper.
    about = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="instructions")
    instructed_by = models.CharField(max_length=80, blank=True, default="", db_index=True)
    proposal = models.TextField("拟办意见", blank=True, default="")
    case = models.OneToOneField(Case, null=True, on_delete=models.PROTECT, related_name="instruction")
    feedback = models.TextField("反馈情况", blank=True, default="")
    fed_back_on = models.DateField("反馈日期", null=True)

    personal_fields = frozenset({"leader"})

    class Meta:
        ordering = ["-instructed_on", "-id"]
        verbose_name = "领导批示"

    def __str__(self) -> str:
        return self.on_what

    @property
    def step(self) -> InstructionStep:
        return step_of(
            has_case=self.case is not None,
            is_open=self.case is not None and self.case.is_open,
            fed_back_on=self.fed_back_on,
        )


class OfficeDocument(OfOffice):
    """公文: numbered, with its openness, sent to units that sign for it."""

    number = models.CharField("发文字号", max_length=40, unique=True)
    title = models.CharField("标题", max_length=200)
    issued_on = models.DateField("成文日期")
    openness = models.CharField("公开属性", max_length=12, choices=Openness.choices())
    closed_because = models.CharField("不予公开的依据", max_length=200, blank=True, default="")
    file = models.ForeignKey(Evidence, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField("发送时间")

    class Meta:
        ordering = ["-sent_at"]
        verbose_name = "公文"

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("office-document", kwargs={"document_id": self.pk})

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (*OfficeDocumentsGrants, LoopGrants.HANDLE)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        codes = sorted(reach.organisations)
        sent = Receipt.objects.filter(organisation_code__in=codes).values("document")
        own = [Q(organisation_code__in=codes), Q(pk__in=sent)] if codes else []
        return any_of([*(below("region_path", r) for r in reach.regions), *own])

    @property
    def openness_term(self) -> Openness:
        return Openness(self.openness)


class Receipt(Row):
    """收文: of one unit; who signed for it, and when."""

    document = models.ForeignKey(OfficeDocument, on_delete=models.PROTECT, related_name="receipts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_code = models.CharField(max_length=40, db_index=True)
    region_path = PathField(db_index=True)
    signed_at = models.DateTimeField("签收时间", null=True)
    signed_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        ordering = ["organisation_code"]
        verbose_name = "收文"
        constraints = [models.UniqueConstraint(fields=["document", "organisation"], name="receipt_once")]

    def __str__(self) -> str:
        return self.organisation_code

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return OfficeDocument.view_grants()

    @property
    def place(self) -> Place:
        return Place(self.region_path, frozenset([self.organisation_code]))


def evidence_seen_by(actor: Actor) -> Q:
    """Whoever sees a document sees its file."""
    return Q(pk__in=OfficeDocument.objects.visible_to(actor).filter(file__isnull=False).values("file"))
