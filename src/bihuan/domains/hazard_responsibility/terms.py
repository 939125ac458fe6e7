"""包保责任术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class ResponsibilityGrants(Term):
    READ = "hazard_responsibility.read", "查看包保责任", "See who leads major hazards"
    APPOINT = "hazard_responsibility.appoint", "任免包保责任人", "Appoint leads of major hazards"
    MAKE = "hazard_responsibility.make", "派发包保职责", "Make the cases of duties"


class LeadRole(Term):
    """三类责任人, 应急厅〔2021〕12号 第2条."""

    PRINCIPAL = "principal_lead", "主要负责人", "Principal lead"
    TECHNICAL = "technical_lead", "技术负责人", "Technical lead"
    OPERATIONS = "operations_lead", "操作负责人", "Operations lead"


class Rhythm(Term):
    """周期."""

    WEEKLY = "weekly", "每周", "Weekly"
    MONTHLY = "monthly", "每月", "Monthly"
    QUARTERLY = "quarterly", "每季度", "Quarterly"
    HALF_YEARLY = "half_yearly", "每半年", "Half-yearly"
    YEARLY = "yearly", "每年", "Yearly"


#: How the law's table names the roles.
ROLE_IN_LAW = {
    LeadRole.PRINCIPAL: "principal",
    LeadRole.TECHNICAL: "technical",
    LeadRole.OPERATIONS: "operating",
}
DUTY_KIND = "hazard_duty"
