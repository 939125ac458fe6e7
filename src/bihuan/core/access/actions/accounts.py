"""账号管理: what the system administrator does. He grants nothing, and can't take over those who do."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from typing import Annotated, Any, Literal

from django.conf import settings
from pydantic import StringConstraints

from bihuan.core.access import policy, separation
from bihuan.core.access.actions.guard import Who
from bihuan.core.access.actions.login import end, end_all
from bihuan.core.access.actions.own_account import set_password, take_off
from bihuan.core.access.context import Context
from bihuan.core.access.directory import place_of_organisation
from bihuan.core.access.models import LinkInvitation, User
from bihuan.core.access.queries import administrator_kinds, other_holders
from bihuan.core.access.scope import Place
from bihuan.core.access.terms import AccessGrants, AdministratorKind, LoginMethod
from bihuan.core.actions.action import PERSONAL, SECRET, UNCHANGED, Label, action
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

USERNAME = re.compile(r"[\w][\w.@+-]{1,59}")

DisplayName = Annotated[str, StringConstraints(min_length=1, max_length=80), Label("姓名", "Name"), PERSONAL]
Email = Annotated[str, StringConstraints(max_length=254), Label("邮箱", "Mail", widget="email"), PERSONAL]
Phone = Annotated[str, StringConstraints(max_length=30), Label("电话", "Phone"), PERSONAL]
NewPhone = Annotated[
    str,
    StringConstraints(max_length=30),
    Label("电话", "Phone", hint=Text("留空则不变。", "Left empty it stays as it is.")),
    PERSONAL,
]
Organisation = Annotated[str, StringConstraints(max_length=40), Label("单位代码", "Organisation code")]
PasswordHash = Annotated[str, Label("口令散列", "Hash of the password"), SECRET]


class BadAccount(Problem):
    code = "bad_account"
    status = 422


class ProtectedAccount(Problem):
    code = "protected_account"
    status = 409


def spelled(username: str) -> str:
    """`Wang` and `ｗａｎｇ` are one account."""
    return unicodedata.normalize("NFKC", username.replace("\0", "")).strip().casefold()


def _place(organisation_code: str) -> Place:
    if not organisation_code:
        return Place("")
    place = place_of_organisation(organisation_code)
    if place is None:
        raise BadAccount(
            Text("没有代码为 {c} 的单位。", "There is no organisation with the code {c}.").format(c=organisation_code),
            where={"organisation_code": Text("没有这个单位", "no such organisation")},
        )
    return place


def _scope_of_new(*, organisation_code: str = "", region_path: str = "", **_: Any) -> Place:
    place = _place(organisation_code)
    return Place(place.region_path or region_path, place.organisations)


@action(
    "access.create_user",
    label=Text("新建账号", "New account"),
    needs=AccessGrants.MANAGE_USERS,
    scope=_scope_of_new,
    faces=(),
    signs_off=True,
    icon="plus",
)
def create_user(
    *,
    ctx: Context,
    username: Annotated[str, Label("用户名", "User name"), PERSONAL],
    display_name: DisplayName,
    password_hash: PasswordHash,
    organisation_code: Organisation = "",
    region_path: Annotated[str, StringConstraints(max_length=120), Label("区划路径", "Region path")] = "",
    email: Email = "",
    phone: Phone = "",
    language: Annotated[Literal["zh", "en"], Label("语言", "Language")] = "zh",
    must_change_password: Annotated[bool, Label("首次登录须改口令", "Must change the password")] = True,
    is_demo: Annotated[bool, Label("演示账号", "Demo account")] = False,
) -> User:
    """An account without any grant. Only a demo account may start with a password that stays."""
    name = spelled(username)
    if not USERNAME.fullmatch(name):
        raise BadAccount(
            Text(
                "用户名为 2–60 个字符，可用文字、数字、下划线和 . @ + -，以文字或数字开头。",
                "A user name has 2–60 characters: letters, digits, _ . @ + -, beginning with a letter or digit.",
            ),
            where={"username": Text("格式不符", "not in this form")},
        )
    if User.objects.filter(username=name).exists():
        raise BadAccount(
            Text("用户名“{n}”已有人使用。", "The user name “{n}” is taken.").format(n=name),
            where={"username": Text("已有人使用", "taken")},
        )
    if is_demo and not settings.BIHUAN_DEMO:
        raise BadAccount(Text("演示账号只能在演示模式建立。", "Demo accounts are made in demo mode only."))
    place = _scope_of_new(organisation_code=organisation_code, region_path=region_path)
    return ctx.create(
        User(
            username=name,
            display_name=display_name,
            organisation_code=organisation_code,
            region_path=place.region_path,
            email=email,
            phone=phone,
            language=language,
            password=password_hash,
            password_changed_at=ctx.at,
            must_change_password=must_change_password or not is_demo,
            is_demo=is_demo,
        )
    )


@action(
    "access.change_user",
    label=Text("修改账号资料", "Change the account"),
    needs=AccessGrants.MANAGE_USERS,
    icon="pencil",
)
def change_user(
    *,
    ctx: Context,
    user: Who,
    display_name: DisplayName,
    organisation_code: Organisation = "",
    email: Email = "",
    phone: NewPhone = UNCHANGED,  # type: ignore[assignment]  # left out, the number stays: no form shows it whole
) -> User:
    """Moved to another organisation, the account stays within the administrator's own scope."""
    place = _place(organisation_code)
    if organisation_code != user.organisation_code and not ctx.actor.may(AccessGrants.MANAGE_USERS, place):
        raise ProtectedAccount(Text("目标单位不在您的管理范围内。", "That organisation lies outside your scope."))
    return ctx.change(
        user,
        display_name=display_name,
        organisation_code=organisation_code,
        region_path=place.region_path if organisation_code else user.region_path,
        email=email,
        **({"phone": phone} if isinstance(phone, str) else {}),
    )


