"""底数核查: what the registers show now, and the case of each."""

from __future__ import annotations

from collections import Counter

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.pages.components import Crumb
from bihuan.domains.register_checks import queries
from bihuan.domains.register_checks.terms import Check, Gap
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text

PAGE = 50
IN_CHARGE = Text("谁主管谁负责", "Who supervises what")


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    check = request.GET.get("check", "")
    seen = queries.visible(ctx=ctx)
    found = seen.value
    counts = Counter(f.check for f in found)
    page = Paginator([f for f in found if not check or f.check.value == check], PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": queries.cases_of(ctx=ctx, some=page),
        "counted_at": seen.at if seen.at != ctx.at else None,
        "counts": [(c, counts[c]) for c in Check],
        "check": check,
        "total": len(found),
    }
    return render(request, "register_checks/list.html", context)


@require_GET
def supervisors(request: HttpRequest) -> HttpResponse:
    """谁主管谁负责: each object with its three supervisors, and the gaps."""
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    gap, text = request.GET.get("gap", ""), request.GET.get("q", "")[:80]
    page = Paginator(queries.objects(ctx=ctx, gap=gap, text=text), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": queries.in_charge(page, on=day_of(ctx.at)),
        "gap": gap,
        "gaps": list(Gap),
        "text": text,
        "crumbs": [Crumb(Text("底数核查", "Register checks"), reverse("register-checks")), Crumb(IN_CHARGE)],
    }
    return render(request, "register_checks/supervisors.html", context)
