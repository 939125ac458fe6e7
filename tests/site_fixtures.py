"""What tests of pages share: people who are logged in, modules made up for one test, a served site, a browser.

Loaded as a plugin by the root conftest. Django is imported inside the fixtures: without it the plugin still loads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import browser_checks


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


@pytest.fixture
def live_site(live_server: Any, settings: Any) -> str:
    """The address of the whole site served by a thread of this test, static files too. Live events are off."""
    settings.BIHUAN_LIVE_PORT = 0
    return str(live_server.url)


@pytest.fixture(scope="module")
def chromium(chromium_path: Path) -> Iterator[Any]:
    """One browser for the tests of a module; mark the test `browser`.

    Not for the whole session: while it is open its loop runs in this thread, and `asyncio.run` of other tests refuses.
    """
    from playwright.sync_api import sync_playwright

    # Playwright's synchronous face runs a loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(chromium_path), args=list(browser_checks.QUIET))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any, live_site: str, open_session: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """`open_page(user, language="en", width=360, theme="dark")` answers a playwright page that is logged in as this
    user (or as nobody). Its complaints are collected: `browser_checks.assert_sound(page)` at each stop."""
    from django.conf import settings

    contexts = []

    def make(
        user: Any = None, *, language: str = "zh", width: int = 1280, height: int = 800, theme: str = "light"
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            base_url=live_site,
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            service_workers="block",
        )
        contexts.append(context)
        cookies = {"bihuan_language": language, "bihuan_theme": theme}
        if user is not None:
            cookies[settings.SESSION_COOKIE_NAME] = open_session(user).session_key
        context.add_cookies([{"name": n, "value": v, "url": live_site} for n, v in cookies.items()])
        page = context.new_page()
        page.set_default_timeout(60_000)
        browser_checks.watch(page)
        return page

    yield make
    for context in contexts:
        context.close()
