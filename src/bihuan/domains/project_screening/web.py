"""项目准入的页面: the register of projects, and one project with every rule of its screening."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.actions.runner import perform
from bihuan.core.pages.components import Crumb, MapShape, MapView
from bihuan.domains.project_screening import actions, queries
from bihuan.domains.project_screening.models import PlanArea, Project
from bihuan.domains.project_screening.terms import Decision, ScreeningGrants
from bihuan.engines.geometry.coordinates import CoordinateSystem
from bihuan.engines.geometry.importing import Drawn, read_drawing
from bihuan.engines.geometry.shapes import kept
from bihuan.engines.screening.terms import PlanKind, PlanUse
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
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
        "map": _map_of(found, queries.around(found, on=day_of(ctx.at))),
        "may_draw": ctx.actor.may(ScreeningGrants.SUBMIT, found.place),
        "crumbs": [Crumb(PROJECTS, reverse("projects")), Crumb(found.number)],
    }
    return render(request, "project_screening/project.html", context)


PLANS = Text("规划图层", "Plans")
NO_FILE = Text("请选择文件。", "Choose a file.")
NO_REGION = Text("请选择区域。", "Choose a place.")
NO_SYSTEM = Text("请选择坐标系。", "Choose a coordinate system.")


SITE_LABEL = Text("用地范围", "Site")
#: What the drawing page asks of a kind of boundary.
SITE = {"label": SITE_LABEL, "value": "site"}


@require_http_methods(["GET", "POST"])
def plans(request: HttpRequest) -> HttpResponse:
    """规划图层: those there are, and a file becomes a new one, whole or not at all."""
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    rows = queries.plan_layers(ctx=ctx)
    wrong: Text | None = None
    if request.method == "POST":
        try:
            _import(ctx, request)
            return HttpResponseRedirect(reverse("plan-layers"))
        except Problem as problem:
            wrong = problem.text
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "may_import": ctx.actor.has(ScreeningGrants.EDIT),
        "regions": queries.regions_to_plan(ctx=ctx),
        "kinds": list(PlanKind),
        "uses": list(PlanUse),
        "systems": list(CoordinateSystem),
        "said": request.POST,
        "wrong": wrong,
        "crumbs": [Crumb(PROJECTS, reverse("projects")), Crumb(PLANS)],
    }
    return render(request, "project_screening/plans.html", context, status=422 if wrong else 200)


def _import(ctx: Context, request: HttpRequest) -> None:
    chosen = request.POST.get("region", "")
    region = next((r for r in queries.regions_to_plan(ctx=ctx) if str(r.pk) == chosen), None)
    if region is None:
        raise Problem(NO_REGION)
    drawn = _read(request)
    perform(
        actions.import_plan,
        ctx=ctx,
        region=region,
        **{name: request.POST.get(name, "") for name in ("name", "plan", "use", "document", "from_on")},
        system=CoordinateSystem.CGCS2000,
        areas=[{"name": d.name, "geometry": kept(d.shape)} for d in drawn],
    )


def _read(request: HttpRequest) -> tuple[Drawn, ...]:
    """What the file holds, already checked and in CGCS2000."""
    said, file = request.POST.get("system", ""), request.FILES.get("file")
    if said not in {c.value for c in CoordinateSystem}:
        raise Problem(NO_SYSTEM)
    if file is None:
        raise Problem(NO_FILE)
    return read_drawing(name=str(file.name), content=file.read(), system=CoordinateSystem(said))


@require_http_methods(["GET", "POST"])
def site(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """绘制用地范围: the drawing page of boundaries, for a project."""
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    found = queries.get_project(ctx=ctx, project_id=project_id)
    if not ctx.actor.may(ScreeningGrants.SUBMIT, found.place):
        raise NotFound
    drawn: list[dict[str, Any]] = []
    wrong: Text | None = None
    written = request.POST.get("geometry", "")
    if request.method == "POST":
        try:
            if "read" in request.POST:
                drawn = [
                    {"number": d.number, "name": d.name, "geometry": json.dumps(kept(d.shape))} for d in _read(request)
                ]
            else:
                perform(actions.draw_site, ctx=ctx, project=found, geometry=written, system=request.POST.get("system"))
                return HttpResponseRedirect(found.get_absolute_url())
        except Problem as problem:
            wrong = problem.text
    context = {
        "thing": {"name": found.name, "code": found.number},
        "kind": SITE,
        "systems": list(CoordinateSystem),
        "system": CoordinateSystem.CGCS2000,
        "was": found.site or found.region.boundary,
        "start": None,
        "found": drawn,
        "written": written,
        "wrong": wrong,
        "crumbs": [
            Crumb(PROJECTS, reverse("projects")),
            Crumb(found.number, found.get_absolute_url()),
            Crumb(SITE_LABEL),
        ],
    }
    return render(request, "parks/draw.html", context, status=422 if wrong else 200)


def _map_of(found: Project, areas: Sequence[PlanArea]) -> MapView | None:
    if not found.site:
        return None
    drawn = [
        MapShape(a.shape, str(a), f"{a.layer.name} · {a.layer.use_term.label}", queries.TONES[a.layer.use_term], "")
        for a in areas
    ]
    return MapView(
        Text("规划图斑与用地范围", "Areas of plans and the site"),
        [*drawn, MapShape(found.site, found.name, found.number, "blue", "")],
    )
