"""通报与警示: how units stand now, the circulars that went out, the warnings; one circular as page and as Word."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.access.rows import any_of, below
from bihuan.core.pages.components import Chart, Crumb, Series
from bihuan.domains.supervision.models import Circular
from bihuan.domains.supervision.queries import circulars as reads
from bihuan.domains.supervision.queries.problems import require_any
from bihuan.domains.supervision.rules.ranking import percent
from bihuan.domains.supervision.terms import SupervisionGrants
from bihuan.domains.supervision.web.edge import context_of, crumbs, own_unit, tabs
from bihuan.engines.official_document.content import OfficialDocument, Paragraph, RedHead, Table, chinese_date
from bihuan.engines.official_document.writing import to_docx
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.parties.models import Region

CIRCULARS = Text("通报与警示", "Circulars and warnings")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
def circulars(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    require_any(ctx=ctx)
    today = day_of(ctx.at)
    reach = ctx.actor.reach(SupervisionGrants.CONDUCT)
    region = Region.objects.filter(any_of(below("path", r) for r in reach.regions)).order_by("path").first()
    lines = []
    if region is not None:
        found = reads.standing(ctx=ctx, region_path=region.path, from_on=date(today.year, 1, 1), until_on=today)
        lines = reads.with_units(found)
    context = {
        "region": region,
        "lines": [
            (line, unit, percent(line.facts.kept_share), percent(line.facts.closed_share)) for line, unit in lines
        ],
        "circulars": list(reads.circulars(ctx=ctx)[: reads.LISTED]),
        "warnings": [(w, w.step) for w in reads.warnings(ctx=ctx)[: reads.LISTED]],
        "own": own_unit(ctx),
        "tabs": tabs(ctx=ctx, now="circulars"),
        "crumbs": crumbs(Crumb(CIRCULARS)),
        "today": today,
        "year_began": date(today.year, 1, 1),
    }
    return render(request, "supervision/circulars.html", context)


@require_GET
def circular_page(request: HttpRequest, circular_id: UUID) -> HttpResponse:
    ctx = context_of(request)
    circular = reads.get_circular(ctx=ctx, circular_id=circular_id)
    placed = reads.lines_of(circular)
    chart = Chart(
        title=Text("按期率（%）", "In time (%)"),
        categories=[p.facts.name for p in placed],
        series=[Series(Text("按期率", "In time"), [p.facts.kept_share / 10 for p in placed])],
        horizontal=True,
        unit="%",
        categories_in="zh",
    )
    context = {
        "circular": circular,
        "lines": [(p, percent(p.facts.kept_share), percent(p.facts.closed_share)) for p in placed],
        "chart": chart,
        "crumbs": crumbs(Crumb(CIRCULARS, reverse("supervision-circulars")), Crumb(Text(circular.number, "Circular"))),
    }
    return render(request, "supervision/circular.html", context)


@require_GET
def word(request: HttpRequest, circular_id: UUID) -> HttpResponse:
    circular = reads.get_circular(ctx=context_of(request), circular_id=circular_id)
    answer = HttpResponse(_as_word(circular, reads.lines_of(circular)), content_type=WORD)
    answer["Content-Disposition"] = 'attachment; filename="circular.docx"'
    return answer


_HEADS = ("名次", "单位", "事项", "已销号", "逾期", "退回", "按期率")
_WIDTHS = (0.8, 4.0, 0.9, 1.1, 0.9, 0.9, 1.3)


def _as_word(circular: Circular, placed: list[reads.Placed]) -> bytes:
    """A circular is a document in Chinese, whoever downloads it."""
    period = f"{chinese_date(circular.from_on)}至{chinese_date(circular.until_on)}"
    scope = f"“{circular.source}”" if circular.source else "各项任务和问题整改"
    rows = [
        (
            str(p.line.rank),
            p.facts.name,
            str(p.facts.total),
            str(p.facts.closed),
            str(p.facts.overdue),
            str(p.facts.sent_back),
            percent(p.facts.kept_share),
        )
        for p in placed
    ]
    words = [Paragraph(line.strip()) for line in circular.text.splitlines() if line.strip()]
    return to_docx(
        OfficialDocument(
            title=circular.title,
            addressee="各有关单位",
            body=[
                Paragraph(f"现将{period}{scope}推进情况通报如下。"),
                *words,
                Table(_HEADS, rows, _WIDTHS, "各单位推进情况"),
                Paragraph("按期率为期限内办结和仍在期限内的事项占全部事项的比例；同率的比销号率，再同的比退回数。"),
            ],
            issued_by=[circular.organisation.name],
            on=day_of(circular.published_at),
            red_head=RedHead(f"{circular.organisation.name}文件", circular.number),
        )
    )
