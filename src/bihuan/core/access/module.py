"""Declaration of accounts, roles and grants."""

from __future__ import annotations

from datetime import time

from django.db.models import Q

from bihuan.core.access import choices, jobs, roles, second_factor, start
from bihuan.core.access.actions import accounts, grants, guard, login, own_account, tokens
from bihuan.core.access.events import GrantsChanged, SessionEnded
from bihuan.core.access.models import LoginSession, Role, User
from bihuan.core.access.terms import AccessGrants, AdministratorKind
from bihuan.core.modules import Job, MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import ChoiceSource, RowSource, UserMenuItem
from bihuan.core.protection.resealing import UnderKey
from bihuan.core.protection.revealing import Reveals, reveal_action
from bihuan.core.protection.rings import SECOND_FACTOR
from bihuan.core.retention.declared import Kept
from bihuan.kernel.text import Text

REVEAL_USER = reveal_action("access.reveal_user", User, needs=(AccessGrants.MANAGE_USERS,))
CODES = UnderKey(
    SECOND_FACTOR,
    Text("动态口令", "One-time codes"),
    lambda: [(User, "second_factor_secret"), (User, "second_factor_pending")],
    second_factor.renewed,
    second_factor.key_number,
)
SESSIONS = Kept(
    code="access.sessions",
    label=Text("登录会话（含地址与设备）", "Login sessions with address and device"),
    model=LoginSession,
    since="last_seen_at",
    days=184,
    source=Text("网络日志", "Logs of the network"),
    provision="network_log_days",
    only=lambda at: Q(ended_at__isnull=False) | Q(expires_at__lte=at),
)
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
        REVEAL_USER,
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
        Reveals(User, REVEAL_USER),
        CODES,
        SESSIONS,
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
