"""门口: which pages need no login, where one may be sent on to, and whether an answer should be JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

ViewT = TypeVar("ViewT", bound=Callable[..., Any])


def public(view: ViewT) -> ViewT:
    """Reachable without login. Everything else asks for one."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def is_public(view: Any) -> bool:
    return bool(getattr(view, "is_public", False) or getattr(getattr(view, "view_class", None), "is_public", False))


def safe_next(request: HttpRequest, *, fallback: str = "/", name: str = "next") -> str:
    """The `next` address, if it stays on this site; otherwise the fallback."""
    wanted = request.POST.get(name) or request.GET.get(name) or ""
    return wanted if is_own_address(request, wanted) else fallback


def is_own_address(request: HttpRequest, address: str) -> bool:
    """A path of this site. `//host`, `https:…` and backslash tricks are not."""
    return address.startswith("/") and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def wants_json(request: HttpRequest) -> bool:
    if request.path.startswith("/api/"):
        return True
    accepted = request.headers.get("Accept", "")
    return "json" in accepted and "text/html" not in accepted


def is_fragment(request: HttpRequest) -> bool:
    """htmx asks for a piece of a page; a boosted navigation wants the whole."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
