"""本人账号: password, second factor, language. Done by the person alone, in a session, never with a token."""

from __future__ import annotations

from typing import Annotated, Literal

from bihuan.core.access import second_factor
from bihuan.core.access.actions.login import end_all, not_yours, use_code
from bihuan.core.access.context import Context
from bihuan.core.access.models import LoginSession, PasswordRecord, RecoveryCode, User
from bihuan.core.access.proofs import require_proof
from bihuan.core.access.sessions import needs_second_factor
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions.action import SECRET, Label, Ref, action
from bihuan.core.actions.problems import Denied
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

OWN = AccessGrants.USE_OWN_ACCOUNT


class SecondFactorState(Problem):
    code = "second_factor_state"
    status = 409


class SecondFactorRequired(Problem):
    code = "second_factor_required"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            Text(
                "您的角色要签批，必须保留动态口令。",
                "Your role signs off, so the second factor has to stay.",
            )
        )


def _myself(ctx: Context) -> User:
    """The person in a session. A token acts for its user, but is not him."""
    if ctx.actor.kind != "user" or ctx.actor.user_id is None:
        raise Denied(
            Text("请登录后在页面上办理，不能用接口令牌。", "Log in and do this on the pages, not with a token.")
        )
    me: User = User.objects.get(pk=ctx.actor.user_id)
    return me


def _my_session(ctx: Context, login: LoginSession) -> LoginSession:
    if login.user_id != ctx.actor.user_id:
        raise not_yours()
    return login


@action("access.change_password", label=Text("修改口令", "Change the password"), needs=OWN, faces=(), icon="key")
def change_password(
    *,
    ctx: Context,
    login: Ref[LoginSession],
    proof: Annotated[str, Label("核验凭据", "Proof"), SECRET],
    password_hash: Annotated[str, Label("新口令散列", "Hash of the new password"), SECRET],
) -> LoginSession:
    """Ends every other session; this one goes on."""
    me = _myself(ctx)
    require_proof(proof, user=me, purpose="change_password", at=ctx.at)
    _my_session(ctx, login)
    set_password(ctx, me, password_hash, must_change=False)
    end_all(ctx, me, but=login)
    return ctx.change(login, authenticated_at=ctx.at)


def set_password(ctx: Context, user: User, password_hash: str, *, must_change: bool) -> None:
    if user.password:
        ctx.create(PasswordRecord(user=user, password=user.password))
    ctx.change(user, password=password_hash, password_changed_at=ctx.at, must_change_password=must_change)


@action("access.set_up_second_factor", label=Text("绑定动态口令", "Set up a second factor"), needs=OWN, faces=())
def set_up_second_factor(
    *,
    ctx: Context,
    proof: Annotated[str, Label("核验凭据", "Proof"), SECRET],
    sealed: Annotated[str, Label("加密的密钥", "Encrypted secret"), SECRET],
) -> User:
    """Shows a secret; it counts only once a code of it was entered."""
    me = _myself(ctx)
    require_proof(proof, user=me, purpose="second_factor", at=ctx.at)
    if me.has_second_factor:
        raise SecondFactorState(Text("已绑定动态口令，请先解除。", "There is one already: take it off first."))
    second_factor.unseal(sealed, user=me.pk)
    return ctx.change(me, second_factor_pending=sealed)


@action("access.confirm_second_factor", label=Text("确认动态口令", "Confirm the second factor"), needs=OWN, faces=())
def confirm_second_factor(
    *,
    ctx: Context,
    login: Ref[LoginSession],
    code: Annotated[str, Label("动态口令", "Code"), SECRET],
    recovery_digests: Annotated[list[str], Label("恢复码摘要", "Digests of the recovery codes"), SECRET],
) -> LoginSession:
    """This session has proved the second factor with that."""
    me = _myself(ctx)
    _my_session(ctx, login)
    if not me.second_factor_pending or me.has_second_factor:
        raise SecondFactorState(Text("没有待确认的动态口令。", "No second factor is waiting to be confirmed."))
    secret = second_factor.unseal(me.second_factor_pending, user=me.pk)
    step = second_factor.matching_step(secret, code, at=ctx.at, after=me.second_factor_last_step)
    if step is None:
        raise second_factor.WrongCode
    ctx.change(
        me,
        second_factor_secret=me.second_factor_pending,
        second_factor_pending="",
        second_factor_since=ctx.at,
        second_factor_last_step=step,
    )
    replace_recovery_codes(ctx, me, recovery_digests)
    return ctx.change(login, second_factor=True)


@action("access.renew_recovery_codes", label=Text("更换恢复码", "New recovery codes"), needs=OWN, faces=())
def renew_recovery_codes(
    *,
    ctx: Context,
    code: Annotated[str, Label("动态口令", "Code"), SECRET],
    recovery_digests: Annotated[list[str], Label("恢复码摘要", "Digests of the recovery codes"), SECRET],
) -> User:
    me = _myself(ctx)
    _require_set_up(me)
    use_code(ctx, me, code)
    replace_recovery_codes(ctx, me, recovery_digests)
    return me


@action("access.disable_second_factor", label=Text("解除动态口令", "Take the second factor off"), needs=OWN, faces=())
def disable_second_factor(*, ctx: Context, code: Annotated[str, Label("动态口令", "Code"), SECRET]) -> User:
    """Needs a code itself, and can't be done by whoever signs off."""
    me = _myself(ctx)
    _require_set_up(me)
    if needs_second_factor(me, at=ctx.at):
        raise SecondFactorRequired
    use_code(ctx, me, code)
    return take_off(ctx, me)


def take_off(ctx: Context, user: User) -> User:
    """The remembered time step stays: a code seen before is not good again after a new set-up in the same half minute."""
    replace_recovery_codes(ctx, user, [])
    for login in user.login_sessions.filter(ended_at__isnull=True, second_factor=True):
        ctx.change(login, second_factor=False)
    return ctx.change(user, second_factor_secret="", second_factor_pending="", second_factor_since=None)


def _require_set_up(user: User) -> None:
    if not user.has_second_factor:
        raise SecondFactorState(Text("尚未绑定动态口令。", "No second factor is set up."))


def replace_recovery_codes(ctx: Context, user: User, digests: list[str]) -> None:
    for old in user.recovery_codes.filter(used_at__isnull=True):
        ctx.change(old, used_at=ctx.at)
    for digest in digests:
        ctx.create(RecoveryCode(user=user, digest=digest))


@action(
    "access.set_preferences",
    label=Text("语言与外观", "Language and appearance"),
    needs=OWN,
    icon="adjustments",
)
def set_preferences(
    *,
    ctx: Context,
    language: Annotated[Literal["zh", "en"], Label("语言", "Language")],
    theme: Annotated[Literal["auto", "light", "dark"], Label("外观", "Appearance")],
) -> User:
    me = _myself(ctx)
    return ctx.change(me, language=language, theme=theme)
