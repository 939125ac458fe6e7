"""限流: how often one person, one token or one address may ask for what costs. Answered 429 with `Retry-After`.

The login has limits of its own (core/access/throttle). What lies here is against floods and scraping; people at work
don't meet it. A limit of 0 is none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from bihuan.core.access.address import client_address
from bihuan.core.pages import problems
from bihuan.core.protection.rates import ledger
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

GetResponse = Callable[[HttpRequest], HttpResponse]


class TooManyRequests(Problem):
    code = "too_many_requests"
    status = 429

    def __init__(self, *, wait: float) -> None:
        self.wait = max(1, math.ceil(wait))
        super().__init__(
            Text("操作太频繁，请在 {n} 秒后再试。", "Too many requests: try again in {n} seconds.").format(n=self.wait)
        )


#: The first that fits counts. Which requests are of a kind is said by their address alone.
_KINDS: tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...] = (
    ("export", re.compile(r"/registers/[^/]+/export\.|/exports/[^/]+/file$|\.(xlsx|docx|pdf|csv)$"), ()),
    ("upload", re.compile(r"/registers/[^/]+/import/$|/evidence/|/api/evidence"), ("POST", "PATCH", "PUT")),
    ("search", re.compile(r"/search/?$|/do/rows/"), ()),
    ("api", re.compile(r"/api/"), ()),
)


def kind_of(request: HttpRequest) -> str:
    for kind, address, methods in _KINDS:
        if (not methods or request.method in methods) and address.search(request.path):
            return kind
    return "public" if request.ctx.actor.kind == "anonymous" else ""  # type: ignore[attr-defined]


class RateLimitMiddleware:
    """After the context: a person is limited as that person, wherever he comes from; a stranger by his address."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kind = kind_of(request)
        most = settings.BIHUAN_RATES.get(kind, 0)
        if most:
            actor: Any = request.ctx.actor  # type: ignore[attr-defined]
            who = actor.id if actor.kind != "anonymous" else f"address:{client_address(request)}"
            verdict = ledger().ask(f"{kind}:{who}", per_minute=most, at=request.ctx.at.timestamp())  # type: ignore[attr-defined]
            if verdict.is_over:
                refused = TooManyRequests(wait=verdict.wait)
                response = problems.answer(request, refused)
                response.headers["Retry-After"] = str(refused.wait)
                return response
        return self.get_response(request)


class HeadMiddleware:
    """HEAD of a page that knows only GET: what GET would say, without its body (RFC 9110 9.3.2)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "HEAD" or response.status_code != 405 or "GET" not in response.headers.get("Allow", ""):
            return response
        request.method = "GET"
        response = self.get_response(request)
        if not response.streaming:
            length = str(len(response.content))
            response.content = b""
            response.headers["Content-Length"] = length
        else:
            response.close()
            response = HttpResponse(status=response.status_code, headers=dict(response.headers))
        request.method = "HEAD"
        return response
