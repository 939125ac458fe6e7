"""登记系统编码术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class RegistrationsGrants(Term):
    READ = "registrations.read", "查看登记系统编码", "See codes of the national registration"
    EDIT = "registrations.edit", "维护登记系统编码", "Keep codes of the national registration"
    REMIND = "registrations.remind", "提醒登记证换证", "Remind of renewals"


class HolderKind(Term):
    """编码种类."""

    ENTERPRISE = "enterprise", "企业编码", "Enterprise"
    PARK = "park", "园区编码", "Park"


RENEWAL_KIND = "registration_renewal"
EMERGENCY = "应急"
