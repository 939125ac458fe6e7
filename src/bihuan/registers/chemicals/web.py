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
from bihuan.engines.ghs.tables import tables_at
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.registers.chemicals import queries
from bihuan.registers.chemicals.rules.catalogue import Entry
from bihuan.registers.chemicals.rules.properties import STATE, properties_of
from bihuan.registers.chemicals.rules.un_numbers import asked_un, un_numbers
from bihuan.registers.chemicals.terms import Listing

PAGE = 50
PROCESSES = Text("重点监管工艺", "Key processes")
MIXTURE = Text("混合物判定", "Mixtures")


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
        "lines": [(entry, book.listed(entry), _un_of(entry)) for entry in page.object_list],
        "un": asked_un(text) if text else "",
        "goods": tables_at(day_of(_ctx(request).at)).goods.get(asked_un(text)) if text else None,
        "paired": len(un_numbers()),
        "text": text,
        "listing": listing,
        "listings": list(Listing),
        "book": book,
        "serials": len(book.by_serial),
        "toxic": len({e.serial for e in book.entries if e.is_highly_toxic}),
    }
    return render(request, "chemicals/catalogue.html", context)


def _un_of(entry: Entry) -> list[str]:
    known = un_numbers()
    return list(dict.fromkeys(un for cas in entry.cas for un in known.get(cas, ())))


@require_GET
def processes(request: HttpRequest) -> HttpResponse:
    """重点监管的危险化工工艺: eighteen of them, with what each must watch."""
    held = queries.key_processes(ctx=_ctx(request))
    context = {"held": held, "crumbs": [Crumb(queries.CATALOGUE, reverse("catalogue")), Crumb(PROCESSES)]}
    return render(request, "chemicals/processes.html", context)


@require_GET
def mixture(request: HttpRequest) -> HttpResponse:
    """混合物判定: whether a mixture is managed as a hazardous chemical, and nothing else."""
    lines = request.GET.get("components", "")[:4000]
    verdict, problem = None, None
    if lines.strip():
        try:
            verdict = queries.judge(ctx=_ctx(request), lines=lines)
        except Problem as wrong:
            problem = wrong
    context = {
        "lines": lines,
        "verdict": verdict,
        "problem": problem,
        "floor": queries.mixture_floor(ctx=_ctx(request)),
        "example": "甲醇；60",
        "crumbs": [Crumb(queries.CATALOGUE, reverse("catalogue")), Crumb(MIXTURE)],
    }
    return render(request, "chemicals/mixture.html", context)


@require_GET
def entry(request: HttpRequest, serial: int) -> HttpResponse:
    book = queries.catalogue(ctx=_ctx(request))
    rows = book.by_serial.get(serial)
    if rows is None:
        raise NotFound
    numbers = list(dict.fromkeys(cas for row in rows for cas in row.cas))
    context = {
        "entry": rows[0],
        "un_numbers": list(dict.fromkeys(un for row in rows for un in _un_of(row))),
        "rows": [(row, book.listed(row)) for row in rows],
        "numbers": [(cas, properties_of(cas)) for cas in numbers],
        "state": STATE,
        "book": book,
        "handled": queries.handled(ctx=_ctx(request), entry=rows[0]),
        "crumbs": [Crumb(queries.CATALOGUE, reverse("catalogue")), Crumb(str(serial))],
    }
    return render(request, "chemicals/entry.html", context)
