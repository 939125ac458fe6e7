"""危险化学品目录: the pages of the catalogue."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.pages.components import Crumb
from bihuan.registers.chemicals import queries
from bihuan.registers.chemicals.rules.properties import STATE, properties_of
from bihuan.registers.chemicals.terms import Listing

PAGE = 50


def _ctx(request: HttpRequest) -> Context:
    found: Context = request.ctx  # type: ignore[attr-defined]
    return found


@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    book = queries.catalogue(ctx=_ctx(request))
    text = request.GET.get("q", "").strip()[:60]
    listing = next((x for x in Listing if x.value == request.GET.get("list")), None)
    page = Paginator(book.find(text, listing=listing), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [(entry, book.listed(entry)) for entry in page.object_list],
        "text": text,
        "listing": listing,
        "listings": list(Listing),
        "book": book,
        "serials": len(book.by_serial),
        "toxic": len({e.serial for e in book.entries if e.is_highly_toxic}),
    }
    return render(request, "chemicals/catalogue.html", context)


@require_GET
def entry(request: HttpRequest, serial: int) -> HttpResponse:
    book = queries.catalogue(ctx=_ctx(request))
    rows = book.by_serial.get(serial)
    if rows is None:
        raise NotFound
    numbers = list(dict.fromkeys(cas for row in rows for cas in row.cas))
    context = {
        "entry": rows[0],
        "rows": [(row, book.listed(row)) for row in rows],
        "numbers": [(cas, properties_of(cas)) for cas in numbers],
        "state": STATE,
        "book": book,
        "handled": queries.handled(ctx=_ctx(request), entry=rows[0]),
        "crumbs": [Crumb(queries.CATALOGUE, reverse("catalogue")), Crumb(str(serial))],
    }
    return render(request, "chemicals/entry.html", context)
