"""会话: from the cookie of a request to the actor it stands for, at this instant. Both limits are half-open.

The only thing written here outside an action is when a session was last seen, at most once a minute.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from bihuan.core.access.context import ANONYMOUS, Actor
from bihuan.core.access.identification import actor_of, digest, may_be_used
from bihuan.core.access.models import Assignment, LoginSession, User
from bihuan.core.access.terms import AccessGrants, AccountStep, LoginMethod

LOGIN = "login"
SEEN_EVERY = timedelta(minutes=1)


def actor_of_session(request: HttpRequest, *, at: datetime) -> Actor:
    """Who is asking. Notes `request.login` (the session row, with its user) and `request.account_step`.

    A session that was ended, ran out, lay idle, or whose account was closed or changed its password is nobody's
    at once, and its cookie is emptied.
    """
    asked: Any = request
    asked.login, asked.account_step = None, None
    named = request.session.get(LOGIN)
    if named is None:
        return ANONYMOUS
    login = _find(named, request.session.session_key or "")
    if login is None or not login.is_live(at) or not _still_proven(login):
        request.session.flush()
        return ANONYMOUS
    if at - login.last_seen_at >= SEEN_EVERY:
        LoginSession.objects.filter(pk=login.pk, last_seen_at__lt=at).update(last_seen_at=at)
    asked.login = login
    actor = actor_of(login.user, at=at, second_factor=proves_second_factor(login))
    asked.account_step = step_of(login, at=at)
    if asked.account_step is AccountStep.CHANGE_PASSWORD:
        # Whoever was handed a password by an administrator may do nothing with it but choose an own one.
        own = tuple(h for h in actor.held if h.grant == AccessGrants.USE_OWN_ACCOUNT)
        return replace(actor, held=own, second_factor=False)
    return actor


def _find(named: str, session_key: str) -> LoginSession | None:
    try:
        pk = UUID(str(named))
    except ValueError:
        return None
    found: LoginSession | None = (
        LoginSession.objects.filter(pk=pk, session_digest=digest(session_key)).select_related("user").one_or_none()
    )
    return found


def _still_proven(login: LoginSession) -> bool:
    user = login.user
    changed_since = user.password_changed_at is not None and user.password_changed_at > login.authenticated_at
    return may_be_used(user) and not changed_since


def proves_second_factor(login: LoginSession) -> bool:
    """In demo mode the demo accounts need no device; the pages say so."""
    return login.second_factor or is_waived(login.user)


def is_waived(user: User) -> bool:
    return bool(user.is_demo and settings.BIHUAN_DEMO)


def step_of(login: LoginSession, *, at: datetime) -> AccountStep | None:
    if login.user.must_change_password and login.method == LoginMethod.PASSWORD:
        return AccountStep.CHANGE_PASSWORD
    if not proves_second_factor(login) and not login.user.has_second_factor and needs_second_factor(login.user, at=at):
        return AccountStep.SET_UP_SECOND_FACTOR
    return None


def needs_second_factor(user: User, *, at: datetime) -> bool:
    """Holds a role that signs off."""
    held = Assignment.objects.filter(user=user, from_at__lte=at, role__needs_second_factor=True)
    return held.filter(Q(until_at__isnull=True) | Q(until_at__gt=at)).exists()


def live_sessions(user: User, *, at: datetime) -> list[LoginSession]:
    """The sessions open at this instant, the one seen last first."""
    open_ones = LoginSession.objects.filter(user=user, ended_at__isnull=True, expires_at__gt=at)
    return [login for login in open_ones.order_by("-last_seen_at") if login.is_live(at)]


def fresh_session_key(request: HttpRequest) -> str:
    """Nothing set before the login survives it: neither the key somebody may have planted, nor its content."""
    request.session.flush()
    request.session.create()
    rotate_token(request)
    return str(request.session.session_key)
