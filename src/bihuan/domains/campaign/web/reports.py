"""报告的页面: who has sent what; one report with its figures, edited in the page; the rows of a figure; Word and Excel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from bihuan.core.access.context import Context
from bihuan.core.actions import runner
from bihuan.core.actions.problems import NotFound, StaleVersion
from bihuan.core.pages.components import Crumb
from bihuan.domains.campaign.actions import reports
from bihuan.domains.campaign.models import Campaign, Report
from bihuan.domains.campaign.queries import reports as queries
from bihuan.domains.campaign.rules.figures import BY_CODE, FIGURES, WORDS, Figure
from bihuan.domains.campaign.terms import CampaignState, ReportKind
from bihuan.domains.campaign.web import report_file
from bihuan.domains.campaign.web.boards import EXCEL
from bihuan.domains.campaign.web.edge import CAMPAIGNS, campaign_of, context_of, go
from bihuan.domains.campaign.web.family import crumbs_to
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop.actions.scopes import handled_at
from bihuan.loop.terms import LoopGrants, Stage

REPORTS = Text("报告", "Reports")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
def received(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """报送台账: unit × report, received and late."""
    ctx = context_of(request)
    campaign = campaign_of(request, campaign_id)
    found = queries.received(ctx=ctx, campaign=campaign)
    context = {
        "campaign": campaign,
        "state": CampaignState(campaign.state),
        "found": found,
        "lines": [(line, list(zip(found.columns, line.cells, strict=True))) for line in found.lines],
        "counts": [(state, n) for state, n in found.counts.items() if n],
        "crumbs": crumbs_to(campaign, REPORTS),
    }
    return render(request, "campaign/reports.html", context)


@dataclass(frozen=True, slots=True)
class Row:
    """One case a figure counts, as the page and the file show it."""

    number: str
    no: str
    title: str
    owner: str
    stage: Stage
    due: str
    closed: str


def rows_of(content: Mapping[str, Any], code: str) -> list[Row]:
    known = content["rows"]
    found = [(n, known[n]) for n in content["figures"].get(code, {}).get("rows", []) if n in known]
    return [Row(n, r["no"], r["title"], r["owner"], Stage(r["stage"]), r["due"], r["closed"]) for n, r in found]


def lines_of(content: Mapping[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The sections for the page; a table carries its rows."""
    found = []
    for section in content["sections"]:
        lines = [
            {**line, "rows": rows_of(content, line["table"]), "figure": BY_CODE[line["table"]]}
            if "table" in line
            else line
            for line in section["lines"]
        ]
        found.append((section["heading"], lines))
    return found


def _report(request: HttpRequest, report_id: UUID) -> tuple[Context, Report]:
    ctx = context_of(request)
    return ctx, queries.get_report(ctx=ctx, report_id=report_id)


def _number(request: HttpRequest) -> int | None:
    said = request.GET.get("sent", "")
    return int(said) if said.isdigit() and len(said) < 6 else None


def _crumbs(ctx: Context, report: Report) -> list[Crumb]:
    seen = Campaign.objects.visible_to(ctx.actor).filter(pk=report.campaign_id).exists()
    address = reverse("campaign-reports", kwargs={"campaign_id": report.campaign_id})
    return [Crumb(CAMPAIGNS, reverse("campaigns")), Crumb(REPORTS, address)] if seen else [Crumb(REPORTS)]


@require_GET
def report_page(request: HttpRequest, report_id: UUID) -> HttpResponse:
    ctx, report = _report(request, report_id)
    view = queries.view_of(ctx=ctx, report=report, number=_number(request))
    context = {
        "report": report,
        "view": view,
        "kind": ReportKind(report.kind),
        "sections": lines_of(view.content),
        "figures": [(f, view.content["figures"][f.code]["value"]) for f in FIGURES],
        "sent": f"?sent={view.snapshot.number}" if view.snapshot else "",
        "may_write": view.is_open and view.snapshot is None and _may_write(ctx, report),
        "may_sign": view.is_open and view.snapshot is None,
        "crumbs": [*_crumbs(ctx, report), Crumb(ReportKind(report.kind).label)],
    }
    return render(request, "campaign/report.html", context)


def _may_write(ctx: Context, report: Report) -> bool:
    return ctx.actor.may(LoopGrants.HANDLE, handled_at(ctx=ctx, case=report.case))


@require_GET
def figure(request: HttpRequest, report_id: UUID, code: str) -> HttpResponse:
    """数字的来历: the cases one figure of the report counts, as sent or as of now."""
    ctx, report = _report(request, report_id)
    view = queries.view_of(ctx=ctx, report=report, number=_number(request))
    if code not in BY_CODE:
        raise NotFound
    found: Figure = BY_CODE[code]
    context = {
        "report": report,
        "view": view,
        "figure": found,
        "value": view.content["figures"][code]["value"],
        "rows": rows_of(view.content, code),
        "crumbs": [
            *_crumbs(ctx, report),
            Crumb(ReportKind(report.kind).label, report.get_absolute_url()),
            Crumb(found.label),
        ],
    }
    return render(request, "campaign/figure.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """编辑: the words around the figures. Two editors of one report: the second is told, and keeps what was typed."""
    ctx, report = _report(request, report_id)
    problem: Problem | None = None
    said = {"title": report.title, "addressee": report.addressee, "sections": report.body}
    if request.method == "POST":
        said = _typed(request)
        reference = {"id": str(report.pk), "expected_version": int(request.POST.get("version", "0") or 0)}
        try:
            runner.run(reports.write_report, ctx=ctx, inputs={"report": reference, **said})
            return go(request, report.get_absolute_url())
        except StaleVersion as refused:
            problem, report = refused, queries.get_report(ctx=ctx, report_id=report_id)
        except NotFound:
            raise
        except Problem as refused:
            problem = refused
    context = {
        "report": report,
        "said": said,
        "problem": problem,
        "theirs": report.body if isinstance(problem, StaleVersion) else None,
        "names": [
            *(f.name for f in FIGURES),
            *WORDS,
            f"表：{BY_CODE['closed'].name}",
        ],  # 表：… writes the rows behind a figure
        "crumbs": [*_crumbs(ctx, report), Crumb(Text("编辑报告", "Write the report"))],
    }
    return render(request, "campaign/report_form.html", context, status=problem.status if problem else 200)


def _typed(request: HttpRequest) -> dict[str, Any]:
    post = request.POST
    keys, headings, texts = post.getlist("key"), post.getlist("heading"), post.getlist("text")
    sections = [
        {"key": key, "heading": heading.strip(), "text": text.replace("\r\n", "\n").strip()}
        for key, heading, text in zip(keys, headings, texts, strict=False)
        if heading.strip() or text.strip()
    ]
    return {
        "title": post.get("title", "").strip(),
        "addressee": post.get("addressee", "").strip(),
        "sections": sections,
    }


def _file(content: bytes, name: str, media_type: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    return answer


@require_GET
def word(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Word: in the layout of GB/T 9704; with a red head where `?red=1` asks for it."""
    ctx, report = _report(request, report_id)
    view = queries.view_of(ctx=ctx, report=report, number=_number(request))
    made = report_file.as_word(report=report, content=view.content, red=request.GET.get("red") == "1")
    return _file(made, f"{report.title}.docx", WORD)


@require_GET
def excel(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Excel: the ledger behind the figures, one sheet of figures and one of rows."""
    ctx, report = _report(request, report_id)
    view = queries.view_of(ctx=ctx, report=report, number=_number(request))
    return _file(report_file.as_excel(report=report, content=view.content), f"{report.title}.xlsx", EXCEL)
