"""Pages of organisations and place parameters."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.pages.components import Crumb
from bihuan.kernel.text import Text
from bihuan.parties import queries
from bihuan.parties.terms import OrganisationKind

PAGE = 50


def _ctx(request: HttpRequest) -> Context:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    return ctx


@require_GET
def organisations(request: HttpRequest) -> HttpResponse:
    text, kind = request.GET.get("q", "").strip()[:60], request.GET.get("kind", "")
    found = queries.organisations(ctx=_ctx(request), text=text, kind=kind)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(unit, OrganisationKind(unit.kind)) for unit in page.object_list],
        "text": text,
        "kind": kind,
        "kinds": list(OrganisationKind),
        "crumbs": [Crumb(Text("单位", "Organisations"))],
    }
    return render(request, "parties/organisations.html", context)


@require_GET
def parameters(request: HttpRequest) -> HttpResponse:
    ctx = _ctx(request)
    page = Paginator(queries.parameters(ctx=ctx), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": queries.with_those_in_force(ctx=ctx, rows=page.object_list),
        "crumbs": [Crumb(Text("地方参数", "Place parameters"))],
    }
    return render(request, "parties/parameters.html", context)


@require_GET
def regions(request: HttpRequest) -> HttpResponse:
    ctx = _ctx(request)
    page = Paginator(queries.regions(ctx=ctx), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": queries.with_numbers(ctx=ctx, regions=page.object_list),
        "crumbs": [Crumb(Text("区域", "Regions"))],
    }
    return render(request, "parties/regions.html", context)
