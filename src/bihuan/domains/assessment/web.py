"""年度考核: the schemes, the league table, one sheet with the rows behind each point."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.pages.components import Chart, Crumb, Series
from bihuan.domains.assessment import queries
from bihuan.domains.assessment.models import ScoreSheet
from bihuan.domains.assessment.rules.criteria import PROPOSAL
from bihuan.domains.assessment.terms import AssessmentGrants
from bihuan.engines.official_document.content import OfficialDocument, Paragraph, Table
from bihuan.engines.official_document.writing import to_docx
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text

ASSESSMENTS = Text("年度考核", "Assessments")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _ctx(request: HttpRequest) -> Context:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    return ctx


@require_GET
def assessments(request: HttpRequest) -> HttpResponse:
    ctx = _ctx(request)
    queries.require_any(ctx=ctx)
    context = {
        "schemes": list(queries.schemes(ctx=ctx)[:100]),
        "own": queries.own_sheets(ctx=ctx),
        "conducts": any(ctx.actor.has(g) for g in AssessmentGrants),
        "proposal": list(PROPOSAL),
        "year": day_of(ctx.at).year,
        "crumbs": [Crumb(ASSESSMENTS)],
    }
    return render(request, "assessment/list.html", context)


@require_GET
def scheme_page(request: HttpRequest, scheme_id: UUID) -> HttpResponse:
    ctx = _ctx(request)
    scheme = queries.get_scheme(ctx=ctx, scheme_id=scheme_id)
    lines = queries.league(scheme=scheme)
    chart = Chart(
        title=Text("总分", "Points"),
        categories=[line.sheet.organisation.name for line in lines],
        series=[Series(Text("总分", "Points"), [float(line.sheet.total) for line in lines])],
        horizontal=True,
        categories_in="zh",
    )
    context = {
        "scheme": scheme,
        "criteria": scheme.read_criteria,
        "lines": lines,
        "scored": any(line.sheet.computed_at for line in lines),
        "chart": chart,
        "crumbs": [Crumb(ASSESSMENTS, reverse("assessments")), Crumb(Text(scheme.title, "Scheme"))],
    }
    return render(request, "assessment/scheme.html", context)


@require_GET
def sheet_page(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    ctx = _ctx(request)
    sheet = queries.get_sheet(ctx=ctx, sheet_id=sheet_id)
    conducts = queries.conducts(ctx=ctx, scheme=sheet.scheme)
    appeals = queries.appeals(ctx=ctx, sheet=sheet)
    crumbs = [Crumb(ASSESSMENTS, reverse("assessments"))]
    if conducts:
        crumbs.append(Crumb(Text(sheet.scheme.title, "Scheme"), sheet.scheme.get_absolute_url()))
    context = {
        "sheet": sheet,
        "scheme": sheet.scheme,
        "state": queries.state_of(sheet, sum(a.case.is_open for a in appeals)),
        "lines": queries.lines_of(ctx=ctx, sheet=sheet),
        "place": queries.place_of(sheet) if sheet.scheme.published_at else None,
        "appeals": appeals,
        "history": queries.history(sheet=sheet),
        "conducts": conducts,
        "crumbs": [*crumbs, Crumb(Text(sheet.organisation.name, "Sheet"))],
    }
    return render(request, "assessment/sheet.html", context)


@require_GET
def word(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    ctx = _ctx(request)
    sheet = queries.get_sheet(ctx=ctx, sheet_id=sheet_id)
    answer = HttpResponse(as_word(sheet), content_type=WORD)
    answer["Content-Disposition"] = 'attachment; filename="assessment.docx"'
    return answer


def as_word(sheet: ScoreSheet) -> bytes:
    """A sheet is a document in Chinese, whoever downloads it; every deduction names its rows."""
    rows = [
        (line["name"], line["points"], line["score"], "、".join(line["against"]) or line["note"] or "—")
        for line in sheet.lines
    ]
    made = sheet.computed_at
    return to_docx(
        OfficialDocument(
            title=f"{sheet.scheme.title}考核表",
            addressee=sheet.organisation.name,
            body=[
                Paragraph(f"总分{sheet.total}分。"),
                Table(("指标", "分值", "得分", "扣分依据（事项编号）"), rows, (2.6, 0.9, 0.9, 4.6), "逐项得分"),
            ],
            issued_by=[sheet.scheme.organisation.name],
            on=day_of(made) if made else None,
        )
    )


@require_GET
def pursuits(request: HttpRequest) -> HttpResponse:
    ctx = _ctx(request)
    context = {
        "pursuits": queries.pursuits(ctx=ctx),
        "today": day_of(ctx.at),
        "crumbs": [Crumb(ASSESSMENTS, reverse("assessments")), Crumb(Text("责任追究", "Pursuit"))],
    }
    return render(request, "assessment/pursuits.html", context)