@action(
    "access.deactivate_user",
    label=Text("停用账号", "Close the account"),
    needs=AccessGrants.MANAGE_USERS,
    signs_off=True,
    confirm=Text("停用后立即退出全部会话，令牌失效。", "All sessions end at once and tokens stop working."),
    icon="circle-x",
    tone="danger",
)
def deactivate_user(
    *, ctx: Context, user: Who, reason: Annotated[str, Label("原因", "Reason", widget="textarea")] = ""
) -> User:
    """Never oneself, and never the last of a kind of administrator."""
    separation.require_somebody_else(ctx.actor.user_id, user.pk)
    for kind in administrator_kinds(user, at=ctx.at):
        require_another(kind, user, ctx)
    if not user.is_active:
        raise ProtectedAccount(Text("账号已停用。", "The account is closed already."))
    ctx.change(user, is_active=False)
    end_all(ctx, user)
    return user


def require_another(kind: AdministratorKind, user: User, ctx: Context) -> None:
    if not other_holders(kind, than=user, at=ctx.at):
        raise ProtectedAccount(
            Text(
                "这是最后一位{k}，停用或收回后将无人履职。请先指定另一位。",
                "This is the last {k}; name another one first.",
            ).format(k=kind.label)
        )


@action(
    "access.reactivate_user",
    label=Text("恢复账号", "Reopen the account"),
    needs=AccessGrants.MANAGE_USERS,
    signs_off=True,
    icon="user-check",
)
def reactivate_user(*, ctx: Context, user: Who) -> User:
    if user.is_active:
        raise ProtectedAccount(Text("账号本来就是启用的。", "The account is open already."))
    return ctx.change(user, is_active=True)


@action(
    "access.reset_password",
    label=Text("重置口令", "Reset the password"),
    needs=AccessGrants.MANAGE_USERS,
    faces=(),
    signs_off=True,
    icon="key",
)
def reset_password(*, ctx: Context, user: Who, password_hash: PasswordHash) -> User:
    """A password to hand over, changed at the first login. The other two administrators are out of reach: whoever could
    reset them could become them."""
    separation.require_somebody_else(ctx.actor.user_id, user.pk)
    if ctx.actor.kind != "service" and administrator_kinds(user, at=ctx.at) - {AdministratorKind.SYSTEM}:
        raise ProtectedAccount(
            Text(
                "安全管理员、审计管理员的口令只能在服务器上重置：bihuan reset-password 用户名。",
                "The passwords of security and audit administrators are reset on the server only: "
                "bihuan reset-password NAME.",
            )
        )
    set_password(ctx, user, password_hash, must_change=True)
    end_all(ctx, user)
    return user


