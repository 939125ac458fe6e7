"""检查: the list, and one check with its draw."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.pages.components import Crumb
from bihuan.domains.supervision.queries import checks as reads
from bihuan.domains.supervision.terms import CheckKind
from bihuan.domains.supervision.web.edge import context_of, crumbs, own_unit, tabs
from bihuan.kernel.text import Text

CHECKS = Text("检查", "Checks")
PAGE = 30


@require_GET
def checks(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    page = Paginator(reads.checks(ctx=ctx), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(check, CheckKind(check.kind)) for check in page.object_list],
        "own": own_unit(ctx),
        "tabs": tabs(ctx=ctx, now="checks"),
        "crumbs": crumbs(Crumb(CHECKS)),
    }
    return render(request, "supervision/checks.html", context)


@require_GET
def check_page(request: HttpRequest, check_id: UUID) -> HttpResponse:
    ctx = context_of(request)
    check = reads.get_check(ctx=ctx, check_id=check_id)
    candidates = reads.candidates_of(check)
    context = {
        "check": check,
        "kind": CheckKind(check.kind),
        "view": reads.view_of(ctx=ctx, check=check),
        "candidates": [(c, check.excluded.get(c.key, "")) for c in candidates][:300],
        "number": len(candidates),
        "excluded": len(check.excluded),
        "crumbs": crumbs(Crumb(CHECKS, reverse("supervision")), Crumb(Text(check.title, "Check"))),
    }
    return render(request, "supervision/check.html", context)
