"""依据与核对: the values this installation goes by, and where each is written."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.lawbook import queries
from bihuan.core.pages.components import Crumb
from bihuan.kernel.text import Text

LABEL = Text("依据与核对", "The law gone by")
ROWS_SHOWN = 500


def _ctx(request: HttpRequest) -> Context:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    return ctx


@require_GET
def list_entries(request: HttpRequest) -> HttpResponse:
    text, only_open = request.GET.get("q", "").strip()[:60], request.GET.get("open") == "1"
    everything = queries.entries(ctx=_ctx(request))
    found = queries.entries(ctx=_ctx(request), only_open=only_open, text=text)
    context = {
        "entries": found,
        "text": text,
        "only_open": only_open,
        "all": len(everything),
        "counting": sum(entry.counts for entry in everything),
        "crumbs": [Crumb(LABEL)],
    }
    return render(request, "lawbook/entries.html", context)


@require_GET
def show_entry(request: HttpRequest, path: str, key: str, held_from: str) -> HttpResponse:
    try:
        day = date.fromisoformat(held_from)
    except ValueError:
        raise NotFound from None
    entry = queries.entry_of(ctx=_ctx(request), path=path, key=key, held_from=day)
    if entry is None:
        raise NotFound
    columns, rows = queries.table_of(entry.version.values)
    context = {
        "entry": entry,
        "columns": columns,
        "rows": rows[:ROWS_SHOWN],
        "left": max(0, len(rows) - ROWS_SHOWN),
        "crumbs": [Crumb(LABEL, reverse("lawbook")), Crumb(entry.provision.meaning)],
    }
    return render(request, "lawbook/entry.html", context)
