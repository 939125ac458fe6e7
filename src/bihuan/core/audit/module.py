"""Declaration of the audit trail's pages."""

from __future__ import annotations

from bihuan.core.access.terms import AccessGrants
from bihuan.core.audit import actions
from bihuan.core.modules import MenuItem, Module
from bihuan.kernel.text import Text

MODULE = Module(
    name="audit",
    label=Text("审计", "Audit"),
    actions=(actions.erase_personal,),
    urls="bihuan.core.audit.urls",
    menu=(MenuItem(Text("审计记录", "Audit trail"), "audit", "history", (AccessGrants.READ_AUDIT,), "system", 40),),
)
