"""请求上下文: who asks, at what instant, in which language; and the headers every page carries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from bihuan.core import clock, logs
from bihuan.core.access.context import Actor, Context
from bihuan.core.access.identification import actor_of_token
from bihuan.core.access.sessions import actor_of_session
from bihuan.core.actions.problems import LoginNeeded
from bihuan.core.pages import doors, language, problems
from bihuan.core.pages.answering import note_answer
from bihuan.core.protection import session_keys
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import current_language

GetResponse = Callable[[HttpRequest], HttpResponse]


class ContextMiddleware:
    """Gives every request its `ctx`. A bearer token counts alone: with it neither session nor CSRF matters."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session_keys.refresh()
        at = clock.now()
        actor = _actor(request, at=at)
        said = language.language_of(request)
        request.ctx = Context(actor=actor, at=at, language=said)  # type: ignore[attr-defined]
        mark = current_language.set(said)
        logged = logs.request_id.set(request.ctx.request_id)  # type: ignore[attr-defined]
        try:
            with translation.override(language.DJANGO_CODES[said]):
                response = self.get_response(request)
            note_answer(request, response)
        finally:
            current_language.reset(mark)
            logs.request_id.reset(logged)
        response.headers["X-Request-ID"] = request.ctx.request_id  # type: ignore[attr-defined]
        response.headers.setdefault("Content-Language", "zh-CN" if said == "zh" else "en")
        if actor.kind != "anonymous":
            # What one person may see must not be shown to the next one at the same machine by a cache.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.ctx.actor.kind != "anonymous" or doors.is_public(view):  # type: ignore[attr-defined]
            return None
        return problems.answer(request, LoginNeeded())

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return problems.answer(request, exception) if isinstance(exception, Problem) else None


def _actor(request: HttpRequest, *, at: Any) -> Actor:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        # A browser never adds this header by itself, so there is nothing to forge across sites.
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        return actor_of_token(secret.strip(), at=at)
    return actor_of_session(request, at=at)


class PageSecurityMiddleware:
    """内容安全策略: no script and no style but our own files; nobody frames us; nothing is sent elsewhere."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        tiles = urlsplit(settings.BIHUAN_MAP_TILES.replace("{s}", "*"))
        self.images = f" {tiles.scheme}://{tiles.netloc}" if tiles.netloc else ""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy(request))
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(self)")
        return response

    def policy(self, request: HttpRequest) -> str:
        return "; ".join(
            (
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                f"img-src 'self' data: blob:{self.images}",
                "font-src 'self'",
                f"connect-src 'self' {live_origin(request)}",
                "worker-src 'self'",
                "manifest-src 'self'",
                "media-src 'self' blob:",
                "frame-src 'self'",
                "form-action 'self'",
                "base-uri 'none'",
                "object-src 'none'",
                "frame-ancestors 'none'",
            )
        )


def live_origin(request: HttpRequest) -> str:
    """Where the live events come from: the stated address, or this host at the live port."""
    if settings.BIHUAN_LIVE_URL:
        parts = urlsplit(settings.BIHUAN_LIVE_URL)
        return f"{parts.scheme}://{parts.netloc}"
    if not settings.BIHUAN_LIVE_PORT:
        return ""
    host = urlsplit(f"//{request.get_host()}").hostname or "127.0.0.1"
    name = f"[{host}]" if ":" in host else quote(host)
    return f"{request.scheme}://{name}:{settings.BIHUAN_LIVE_PORT}"
