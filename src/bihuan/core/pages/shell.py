"""What the base template needs on every page. A lazy object: a fragment or a JSON answer pays for none of it."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from bihuan.core.access.context import ANONYMOUS
from bihuan.core.pages import navigation
from bihuan.kernel.text import current_language

THEME_COOKIE = "bihuan_theme"
THEMES = ("auto", "light", "dark")


class Shell:
    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.ctx = getattr(request, "ctx", None)

    @property
    def actor(self) -> Any:
        return self.ctx.actor if self.ctx else ANONYMOUS

    @property
    def is_logged_in(self) -> bool:
        return bool(self.actor.kind != "anonymous")

    @property
    def language(self) -> str:
        return current_language.get()

    @property
    def html_lang(self) -> str:
        return "zh-CN" if self.language == "zh" else "en"

    @property
    def theme(self) -> str:
        login = getattr(self.request, "login", None)
        said = self.request.COOKIES.get(THEME_COOKIE) or (login.user.theme if login else "auto")
        return said if said in THEMES else "auto"

    @cached_property
    def menu(self) -> list[navigation.Group]:
        return navigation.menu(ctx=self.ctx, path=self.request.path) if self.ctx and self.is_logged_in else []

    @property
    def menu_drawn(self) -> SafeString:
        return _drawn(tuple(self.menu), self.language)

    @cached_property
    def widgets(self) -> list[navigation.WidgetView]:
        return navigation.widgets(ctx=self.ctx) if self.ctx and self.is_logged_in else []

    @cached_property
    def user_menu(self) -> tuple[navigation.Entry, ...]:
        return navigation.user_menu()

    @property
    def here(self) -> str:
        return self.request.get_full_path() if self.request.method == "GET" else self.request.path

    @property
    def is_demo(self) -> bool:
        return bool(settings.BIHUAN_DEMO)

    @property
    def has_live(self) -> bool:
        return self.is_logged_in and bool(settings.BIHUAN_LIVE_PORT or settings.BIHUAN_LIVE_URL)

    @property
    def map_tiles(self) -> str:
        return str(settings.BIHUAN_MAP_TILES)


@lru_cache(maxsize=1_000)
def _drawn(groups: tuple[navigation.Group, ...], language: str) -> SafeString:
    """Remembered by all that it shows: everybody of one role sees the same menu on the same page."""
    return render_to_string("pages/parts/menu.html", {"groups": groups})


@receiver(setting_changed)
def forget(setting: str, **_: Any) -> None:
    """Where its pictures lie changes only when a test changes the settings."""
    if setting in ("STATIC_URL", "STORAGES"):
        _drawn.cache_clear()


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    return {"shell": Shell(request), "ctx": getattr(request, "ctx", None)}
