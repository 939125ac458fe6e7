"""项目准入的页面: the register of projects, and one project with every rule of its screening."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.pages.components import Crumb
from bihuan.domains.project_screening import queries
from bihuan.domains.project_screening.terms import Decision
from bihuan.kernel.text import Text

PROJECTS = Text("项目准入", "Admission of projects")
PAGE = 50


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    decision, text = request.GET.get("decision", ""), request.GET.get("q", "")[:80]
    rows = queries.projects(ctx=ctx, decision=decision, text=text)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "decision": decision, "text": text, "decisions": list(Decision)}
    return render(request, "project_screening/list.html", context)


@require_GET
def project(request: HttpRequest, project_id: UUID) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    found = queries.get_project(ctx=ctx, project_id=project_id)
    context = {
        "project": found,
        "findings": queries.findings_of(found),
        "links": found.evidence_links.select_related("evidence"),
        "crumbs": [Crumb(PROJECTS, reverse("projects")), Crumb(found.number)],
    }
    return render(request, "project_screening/project.html", context)
