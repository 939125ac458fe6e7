"""Declaration of accounts, roles and grants."""

from __future__ import annotations

from datetime import time

from bihuan.core.access import choices, jobs, roles, start
from bihuan.core.access.actions import accounts, grants, guard, login, own_account, tokens
from bihuan.core.access.events import GrantsChanged, SessionEnded
from bihuan.core.access.models import Role, User
from bihuan.core.access.terms import AccessGrants, AdministratorKind
from bihuan.core.modules import Job, MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import ChoiceSource, RowSource, UserMenuItem
from bihuan.kernel.text import Text

ADMINISTRATORS = (AccessGrants.MANAGE_USERS, AccessGrants.MANAGE_GRANTS, AccessGrants.READ_AUDIT)

MODULE = Module(
    name="access",
    label=Text("账号与权限", "Accounts and grants"),
    grants=AccessGrants,
    actions=(
        roles.sync_roles,
        start.create_first_administrators,
        login.log_in,
        login.log_out,
        login.revoke_session,
        guard.block_login,
        guard.unlock,
        own_account.change_password,
        own_account.set_up_second_factor,
        own_account.confirm_second_factor,
        own_account.renew_recovery_codes,
        own_account.disable_second_factor,
        own_account.set_preferences,
        accounts.create_user,
        accounts.change_user,
        accounts.deactivate_user,
        accounts.reactivate_user,
        accounts.reset_password,
        accounts.reset_second_factor,
        accounts.invite_link,
        accounts.link_identity,
        accounts.unlink_identity,
        grants.grant_role,
        grants.revoke_role,
        grants.create_role,
        grants.change_role,
        grants.set_policy,
        tokens.issue_token,
        tokens.revoke_token,
    ),
    events=(SessionEnded, GrantsChanged),
    urls="bihuan.core.access.urls",
    url_prefix="",
    menu=(
        MenuItem(Text("用户账号", "Accounts"), "accounts", "users", ADMINISTRATORS, "system", 10),
        MenuItem(Text("角色与授权", "Roles and grants"), "roles", "shield-check", ADMINISTRATORS, "system", 20),
        MenuItem(
            Text("安全策略", "Security policy"),
            "security_policy",
            "adjustments",
            (AccessGrants.MANAGE_GRANTS, AccessGrants.READ_AUDIT),
            "system",
            30,
        ),
    ),
    declares=(
        UserMenuItem(Text("我的账号", "My account"), "account", "user", 10),
        ChoiceSource("access.regions", choices.regions),
        ChoiceSource("access.grants", choices.grants),
        ChoiceSource("access.policy", choices.settings),
        RowSource(User, choices.find_users),
        RowSource(Role, choices.find_roles),
    ),
    jobs=(Job("access.sweep", Text("清扫登录记录", "Sweep login records"), jobs.sweep, daily_at=time(3, 40)),),
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
