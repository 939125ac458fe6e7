"""登录限制: how often one account name and one address may fail. Unknown names are treated exactly like known ones.

Attempts are taken *before* the password is looked at, by one conditional update, so that a hundred guesses at once get
no more tries than a hundred in a row. These counters are the one thing here that is written outside an action, like the
count of anonymous denials: a flood of guesses must not fill the audit. That a limit was reached is an action, audited.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from bihuan.core.access import policy
from bihuan.core.access.context import Context, service_actor
from bihuan.core.access.models import LoginThrottle, User
from bihuan.core.access.terms import AccessGrants, ThrottleKind
from bihuan.core.actions import runner
from bihuan.core.actions.action import Reference
from bihuan.kernel.identity import new_id
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

GUARD = service_actor("access.login_guard", AccessGrants.GUARD_LOGIN)
ACCOUNT_WINDOW = timedelta(hours=24)
ADDRESS_WINDOW = timedelta(minutes=15)
LONGEST_BLOCK = timedelta(hours=24)


class TooManyAttempts(Problem):
    code = "too_many_attempts"
    status = 429

    def __init__(self, *, until: datetime, at: datetime) -> None:
        self.wait = until - at
        minutes = max(1, -(-int(self.wait.total_seconds()) // 60))
        super().__init__(
            Text(
                "尝试次数过多，请在 {n} 分钟后再试，或请系统管理员解锁。",
                "Too many attempts: try again in {n} minutes, or have the system administrator unlock the account.",
            ).format(n=minutes)
        )


@dataclass(frozen=True, slots=True)
class Limit:
    kind: ThrottleKind
    key: str
    most: int
    window: timedelta


def key_of(kind: ThrottleKind, text: str) -> str:
    return salted_hmac(f"bihuan.access.throttle.{kind.value}", text, algorithm="sha256").hexdigest()


def account_limit(username: str, rules: policy.Policy) -> Limit:
    key = key_of(ThrottleKind.ACCOUNT, username)
    return Limit(ThrottleKind.ACCOUNT, key, rules["lockout_after"], ACCOUNT_WINDOW)


def address_limit(address: str | None, rules: policy.Policy) -> Limit:
    """An IPv6 customer has a /64 and could change addresses within it for ever."""
    named = address or ""
    try:
        parsed = ipaddress.ip_address(named)
    except ValueError:
        pass
    else:
        if parsed.version == 6:
            named = str(ipaddress.ip_network((parsed, 64), strict=False))
    key = key_of(ThrottleKind.ADDRESS, named)
    return Limit(ThrottleKind.ADDRESS, key, rules["address_failures"], ADDRESS_WINDOW)


def admit(limit: Limit, *, at: datetime) -> None:
    """Take one try, or learn how long to wait."""
    row = LoginThrottle(
        id=new_id(), kind=limit.kind, key=limit.key, window_from=at, last_failure_at=at, created_at=at, updated_at=at
    )
    LoginThrottle.objects.bulk_create([row], ignore_conflicts=True)
    mine = LoginThrottle.objects.filter(kind=limit.kind, key=limit.key)
    mine.filter(window_from__lte=at - limit.window).update(failures=0, window_from=at)
    mine.filter(blocked_until__lte=at - LONGEST_BLOCK, blocks__gt=0).update(blocks=0)
    open_now = Q(blocked_until__isnull=True) | Q(blocked_until__lte=at)
    taken = mine.filter(open_now, failures__lt=limit.most).update(failures=F("failures") + 1, last_failure_at=at)
    if taken:
        return
    found = mine.get()
    is_blocked = found.blocked_until is not None and found.blocked_until > at
    if not is_blocked and found.last_failure_at <= at - timedelta(minutes=1):
        # The process that looked at the last allowed try died before it could lock.
        block_if_reached(limit, at=at)
        found.refresh_from_db()
        is_blocked = True
    until = found.blocked_until if is_blocked and found.blocked_until else at + timedelta(minutes=1)
    raise TooManyAttempts(until=until, at=at)


def block_if_reached(limit: Limit, *, at: datetime, user: User | None = None) -> None:
    """After a failure: the last allowed one locks, by an action of the login guard."""
    from bihuan.core.access.actions.guard import block_login  # late: the action needs the limits of this module

    reached = LoginThrottle.objects.filter(kind=limit.kind, key=limit.key, failures__gte=limit.most).first()
    if reached is None:
        return
    inputs: dict[str, Any] = {"throttle": Reference(id=reached.pk)}
    if user is not None:
        inputs["user"] = Reference(id=user.pk)
    runner.perform(block_login, ctx=Context(actor=GUARD, at=at), **inputs)


def give_back(limit: Limit) -> None:
    """A try that was right is no failure."""
    LoginThrottle.objects.filter(kind=limit.kind, key=limit.key, failures__gt=0).update(failures=F("failures") - 1)


def pause(blocks: int, *, first: timedelta) -> timedelta:
    """15 min, 30 min, 1 h … at most a day."""
    doubled: timedelta = first * (1 << min(blocks, 20))
    return min(doubled, LONGEST_BLOCK)


def of_account(username: str) -> LoginThrottle | None:
    found: LoginThrottle | None = LoginThrottle.objects.filter(
        kind=ThrottleKind.ACCOUNT, key=key_of(ThrottleKind.ACCOUNT, username)
    ).first()
    return found


def sweep(*, at: datetime) -> int:
    """Counters nobody has touched for a month."""
    gone, _ = LoginThrottle.objects.filter(last_failure_at__lt=at - timedelta(days=30)).delete()
    return int(gone)
