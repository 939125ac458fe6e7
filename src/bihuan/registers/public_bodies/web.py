"""学习贯彻情况: who has studied in a year, and who hasn't."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.pages.components import Crumb
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.registers.public_bodies import queries

STUDY = Text("学习贯彻情况", "Who has studied")


@require_GET
def study(request: HttpRequest) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    said = request.GET.get("year", "")
    year = int(said) if said.isdigit() and len(said) == 4 else day_of(ctx.at).year
    lines = queries.studied(ctx=ctx, year=year)
    context = {
        "lines": lines,
        "missing": sum(line.times == 0 for line in lines),
        "year": year,
        "before": year - 1,
        "crumbs": [Crumb(STUDY)],
    }
    return render(request, "public_bodies/study.html", context)
