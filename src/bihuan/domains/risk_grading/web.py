"""静态风险的页面: who is of which colour, the assessment sheet with what would win points back, and what-if."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.actions.runner import perform
from bihuan.core.pages.components import Crumb
from bihuan.domains.risk_grading import actions, queries
from bihuan.domains.risk_grading.terms import RiskGradingGrants
from bihuan.engines.static_risk import scoring
from bihuan.engines.static_risk import sheet as sheets
from bihuan.engines.static_risk.scoring import Answer, Assessment, WrongAnswer
from bihuan.engines.static_risk.tables import Doc19Table, doc19_at
from bihuan.kernel.calendar import day_of
from bihuan.kernel.schemes import Doc19Colour, EnterpriseGrade, ParkGrade
from bihuan.kernel.text import Text

LABEL = Text("静态风险分级", "Static risk")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE = 50
ITEM, RULE = "item-", "rule-"


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    narrowed = queries.Filter.from_query(request.GET.dict())
    rows = queries.current(ctx=ctx, narrowed=narrowed)
    return render(
        request,
        "risk_grading/list.html",
        {
            "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
            "narrowed": narrowed,
            "colours": list(Doc19Colour),
            "areas": queries.areas(ctx=ctx),
            "parks": queries.park_grades(ctx=ctx),
            "poor": queries.poor_enterprises(ctx=ctx),
            "left": list(queries.not_assessed(ctx=ctx)[:50]),
            "schemes": (Doc19Colour, ParkGrade, EnterpriseGrade),
        },
    )


@require_http_methods(["GET", "POST"])
def assess(request: HttpRequest, enterprise_id: UUID) -> HttpResponse:
    """GET: the sheet, filled from the registers or as it was kept. POST `try`: what if; POST `keep`: kept."""
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    enterprise = queries.get_enterprise(ctx=ctx, enterprise_id=enterprise_id)
    table = doc19_at(day_of(ctx.at))
    filled = queries.filled(enterprise, on=table.on)
    kept = queries.current_of(enterprise)
    wrong: Mapping[str, Text] = {}
    may_assess = ctx.actor.may(RiskGradingGrants.ASSESS, enterprise.place)
    if request.method == "POST":
        counts, direct = _said(request.POST, table)
        if "keep" in request.POST:
            try:
                perform(actions.assess, ctx=ctx, enterprise=enterprise, answers=counts, direct=direct)
            except WrongAnswer as problem:
                wrong = problem.where
            else:
                return HttpResponseRedirect(request.path)
        answers = {
            code: filled[code] if code in filled and filled[code].count == n else Answer(n, actions.BY_HAND)
            for code, n in counts.items()
        }
    elif kept is not None:
        answers = {code: Answer(**said) for code, said in kept.answers.items()}
        # What the registers say by now, where nobody said otherwise by hand.
        answers |= {c: a for c, a in filled.items() if c not in answers or answers[c].from_data}
        direct = dict(kept.direct)
    else:
        answers, direct = dict(filled), {}
    if not wrong:
        try:
            result = scoring.score(table=table, answers=answers, direct=direct)
        except WrongAnswer as problem:
            wrong = problem.where
    if wrong:
        result = scoring.score(table=table, answers={c: a for c, a in filled.items() if c not in wrong}, direct=direct)
    context = {
        "enterprise": enterprise,
        "kept": kept,
        "result": result,
        "groups": _groups(result, filled, wrong),
        "direct": [(rule, result.direct.get(rule.code)) for rule in table.direct_red],
        "repairs": scoring.best_repairs(assessment=result)[:8],
        "is_try": request.method == "POST",
        "wrong": wrong,
        "may_assess": may_assess,
        "citations": list({r["citation"]: r for r in table.references}.values()),
        "scheme": Doc19Colour,
        "crumbs": [Crumb(LABEL, reverse("risk-grading")), Crumb(enterprise.thing.code, enterprise.get_absolute_url())],
    }
    return render(request, "risk_grading/assess.html", context, status=422 if wrong else 200)


def _said(posted: Any, table: Doc19Table) -> tuple[dict[str, int], dict[str, bool]]:
    """An empty box is an open question; anything that is no number counts as one that isn't possible."""
    counts: dict[str, int] = {}
    for item in table.items:
        written = str(posted.get(f"{ITEM}{item.code}", "")).strip()
        if written:
            counts[item.code] = int(written) if written.isascii() and written.isdecimal() and len(written) < 6 else -1
    said = {rule.code: posted.get(f"{RULE}{rule.code}", "") for rule in table.direct_red}
    return counts, {code: value == "yes" for code, value in said.items() if value in ("yes", "no")}


def _groups(result: Assessment, filled: Mapping[str, Answer], wrong: Mapping[str, Text]) -> list[dict[str, Any]]:
    """By category, each with its score; each line with what the registers say beside what was answered."""
    return [
        {
            "category": category,
            "lines": [
                {
                    "line": line,
                    "name": f"{ITEM}{line.item.code}",
                    "data": filled.get(line.item.code),
                    "wrong": wrong.get(line.item.code),
                }
                for line in result.lines
                if line.item.category == category.name
            ],
        }
        for category in result.categories
    ]


@require_GET
def workbook(request: HttpRequest, enterprise_id: UUID) -> HttpResponse:
    """The assessment that was kept, as a file."""
    enterprise = queries.get_enterprise(ctx=request.ctx, enterprise_id=enterprise_id)  # type: ignore[attr-defined]
    kept = queries.current_of(enterprise)
    if kept is None:
        raise NotFound
    content = sheets.workbook(queries.result_of(kept), enterprise=enterprise.thing.name)
    answer = HttpResponse(content, content_type=XLSX)
    name = quote(f"{enterprise.thing.code}-{kept.on.isoformat()}.xlsx")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer
