"""职责与制度文件: the list, one version, its Word file."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.pages.components import Crumb
from bihuan.domains.responsibilities.models import Paper
from bihuan.domains.responsibilities.queries import papers as reads
from bihuan.domains.responsibilities.terms import PaperKind
from bihuan.domains.responsibilities.web.division import context_of, crumbs, tabs
from bihuan.engines.official_document.content import OfficialDocument, Paragraph, RedHead
from bihuan.engines.official_document.writing import to_docx
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text

PAPERS = Text("职责与制度文件", "Papers")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
def papers(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    today = day_of(ctx.at)
    context = {
        "papers": [(p, PaperKind(p.kind), p.state_on(today)) for p in reads.papers(ctx=ctx)],
        "without": reads.without_guidance(ctx=ctx),
        "guidance": PaperKind.GUIDANCE.value,
        "tabs": tabs("papers"),
        "crumbs": crumbs(Crumb(PAPERS)),
    }
    return render(request, "responsibilities/papers.html", context)


@require_GET
def paper_page(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    ctx = context_of(request)
    paper = reads.get_paper(ctx=ctx, paper_id=paper_id)
    today = day_of(ctx.at)
    context = {
        "paper": paper,
        "kind": PaperKind(paper.kind),
        "state": paper.state_on(today),
        "lines": [line for line in paper.text.splitlines() if line.strip()],
        "versions": [(v, v.state_on(today)) for v in reads.versions_of(paper)],
        "crumbs": crumbs(Crumb(PAPERS, reverse("responsibility-papers")), Crumb(Text(paper.title, "Paper"))),
    }
    return render(request, "responsibilities/paper.html", context)


@require_GET
def paper_word(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    ctx = context_of(request)
    paper = reads.get_paper(ctx=ctx, paper_id=paper_id)
    answer = HttpResponse(_as_word(paper), content_type=WORD)
    answer["Content-Disposition"] = 'attachment; filename="paper.docx"'
    return answer


def _as_word(paper: Paper) -> bytes:
    """A paper is a document in Chinese, whoever downloads it; a draft says that it is one and has no red head."""
    unit = paper.organisation.name
    draft = paper.published_at is None
    return to_docx(
        OfficialDocument(
            title=f"{paper.title}（草稿）" if draft else paper.title,
            body=[Paragraph(line.strip()) for line in paper.text.splitlines() if line.strip()],
            issued_by=[unit],
            on=paper.from_on or day_of(paper.updated_at),
            red_head=None if draft else RedHead(f"{unit}文件", paper.number),
        )
    )
