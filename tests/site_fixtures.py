"""What tests of pages share: people who are logged in, modules made up for one test, a served site, a browser.

Loaded as a plugin by the root conftest. Django is imported inside the fixtures: without it the plugin still loads.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest


@pytest.fixture
def make_user(db: None) -> Callable[..., Any]:
    """`make_user("zhang", "some.grant", region="330000/")`: an account holding these grants there; "" is everywhere."""
    from bihuan.core.access.models import Assignment, Role, User

    def make(username: str, *grants: str, region: str | None = "", organisation: str | None = None) -> Any:
        at = datetime.now(UTC) - timedelta(minutes=5)
        user = User.objects.create(
            username=username,
            display_name=username,
            organisation_code=organisation or "",
            created_at=at,
            updated_at=at,
            password_changed_at=at,
        )
        if grants:
            role = Role.objects.create(
                code=f"role_{username}",
                name_zh=username,
                name_en=username,
                grants=[str(g) for g in grants],
                created_at=at,
                updated_at=at,
            )
            Assignment.objects.create(
                user=user,
                role=role,
                scope_region=None if organisation else region,
                scope_organisation=organisation,
                from_at=at,
                created_at=at,
                updated_at=at,
            )
        return user

    return make


@pytest.fixture
def open_session(db: None) -> Callable[..., Any]:
    """`open_session(user)` answers the session store of a login of this user, as the login page would leave it."""
    from importlib import import_module

    from django.conf import settings

    from bihuan.core.access.identification import digest
    from bihuan.core.access.models import LoginSession

    def open_it(user: Any, *, second_factor: bool = True) -> Any:
        now = datetime.now(UTC)
        store = import_module(settings.SESSION_ENGINE).SessionStore()
        store.create()
        login = LoginSession.objects.create(
            user=user,
            session_digest=digest(store.session_key),
            second_factor=second_factor,
            authenticated_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=8),
            created_at=now,
            updated_at=now,
        )
        store["login"] = str(login.pk)
        store.save()
        return store

    return open_it


@pytest.fixture
def log_in(open_session: Callable[..., Any]) -> Callable[..., Any]:
    """`log_in(user)` answers a Django test client that is this user; `language="en"` for English pages."""
    from django.conf import settings
    from django.test import Client

    def make(user: Any, *, language: str = "zh", second_factor: bool = True, **options: Any) -> Any:
        client = Client(**options)
        client.cookies[settings.SESSION_COOKIE_NAME] = open_session(user, second_factor=second_factor).session_key
        client.cookies["bihuan_language"] = language
        return client

    return make


@pytest.fixture
def with_module(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`with_module(Module(…))`: the declarations of the product and this one, for the length of the test."""
    from bihuan.core import modules

    def add(*made: Any) -> None:
        everything = [*modules.registry().modules.values(), *made]
        monkeypatch.setattr(modules, "_registry", modules.Registry(everything))

    return add
