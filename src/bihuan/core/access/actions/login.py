"""登录与退出. The password was checked before, outside the transaction; what arrives is a signed note of that."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from bihuan.core.access import policy, second_factor
from bihuan.core.access.context import Context
from bihuan.core.access.events import SessionEnded
from bihuan.core.access.identification import may_be_used
from bihuan.core.access.models import LoginSession, User
from bihuan.core.access.proofs import require_proof
from bihuan.core.access.sessions import is_waived, live_sessions
from bihuan.core.access.terms import AccessGrants, LoginMethod
from bihuan.core.access.throttle import of_account
from bihuan.core.actions.action import PERSONAL, SECRET, Label, Ref, action
from bihuan.core.actions.problems import Denied
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

Session = Annotated[Ref[LoginSession], Label("会话", "Session")]


class LoginRefused(Problem):
    """One answer for an unknown name, a wrong password and a closed account."""

    code = "login_refused"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            Text(
                "用户名或口令不正确，或账号已停用。忘记口令请联系系统管理员。",
                "User name or password is wrong, or the account is closed. The system administrator can reset a password.",
            )
        )


class CodeNeeded(Problem):
    code = "code_needed"
    status = 403

    def __init__(self) -> None:
        super().__init__(Text("请输入动态口令。", "Enter the one-time code."))


@action("access.log_in", label=Text("登录", "Log in"), anonymous=True, faces=(), icon="login")
def log_in(
    *,
    ctx: Context,
    user: Ref[User],
    proof: Annotated[str, Label("核验凭据", "Proof"), SECRET],
    session_digest: Annotated[str, Label("会话摘要", "Session digest"), SECRET],
    method: LoginMethod = LoginMethod.PASSWORD,
    address: Annotated[str, Label("网络地址", "Address"), PERSONAL] = "",
    agent: Annotated[str, Label("浏览器", "Browser"), PERSONAL] = "",
    code: Annotated[str, Label("动态口令", "Code"), SECRET] = "",
) -> LoginSession:
    """身份鉴别: opens a session once the password, and the second factor where there is one, are proved."""
    require_proof(proof, user=user, purpose=f"log_in:{method.value}", at=ctx.at)
    if not may_be_used(user):
        raise LoginRefused
    proved = False
    if user.has_second_factor and not is_waived(user):
        if not code:
            raise CodeNeeded
        use_code(ctx, user, code)
        proved = True
    rules = policy.current()
    if method is LoginMethod.PASSWORD and _is_too_old(ctx, user, rules["password_days"]):
        ctx.change(user, must_change_password=True)
    for old in live_sessions(user, at=ctx.at)[rules["sessions_at_once"] - 1 :]:
        end(ctx, old)
    if (counter := of_account(user.username)) is not None and (counter.failures or counter.blocks):
        ctx.change(counter, failures=0, blocks=0)
    return ctx.create(
        LoginSession(
            user=user,
            session_digest=session_digest,
            address=address or None,
            agent=agent[:200],
            method=method,
            second_factor=proved,
            authenticated_at=ctx.at,
            last_seen_at=ctx.at,
            expires_at=ctx.at + timedelta(hours=rules["session_hours"]),
            idle_minutes=rules["idle_minutes"],
        )
    )


def _is_too_old(ctx: Context, user: User, days: int) -> bool:
    if not days or user.is_demo or user.password_changed_at is None:
        return False
    return ctx.at - user.password_changed_at >= timedelta(days=days)


def use_code(ctx: Context, user: User, code: str) -> None:
    """A code is used once: of the device, by remembering its time step; of the recovery list, by crossing it out."""
    secret = second_factor.unseal(user.second_factor_secret, user=user.pk)
    step = second_factor.matching_step(secret, code, at=ctx.at, after=user.second_factor_last_step)
    if step is not None:
        ctx.change(user, second_factor_last_step=step)
        return
    wanted = second_factor.recovery_digests(code, user=user.pk)
    spare = user.recovery_codes.filter(digest__in=wanted, used_at__isnull=True).first()
    if spare is None:
        raise second_factor.WrongCode
    ctx.change(spare, used_at=ctx.at)


@action(
    "access.log_out", label=Text("退出登录", "Log out"), needs=AccessGrants.USE_OWN_ACCOUNT, faces=(), icon="logout"
)
def log_out(*, ctx: Context, login: Ref[LoginSession]) -> LoginSession:
    if login.user_id != ctx.actor.user_id:
        raise not_yours()
    return end(ctx, login)


@action(
    "access.revoke_session",
    label=Text("结束会话", "End the session"),
    needs=(AccessGrants.USE_OWN_ACCOUNT, AccessGrants.MANAGE_USERS),
    confirm=Text("结束后，该设备须重新登录。", "That device will have to log in again."),
    icon="logout",
    tone="danger",
)
def revoke_session(*, ctx: Context, login: Session) -> LoginSession:
    """One's own, or that of an account one manages."""
    if login.user_id != ctx.actor.user_id and not ctx.actor.may(AccessGrants.MANAGE_USERS, login.user.place):
        raise not_yours()
    return end(ctx, login)


def not_yours() -> Denied:
    return Denied(Text("这不是您本人的账号。", "This is not your own account."))


def end(ctx: Context, login: LoginSession) -> LoginSession:
    if login.ended_at is None:
        ctx.change(login, ended_at=ctx.at)
        ctx.emit(SessionEnded(session_id=login.pk, user_id=login.user_id))
    return login


def end_all(ctx: Context, user: User, *, but: LoginSession | None = None) -> None:
    for login in user.login_sessions.filter(ended_at__isnull=True):
        if but is None or login.pk != but.pk:
            end(ctx, login)
