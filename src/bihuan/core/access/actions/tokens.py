"""接口令牌: a person lends a program some of his own grants, for a time. Shown once; only its digest is stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import StringConstraints

from bihuan.core.access import policy
from bihuan.core.access.actions.login import not_yours
from bihuan.core.access.context import Context
from bihuan.core.access.models import ApiToken
from bihuan.core.access.separation import NOT_FOR_ROLES
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions.action import SECRET, Label, Ref, action
from bihuan.core.actions.problems import Denied
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

MOST_TOKENS = 20


Token = Annotated[Ref[ApiToken], Label("令牌", "Token")]


class BadToken(Problem):
    code = "bad_token"
    status = 422


@action(
    "access.issue_token",
    label=Text("签发接口令牌", "Issue an API token"),
    needs=AccessGrants.USE_OWN_ACCOUNT,
    faces=(),
    icon="key",
)
def issue_token(
    *,
    ctx: Context,
    name: Annotated[str, StringConstraints(min_length=1, max_length=80), Label("用途", "Purpose")],
    grants: Annotated[list[str], Label("权限", "Grants", widget="choice:access.own_grants")],
    expires_at: Annotated[datetime, Label("有效至", "Until")],
    digest: Annotated[str, Label("令牌摘要", "Digest"), SECRET],
) -> ApiToken:
    """Narrowed to a list of what its user holds; it never keeps an account, so a token can't make tokens."""
    if ctx.actor.kind != "user" or ctx.actor.user_id is None:
        raise Denied(Text("请登录后在页面上签发令牌。", "Log in and issue tokens on the pages."))
    wanted = sorted(set(grants))
    beyond = [g for g in wanted if g in NOT_FOR_ROLES or not ctx.actor.has(g)]
    if not wanted or beyond:
        raise BadToken(
            Text(
                "令牌的权限只能从您自己的权限中选择，且至少一项。",
                "Choose at least one of your own grants, and no others.",
            ),
            where={"grants": Text("不是您的权限：{g}", "not yours: {g}").format(g=", ".join(beyond) or "—")},
        )
    longest = timedelta(days=policy.current()["token_days"])
    if expires_at.tzinfo is None or not ctx.at < expires_at <= ctx.at + longest:
        raise BadToken(
            Text("有效期须在 {n} 天以内，且晚于现在。", "It must end in the future, within {n} days.").format(
                n=longest.days
            ),
            where={"expires_at": Text("超出范围", "out of bounds")},
        )
    mine = ApiToken.objects.filter(user_id=ctx.actor.user_id, revoked_at__isnull=True, expires_at__gt=ctx.at)
    if mine.count() >= MOST_TOKENS:
        raise BadToken(
            Text("有效令牌已达 {n} 个，请先作废不用的。", "There are {n} tokens already: revoke some first.").format(
                n=MOST_TOKENS
            )
        )
    return ctx.create(
        ApiToken(user_id=ctx.actor.user_id, name=name, digest=digest, grants=wanted, expires_at=expires_at)
    )


@action(
    "access.revoke_token",
    label=Text("作废令牌", "Revoke the token"),
    needs=(AccessGrants.USE_OWN_ACCOUNT, AccessGrants.MANAGE_USERS),
    confirm=Text("作废后使用它的程序立即失去访问。", "Programs that use it lose access at once."),
    icon="x",
    tone="danger",
)
def revoke_token(*, ctx: Context, token: Token) -> ApiToken:
    if token.user_id != ctx.actor.user_id and not ctx.actor.may(AccessGrants.MANAGE_USERS, token.user.place):
        raise not_yours()
    if token.revoked_at is not None:
        raise BadToken(Text("令牌已作废。", "The token was revoked already."))
    return ctx.change(token, revoked_at=ctx.at)
