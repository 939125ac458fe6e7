"""问题清单, 书面请示, 典型经验, 年度计划."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.core.pages.components import Crumb
from bihuan.domains.supervision.queries import problems as reads
from bihuan.domains.supervision.terms import FoundBy
from bihuan.domains.supervision.web.edge import context_of, crumbs, own_unit, tabs
from bihuan.domains.supervision.web.problem_file import workbook
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text

PAGE = 50
MOST_ROWS = 5_000
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = (
    ("red", Text("已逾期", "Overdue")),
    ("yellow", Text("七天内到期", "Due within 7 days")),
    ("open", Text("未销号", "Open")),
    ("submitted", Text("待复查", "To be re-checked")),
    ("closed", Text("已销号", "Cancelled")),
)


@require_GET
def problems(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    reads.require_any(ctx=ctx)
    narrowed = reads.ProblemFilter.from_query(request.GET.dict())
    page = Paginator(reads.problems(ctx=ctx, narrowed=narrowed), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(entry, entry.case, FoundBy(entry.found_by)) for entry in page.object_list],
        "counts": reads.counts(ctx=ctx),
        "by_drive": reads.by_drive(ctx=ctx),
        "narrowed": narrowed,
        "states": STATES,
        "sources": list(FoundBy),
        "query": request.GET.urlencode(),
        "own": own_unit(ctx),
        "tabs": tabs(ctx=ctx, now="problems"),
        "crumbs": crumbs(Crumb(Text("问题清单", "Problems"))),
    }
    return render(request, "supervision/problems.html", context)


@require_GET
def problems_file(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    reads.require_any(ctx=ctx)
    narrowed = reads.ProblemFilter.from_query(request.GET.dict())
    rows = list(reads.problems(ctx=ctx, narrowed=narrowed)[:MOST_ROWS])
    answer = HttpResponse(workbook(rows, on=day_of(ctx.at)), content_type=EXCEL)
    answer["Content-Disposition"] = 'attachment; filename="problems.xlsx"'
    return answer


def _page(request: HttpRequest, name: str, label: Text, **context: Any) -> HttpResponse:
    ctx = context_of(request)
    context |= {"own": own_unit(ctx), "tabs": tabs(ctx=ctx, now=name), "crumbs": crumbs(Crumb(label))}
    return render(request, f"supervision/{name}.html", context)


@require_GET
def rulings(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    reads.require_any(ctx=ctx)
    page = Paginator(reads.rulings(ctx=ctx), PAGE).get_page(request.GET.get("page"))
    return _page(request, "rulings", Text("书面请示", "Rulings"), page=page)


@require_GET
def practices(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    reads.require_any(ctx=ctx)
    return _page(request, "practices", Text("典型经验", "Good practice"), practices=reads.practices(ctx=ctx))


@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    reads.require_any(ctx=ctx)
    said = request.GET.get("year", "")
    year = int(said) if said.isdigit() and len(said) == 4 else day_of(ctx.at).year
    matrix = reads.plan_matrix(ctx=ctx, year=year)
    return _page(request, "plans", Text("年度检查计划", "Yearly plans"), matrix=matrix)
