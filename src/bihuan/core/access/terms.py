"""权限术语: the grants of accounts themselves and the three separated administrators (三员分立)."""

from __future__ import annotations

from bihuan.kernel.term import Term


class AccessGrants(Term):
    MANAGE_USERS = "access.manage_users", "管理用户账号", "Manage accounts"
    MANAGE_GRANTS = "access.manage_grants", "管理角色与授权", "Manage roles and grants"
    READ_AUDIT = "access.read_audit", "查阅审计记录", "Read the audit trail"
    USE_OWN_ACCOUNT = "access.use_own_account", "管理本人账号", "Manage one's own account"
    OPERATE = "access.operate", "运行维护", "Operate the installation"
    GUARD_LOGIN = "access.guard_login", "登录防护（仅系统服务）", "Guard the login (services only)"
    START_UP = "access.start_up", "启动维护（仅系统服务）", "Start up (services only)"


class AdministratorKind(Term):
    """系统管理员、安全管理员、审计管理员. 依据 GB/T 22239-2019 8.1.5 (三员分立), 待核."""

    SYSTEM = "system", "系统管理员", "System administrator"
    SECURITY = "security", "安全管理员", "Security administrator"
    AUDIT = "audit", "审计管理员", "Audit administrator"


class LoginMethod(Term):
    PASSWORD = "password", "口令", "Password"
    OIDC = "oidc", "统一身份认证", "Single sign-on"


class ThrottleKind(Term):
    ACCOUNT = "account", "账号", "Account"
    ADDRESS = "address", "网络地址", "Address"


class AccountStep(Term):
    """What somebody logged in must do before anything else, or should do next."""

    CHANGE_PASSWORD = "change_password", "修改口令", "Change the password"
    SET_UP_SECOND_FACTOR = "set_up_second_factor", "绑定动态口令", "Set up a second factor"
