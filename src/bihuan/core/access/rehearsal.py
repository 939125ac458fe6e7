"""排练: accounts and logged-in browsers for tests and benches, made directly. Nothing in service imports this."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import Client

from bihuan.core.access.identification import digest
from bihuan.core.access.models import Assignment, LoginSession, Role, User
from bihuan.core.access.sessions import LOGIN


def make_user(username: str, *, at: datetime, **columns: Any) -> User:
    columns.setdefault("display_name", username)
    user = User(username=username, created_at=at, updated_at=at, **columns)
    user.save(force_insert=True)
    return user


def make_role(code: str, *grants: str, at: datetime, **columns: Any) -> Role:
    role = Role(code=code, name_zh=code, name_en=code, grants=list(map(str, grants)), created_at=at, updated_at=at)
    for name, value in columns.items():
        setattr(role, name, value)
    role.save(force_insert=True)
    return role


def assign(
    user: User, role: Role, *, at: datetime, region: str | None = "", organisation: str | None = None, **columns: Any
) -> Assignment:
    """Everywhere, unless a region path or an organisation code says where."""
    assignment = Assignment(
        user=user,
        role=role,
        scope_region=None if organisation else region,
        scope_organisation=organisation,
        from_at=columns.pop("from_at", at),
        created_at=at,
        updated_at=at,
        **columns,
    )
    assignment.save(force_insert=True)
    return assignment


def open_session(user: User, *, at: datetime, key: str, **columns: Any) -> LoginSession:
    columns.setdefault("expires_at", at + timedelta(hours=8))
    login = LoginSession(
        user=user,
        session_digest=digest(key),
        authenticated_at=at,
        last_seen_at=at,
        created_at=at,
        updated_at=at,
        **columns,
    )
    login.save(force_insert=True)
    return login


def logged_in(user: User, *, at: datetime, client: Client | None = None, **columns: Any) -> Client:
    """A browser in which this user has just logged in."""
    client = client or Client()
    store = SessionStore()
    store.create()
    login = open_session(user, at=at, key=str(store.session_key), **columns)
    store[LOGIN] = str(login.pk)
    store.save()
    client.cookies["bihuan_session"] = str(store.session_key)
    return client


def request_of(login: LoginSession | None, *, key: str) -> HttpRequest:
    """A request that carries this session's cookie."""
    request = HttpRequest()
    store = SessionStore(key)
    if not store.exists(key):
        store.save(must_create=True)
    if login is not None:
        store[LOGIN] = str(login.pk)
        store.save()
    request.session = SessionStore(key)
    return request
