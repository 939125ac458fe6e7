"""The list of modules. Adding a domain is one folder and one line here."""

MODULES = (
    "bihuan.core.access.module",
    "bihuan.core.events.module",
    "bihuan.core.evidence.module",
    "bihuan.parties.module",
)

#: Django applications that hold tables, lowest layer first.
APPS = (
    "bihuan.core.access",
    "bihuan.core.audit",
    "bihuan.core.events",
    "bihuan.core.evidence",
    "bihuan.core.jobs",
    "bihuan.core.sync",
    "bihuan.parties",
)