@action(
    "access.reset_second_factor",
    label=Text("重置动态口令", "Reset the second factor"),
    needs=AccessGrants.MANAGE_GRANTS,
    signs_off=True,
    confirm=Text("请先当面核实本人身份。", "Make sure in person who asks for it."),
    icon="device-mobile",
    tone="danger",
)
def reset_second_factor(
    *,
    ctx: Context,
    user: Who,
    reason: Annotated[str, StringConstraints(min_length=2), Label("原因", "Reason", widget="textarea")],
) -> User:
    """For a lost device. The security administrator does it, who can't reset passwords: two people would have to agree."""
    separation.require_somebody_else(ctx.actor.user_id, user.pk)
    if not user.has_second_factor:
        raise ProtectedAccount(Text("该账号没有绑定动态口令。", "This account has no second factor."))
    take_off(ctx, user)
    end_all(ctx, user)
    return user


@action(
    "access.invite_link",
    label=Text("邀请绑定统一身份", "Invite to link an identity"),
    needs=AccessGrants.MANAGE_USERS,
    faces=(),
    signs_off=True,
    icon="link",
)
def invite_link(
    *, ctx: Context, user: Who, digest: Annotated[str, Label("链接摘要", "Digest of the link"), SECRET]
) -> LinkInvitation:
    """A link for one person and one use. Like a password it is not for the other two administrators."""
    separation.require_somebody_else(ctx.actor.user_id, user.pk)
    if administrator_kinds(user, at=ctx.at) - {AdministratorKind.SYSTEM}:
        raise ProtectedAccount(
            Text(
                "安全管理员、审计管理员不使用统一身份登录。", "Security and audit administrators don't log in that way."
            )
        )
    return ctx.create(
        LinkInvitation(
            user=user, digest=digest, expires_at=ctx.at + timedelta(hours=policy.current()["invitation_hours"])
        )
    )


@action("access.link_identity", label=Text("绑定统一身份", "Link an identity"), anonymous=True, faces=())
def link_identity(
    *,
    ctx: Context,
    invitation: Annotated[str, Label("链接摘要", "Digest of the link"), SECRET],
    subject: Annotated[str, StringConstraints(min_length=3, max_length=400), Label("外部身份", "Identity"), PERSONAL],
) -> User:
    """Whoever holds the invitation and has just logged in at the identity provider. Half-open: not at `expires_at`."""
    found = LinkInvitation.objects.filter(digest=invitation, used_at__isnull=True, expires_at__gt=ctx.at).first()
    if found is None or not found.user.is_active:
        raise InvitationOver
    if User.objects.filter(oidc_subject=subject).exclude(pk=found.user_id).exists():
        raise ProtectedAccount(
            Text("这个统一身份已绑定另一个账号。", "This identity is linked to another account already.")
        )
    ctx.change(found, used_at=ctx.at)
    user: User = found.user
    return ctx.change(user, oidc_subject=subject)


class InvitationOver(Problem):
    code = "invitation_over"
    status = 410

    def __init__(self) -> None:
        super().__init__(
            Text(
                "绑定链接已用过或已过期，请系统管理员另发一个。",
                "This link was used or has run out: ask the system administrator for another.",
            )
        )


@action(
    "access.unlink_identity",
    label=Text("解除统一身份", "Unlink the identity"),
    needs=AccessGrants.MANAGE_USERS,
    icon="x",
    tone="danger",
)
def unlink_identity(*, ctx: Context, user: Who) -> User:
    if user.oidc_subject is None:
        raise ProtectedAccount(Text("该账号没有绑定统一身份。", "No identity is linked to this account."))
    for login in user.login_sessions.filter(ended_at__isnull=True, method=LoginMethod.OIDC):
        end(ctx, login)
    return ctx.change(user, oidc_subject=None)
