"""语言: which of the two languages a request is answered in."""

from __future__ import annotations

from typing import get_args

from django.http import HttpRequest, HttpResponse

from bihuan.kernel.text import Language

COOKIE = "bihuan_language"
#: Django's own words (form errors, dates) follow the same choice.
DJANGO_CODES: dict[str, str] = {"zh": "zh-hans", "en": "en"}


def language_of(request: HttpRequest) -> Language:
    """What was chosen here; else what the account says; else what the browser asks for; Chinese first."""
    login = getattr(request, "login", None)
    for said in (request.COOKIES.get(COOKIE), login.user.language if login else None):
        if said in get_args(Language):
            return said  # type: ignore[return-value]
    return _asked_for(request.headers.get("Accept-Language", ""))


def _asked_for(header: str) -> Language:
    for part in header.lower().split(","):
        tag = part.partition(";")[0].strip()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "zh"


def remember(response: HttpResponse, language: str, *, secure: bool) -> None:
    response.set_cookie(COOKIE, language, max_age=365 * 86_400, samesite="Lax", httponly=True, secure=secure)
