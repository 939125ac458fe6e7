"""底数核查: what the registers show now, and the case of each."""

from __future__ import annotations

from collections import Counter

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.domains.register_checks import queries
from bihuan.domains.register_checks.terms import Check

PAGE = 50


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    check = request.GET.get("check", "")
    found = queries.visible(ctx=ctx)
    counts = Counter(f.check for f, _ in found)
    shown = [pair for pair in found if not check or pair[0].check.value == check]
    context = {
        "page": Paginator(shown, PAGE).get_page(request.GET.get("page")),
        "counts": [(c, counts[c]) for c in Check],
        "check": check,
        "total": len(found),
    }
    return render(request, "register_checks/list.html", context)
