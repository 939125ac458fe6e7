"""The list of modules. Adding a domain is one folder and one line here."""

MODULES = (
    "bihuan.core.access.module",
    "bihuan.core.audit.module",
    "bihuan.core.events.module",
    "bihuan.core.evidence.module",
    "bihuan.core.exports.module",
    "bihuan.core.jobs.module",
    "bihuan.core.lawbook.module",
    "bihuan.core.notices.module",
    "bihuan.core.pages.module",
    "bihuan.core.protection.module",
    "bihuan.core.records.module",
    "bihuan.core.retention.module",
    "bihuan.core.sync.module",
    "bihuan.parties.module",
    "bihuan.loop.module",
    "bihuan.registers.enterprises.module",
    "bihuan.registers.tanks.module",
    "bihuan.registers.chemicals.module",
    "bihuan.registers.major_hazards.module",
    "bihuan.registers.staff.module",
    "bihuan.registers.parks.module",
    "bihuan.registers.installations.module",
    "bihuan.registers.licences.module",
    "bihuan.registers.supervisors.module",
    "bihuan.registers.places_of_use.module",
    "bihuan.registers.duplicates.module",
    "bihuan.registers.products.module",
    "bihuan.registers.scan_codes.module",
    "bihuan.registers.registrations.module",
    "bihuan.domains.campaign.module",
    "bihuan.domains.major_hazard_filing.module",
    "bihuan.domains.hazard_responsibility.module",
    "bihuan.domains.risk_grading.module",
    "bihuan.domains.project_screening.module",
    "bihuan.domains.register_checks.module",
    "bihuan.connectors.exchange.module",
    "bihuan.domains.assessment.module",
    "bihuan.domains.bodies.module",
    "bihuan.domains.office_documents.module",
    "bihuan.domains.responsibilities.module",
    "bihuan.domains.supervision.module",
    "bihuan.journeys.campaign_findings.module",
    "bihuan.connectors.oidc.module",
    "bihuan.site.operations.module",
)

#: Parts that hold tables and have nothing to declare.
SILENT: tuple[str, ...] = ()

#: Django applications: every module's package (its tables, templates and static files), and the silent ones.
APPS = (*SILENT, *(module.removesuffix(".module") for module in MODULES))
