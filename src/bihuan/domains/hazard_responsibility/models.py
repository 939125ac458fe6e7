"""包保责任人与其职责事项."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bihuan.core.access.rows import PathField, Row
from bihuan.domains.hazard_responsibility.terms import LeadRole, ResponsibilityGrants
from bihuan.kernel.identity import new_id
from bihuan.loop.models import Case
from bihuan.parties.models import Person
from bihuan.registers.major_hazards.models import HazardUnit


class Lead(Row):
    """包保责任人: of one unit in one role, from a day until another; the day of `until_on` is no longer his."""

    unit = models.ForeignKey(HazardUnit, on_delete=models.PROTECT, related_name="leads")
    role = models.CharField("责任", max_length=16, choices=LeadRole.choices())
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="hazards_led")
    deputy = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="hazards_deputised")
    from_on = models.DateField("任职日期")
    until_on = models.DateField("离任日期", null=True)
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, db_index=True)

    class Meta:
        ordering = ["unit", "role", "from_on"]
        verbose_name = "包保责任人"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "role"], condition=Q(until_on__isnull=True), name="lead_one_a_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.role}"

    def get_absolute_url(self) -> str:
        return self.unit.get_absolute_url()

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return tuple(ResponsibilityGrants)

    @property
    def role_term(self) -> LeadRole:
        return LeadRole(self.role)


class LeadDuty(models.Model):
    """One case of one duty of one lead in one period: the constraint is what makes it once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="duties")
    duty = models.CharField(max_length=20)
    period = models.DateField()
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lead", "duty", "period"], name="lead_duty_once_a_period")]

    def __str__(self) -> str:
        return f"{self.duty} {self.period}"
