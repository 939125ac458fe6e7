"""登录防护: locking after too many failures, and unlocking."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from bihuan.core.access import policy
from bihuan.core.access.context import Context
from bihuan.core.access.models import LoginThrottle, User
from bihuan.core.access.terms import AccessGrants
from bihuan.core.access.throttle import of_account, pause
from bihuan.core.actions.action import Label, Ref, action
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

Who = Annotated[Ref[User], Label("用户", "User")]


class NotLocked(Problem):
    code = "not_locked"
    status = 409

    def __init__(self) -> None:
        super().__init__(Text("该账号没有被锁定。", "This account is not locked."))


@action(
    "access.block_login",
    label=Text("锁定登录", "Lock the login"),
    needs=AccessGrants.GUARD_LOGIN,
    faces=(),
)
def block_login(*, ctx: Context, throttle: Ref[LoginThrottle], user: Ref[User] | None = None) -> LoginThrottle:
    """Each lock lasts twice as long as the one before, at most a day."""
    if throttle.blocked_until is not None and throttle.blocked_until > ctx.at:
        return throttle
    first = timedelta(minutes=policy.current()["lockout_minutes"])
    return ctx.change(
        throttle,
        blocked_until=ctx.at + pause(throttle.blocks, first=first),
        blocks=throttle.blocks + 1,
        failures=0,
        window_from=ctx.at,
    )


@action(
    "access.unlock",
    label=Text("解锁账号", "Unlock the account"),
    needs=AccessGrants.MANAGE_USERS,
    icon="key",
)
def unlock(*, ctx: Context, user: Who) -> User:
    found = of_account(user.username)
    if found is None or found.blocked_until is None or found.blocked_until <= ctx.at:
        raise NotLocked
    ctx.change(found, blocked_until=None, blocks=0, failures=0)
    return user
