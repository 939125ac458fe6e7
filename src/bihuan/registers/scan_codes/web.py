"""扫码页: what everybody sees who scans, and the page to print codes from."""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.core.access.address import client_address
from bihuan.core.access.context import Context
from bihuan.core.actions.problems import Denied
from bihuan.core.pages.components import Crumb
from bihuan.core.pages.doors import public
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.registers.scan_codes import queries
from bihuan.registers.scan_codes.rules.pace import Pace
from bihuan.registers.scan_codes.terms import ScanCodesGrants

PACE = Pace()
CODES = Text("现场码", "Codes of things")


class TooManyScans(Problem):
    code = "too_many_scans"
    status = 429


def _ctx(request: HttpRequest) -> Context:
    found: Context = request.ctx  # type: ignore[attr-defined]
    return found


@public
@require_GET
def scanned(request: HttpRequest, key: str) -> HttpResponse:
    """Hazards, first aid, whom to call: without a login. Counted before the code is looked at."""
    if not PACE.admits(client_address(request), at=time.monotonic()):
        raise TooManyScans(
            Text(
                "查看过于频繁，请一分钟后再试。紧急情况请拨打 119。",
                "Too many views: try again in a minute. In an emergency call 119.",
            )
        )
    ctx = _ctx(request)
    thing = queries.thing_of(key)
    context = {**queries.public_page(thing, ctx=ctx), "more": queries.more_of(thing, ctx=ctx)}
    answer = render(request, "scan_codes/scanned.html", context)
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


@require_GET
def codes(request: HttpRequest) -> HttpResponse:
    ctx = _ctx(request)
    if not ctx.actor.has(ScanCodesGrants.PRINT):
        raise Denied(Text("您没有排印现场码的权限。", "You hold no grant to print codes."))
    return render(
        request, "scan_codes/codes.html", {"choices": list(queries.choices(ctx=ctx)), "crumbs": [Crumb(CODES)]}
    )
