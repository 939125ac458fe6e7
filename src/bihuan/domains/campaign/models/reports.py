"""报送单位、报告、报送稿、签字."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from bihuan.core.access.rows import Row
from bihuan.core.access.scope import Place, Reach
from bihuan.domains.campaign.models.plans import Campaign, CampaignPart
from bihuan.domains.campaign.terms import ReportKind
from bihuan.loop.models import Case, SeenWithCase
from bihuan.parties.models import Organisation, Person


class Reporter(CampaignPart):
    """报送单位与专人: who reports on this campaign, through whom, and who must sign. 依据 C05, C07."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_code = models.CharField(max_length=40)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    #: Capacities that must sign each report, beside whoever sends it: 党委主要负责人, 政府主要负责人.
    signers = models.JSONField("须签字的身份", default=list)
    ended_on = models.DateField("不再报送", null=True)

    class Meta:
        ordering = ["organisation__region_path", "organisation_code"]
        verbose_name = "报送单位"
        constraints = [models.UniqueConstraint(fields=["campaign", "organisation"], name="reporter_once")]

    def __str__(self) -> str:
        return str(self.organisation)

    def person_on(self, on: date) -> Person | None:
        """专人: nobody once he has left, or where another unit reports in its place."""
        if self.person is None or self.person.organisation_code != self.organisation_code:
            return None
        return self.person if self.person.is_here(on) else None


class Report(SeenWithCase):
    """报告: one report of one unit on one period. The case holds its limit and its stage; what was sent stands in snapshots."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="campaign_report")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="campaign_reports")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_code = models.CharField(max_length=40)
    kind = models.CharField("种类", max_length=12, choices=ReportKind.choices())
    #: The day the plan names; the case's limit may be extended, this stays.
    for_on = models.DateField("应报日期")
    from_on = models.DateField("报告期起")
    #: Half-open: the first day that no longer belongs to the period.
    until_on = models.DateField("报告期止（不含）")
    #: Over the whole campaign, with what others sent: the office's own, to the level above. 依据 C04.
    is_upward = models.BooleanField(default=False)
    title = models.CharField("标题", max_length=300)
    addressee = models.CharField("主送", max_length=200, blank=True, default="")
    body = models.JSONField(default=list)
    signers = models.JSONField(default=list)
    #: 无情况可报: said, not assumed.
    nothing_because = models.CharField("无情况的说明", max_length=300, blank=True, default="")
    #: What the first signature settled: figures and words as signed, and as they will be sent.
    settled = models.JSONField(null=True)
    sent_at = models.DateTimeField("报送时间", null=True)
    supplement_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="supplements")
    supplement_no = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["for_on", "organisation_code", "supplement_no"]
        verbose_name = "报告"
        indexes = [models.Index(fields=["campaign", "for_on"], name="report_by_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "organisation", "kind", "for_on", "is_upward", "supplement_no"], name="report_once"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("campaign-report", kwargs={"report_id": self.pk})

    @property
    def last_on(self) -> date:
        """The last day of its period, as people write it."""
        return self.until_on - timedelta(days=1)


class OfReport(Row):
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="%(class)ss")

    class Meta:
        abstract = True

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return Case.view_grants()

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q(Exists(Report.objects.filter(Report.within(reach), pk=OuterRef("report_id"))))

    @property
    def place(self) -> Place:
        return self.report.place


class ReportSnapshot(OfReport):
    """报送稿: what was sent, with the figures and rows of that moment. Never changed; a report sent again makes another."""

    number = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=80)
    content = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="report_snapshot_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.digest[:12]}"


class ReportSignature(OfReport):
    """签字: by a person, in a capacity, of the words as they stood. A change of the words makes it void."""

    capacity = models.CharField("身份", max_length=60)
    name = models.CharField("姓名", max_length=60)
    signed_by = models.CharField(max_length=80)
    signed_at = models.DateTimeField()
    #: Of the content signed.
    digest = models.CharField(max_length=64)
    void_at = models.DateTimeField(null=True)

    personal_fields = frozenset({"name"})

    class Meta:
        ordering = ["signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "capacity"], condition=Q(void_at__isnull=True), name="report_signed_once"
            )
        ]

    def __str__(self) -> str:
        return self.capacity
