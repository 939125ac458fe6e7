"""Declaration of the audit trail's pages."""

from __future__ import annotations

from bihuan.core.access.terms import AccessGrants
from bihuan.core.audit import actions
from bihuan.core.audit.models import AnonymousDenials
from bihuan.core.modules import MenuItem, Module
from bihuan.core.retention.declared import Kept
from bihuan.kernel.text import Text

MODULE = Module(
    name="audit",
    label=Text("审计", "Audit"),
    actions=(actions.erase_personal,),
    urls="bihuan.core.audit.urls",
    declares=(
        Kept(
            code="audit.anonymous_denials",
            label=Text("未登录访问被拒的计数", "Counts of refusals to strangers"),
            model=AnonymousDenials,
            since="hour",
            days=184,
            source=Text("网络日志", "Logs of the network"),
            provision="network_log_days",
        ),
    ),
    menu=(MenuItem(Text("审计记录", "Audit trail"), "audit", "history", (AccessGrants.READ_AUDIT,), "system", 40),),
)
