"""登录过程: what the login page does around the door. Counting, hashing and the cookie are here; the session is an action."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from bihuan.core.access import passwords, policy, second_factor, throttle
from bihuan.core.access.actions import login as actions
from bihuan.core.access.actions.accounts import spelled
from bihuan.core.access.address import client_address
from bihuan.core.access.context import ANONYMOUS, Context
from bihuan.core.access.identification import digest, may_be_used
from bihuan.core.access.models import LoginSession, User
from bihuan.core.access.proofs import prove
from bihuan.core.access.sessions import LOGIN, fresh_session_key, is_waived
from bihuan.core.access.terms import LoginMethod, ThrottleKind
from bihuan.core.actions import runner
from bihuan.core.actions.action import Reference
from bihuan.core.audit.writing import count_anonymous_denial

PENDING = "login_pending"


def check_password(*, username: str, password: str, address: str, at: datetime) -> User:
    """Refuses an unknown name, a wrong password and a closed account with the same answer after the same work."""
    name, rules = spelled(username)[:200], policy.current()
    tries = (throttle.address_limit(address, rules), throttle.account_limit(name, rules))
    _admit(tries, at=at)
    user: User | None = User.objects.filter(username=name).first()
    is_right = passwords.is_right(password[: passwords.LONGEST * 4], user.password if user else None)
    if user is None or not is_right or not may_be_used(user):
        _refused(tries, at=at, user=user)
        raise actions.LoginRefused
    for limit in tries:
        throttle.give_back(limit)
    return user


def check_own_password(user: User, *, password: str, at: datetime) -> None:
    """Before a change of password or device: whoever found an open session may not guess on and on either."""
    limit = throttle.account_limit(user.username, policy.current())
    _admit((limit,), at=at)
    if not passwords.is_right(password, user.password):
        _refused((limit,), at=at, user=user)
        raise actions.LoginRefused
    throttle.give_back(limit)


def _admit(tries: tuple[throttle.Limit, ...], *, at: datetime) -> None:
    try:
        for limit in tries:
            throttle.admit(limit, at=at)
    except throttle.TooManyAttempts:
        count_anonymous_denial(at=at, action=actions.log_in.name)
        raise


def _refused(tries: tuple[throttle.Limit, ...], *, at: datetime, user: User | None) -> None:
    count_anonymous_denial(at=at, action=actions.log_in.name)
    for limit in tries:
        throttle.block_if_reached(limit, at=at, user=user if limit.kind is ThrottleKind.ACCOUNT else None)


def needs_code(user: User) -> bool:
    return user.has_second_factor and not is_waived(user)


def remember_pending(request: HttpRequest, user: User, *, method: LoginMethod, at: datetime, next_page: str) -> None:
    """Between password and code: a note in the session, good for five minutes. Nobody is logged in yet."""
    note = prove(user, purpose=f"log_in:{method.value}", at=at)
    request.session[PENDING] = {"user": str(user.pk), "method": method.value, "proof": note, "next": next_page}


def pending(request: HttpRequest) -> dict[str, Any] | None:
    found = request.session.get(PENDING)
    return found if isinstance(found, dict) else None


def finish_pending(request: HttpRequest, *, code: str, at: datetime) -> LoginSession:
    """The second step. A wrong code counts against the account like a wrong password."""
    waiting = pending(request)
    user = User.objects.filter(pk=UUID(waiting["user"])).first() if waiting else None
    if waiting is None or user is None:
        raise actions.LoginRefused
    limit = throttle.account_limit(user.username, policy.current())
    _admit((limit,), at=at)
    try:
        method = LoginMethod.OIDC if waiting["method"] == LoginMethod.OIDC.value else LoginMethod.PASSWORD
        done = _open(request, user, method, waiting["proof"], code=code, at=at)
    except (second_factor.WrongCode, actions.CodeNeeded):
        _refused((limit,), at=at, user=user)
        request.session[PENDING] = waiting
        raise
    return done


def log_in(request: HttpRequest, user: User, *, method: LoginMethod, at: datetime) -> LoginSession:
    """For somebody whose password or outside identity has just been checked and who has no second factor."""
    note = prove(user, purpose=f"log_in:{method.value}", at=at)
    return _open(request, user, method, note, code="", at=at)


def _open(request: HttpRequest, user: User, method: LoginMethod, note: str, *, code: str, at: datetime) -> LoginSession:
    key = fresh_session_key(request)
    done = runner.perform(
        actions.log_in,
        ctx=Context(actor=ANONYMOUS, at=at),
        user=Reference(id=user.pk),
        proof=note,
        session_digest=digest(key),
        method=method,
        address=client_address(request),
        agent=request.headers.get("User-Agent", "")[:200],
        code=code,
    )
    login: LoginSession = done.value
    request.session[LOGIN] = str(login.pk)
    request.session.set_expiry(int((login.expires_at - at).total_seconds()))
    return login


def log_out(request: HttpRequest, *, ctx: Context) -> None:
    login = getattr(request, "login", None)
    if login is not None and ctx.actor.kind == "user":
        runner.perform(actions.log_out, ctx=ctx, login=Reference(id=login.pk))
    request.session.flush()


@contextmanager
def counted(user: User, *, at: datetime) -> Iterator[None]:
    """A code typed in an open session counts like one at the login: whoever found the session may not guess on."""
    limit = throttle.account_limit(user.username, policy.current())
    _admit((limit,), at=at)
    try:
        yield
    except second_factor.WrongCode:
        _refused((limit,), at=at, user=user)
        raise
    throttle.give_back(limit)
