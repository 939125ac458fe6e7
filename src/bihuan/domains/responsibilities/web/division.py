"""职责划分: the matrix of a region."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.pages.components import Crumb
from bihuan.domains.responsibilities.queries import division as reads
from bihuan.domains.responsibilities.terms import Part
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text

RESPONSIBILITIES = Text("职责", "Responsibilities")
#: Code, label, address, icon.
TABS = (
    ("matrix", Text("职责划分", "Division"), "responsibilities", "table"),
    ("units", Text("职责清单与责任链", "Lists and chains"), "responsibility-units", "users"),
    ("papers", Text("职责与制度文件", "Papers"), "responsibility-papers", "file-text"),
    ("leaders", Text("领导干部清单", "Leaders' lists"), "responsibility-leaders", "user"),
)
#: Days given by default to fill an empty cell.
DAYS = 30


def context_of(request: HttpRequest) -> Context:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    return ctx


def tabs(now: str) -> list[tuple[Text, str, str, bool]]:
    return [(label, reverse(name), icon, code == now) for code, label, name, icon in TABS]


def crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(RESPONSIBILITIES, reverse("responsibilities")), *more]


@require_GET
def matrix(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    reads.require_any(ctx=ctx)
    listed = reads.regions(ctx=ctx)
    region = reads.chosen(ctx=ctx, code=request.GET.get("region", "")[:20]) if listed else None
    view = reads.view_of(ctx=ctx, region=region) if region else None
    context = {
        "regions": listed,
        "view": view,
        "parts": [p for p in Part if p is not Part.UNDECIDED],
        "backstop": next((u for u in view.units if "应急" in u.name), None) if view else None,
        "due_on": day_of(ctx.at) + timedelta(days=DAYS),
        "tabs": tabs("matrix"),
        "crumbs": crumbs(),
    }
    return render(request, "responsibilities/matrix.html", context)
