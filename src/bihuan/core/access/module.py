"""Declaration of accounts, roles and grants."""

from __future__ import annotations

from bihuan.core.access import roles
from bihuan.core.access.terms import AccessGrants, AdministratorKind
from bihuan.core.modules import Module, RoleSpec
from bihuan.kernel.text import Text

MODULE = Module(
    name="access",
    label=Text("账号与权限", "Accounts and grants"),
    grants=AccessGrants,
    actions=(roles.sync_roles,),
    roles=(
        RoleSpec(
            "system_administrator",
            Text("系统管理员", "System administrator"),
            (AccessGrants.MANAGE_USERS, AccessGrants.OPERATE),
            administrator=AdministratorKind.SYSTEM,
            needs_second_factor=True,
        ),
        RoleSpec(
            "security_administrator",
            Text("安全管理员", "Security administrator"),
            (AccessGrants.MANAGE_GRANTS,),
            administrator=AdministratorKind.SECURITY,
            needs_second_factor=True,
        ),
        RoleSpec(
            "audit_administrator",
            Text("审计管理员", "Audit administrator"),
            (AccessGrants.READ_AUDIT,),
            administrator=AdministratorKind.AUDIT,
            needs_second_factor=True,
        ),
    ),
)
