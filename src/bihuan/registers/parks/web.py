"""绘制边界的页面: drawn by hand on the map, or taken from a file; nothing is kept before it is checked."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.actions.runner import perform
from bihuan.core.pages.components import Crumb
from bihuan.engines.geometry.coordinates import CoordinateSystem
from bihuan.engines.geometry.importing import read_drawing
from bihuan.engines.geometry.shapes import kept
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.registers.parks import actions, queries
from bihuan.registers.parks.terms import BoundaryKind, ParksGrants

NO_FILE = Text("请选择文件。", "Choose a file.")
NO_SYSTEM = Text("请选择坐标系。", "Choose a coordinate system.")


@require_http_methods(["GET", "POST"])
def draw(request: HttpRequest, thing_id: UUID, what: str) -> HttpResponse:
    """One page for both: `read` looks into a file and shows what it holds, `keep` hands a shape to the action."""
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    thing = queries.get_thing(ctx=ctx, thing_id=thing_id)
    park = queries.park_of(thing)
    if what not in {k.value for k in BoundaryKind} or (what == BoundaryKind.CONTROL_LINE.value and park is None):
        raise NotFound
    if not ctx.actor.may(ParksGrants.DRAW, thing.place):
        raise NotFound
    kind = BoundaryKind(what)
    was = park.control_line if park is not None and kind is BoundaryKind.CONTROL_LINE else thing.shape
    found: list[dict[str, Any]] = []
    wrong: Text | None = None
    system = CoordinateSystem.CGCS2000
    if request.method == "POST":
        said = request.POST.get("system", "")
        try:
            if said not in {c.value for c in CoordinateSystem}:
                raise Problem(NO_SYSTEM)
            system = CoordinateSystem(said)
            if "read" in request.POST:
                found = _read(request, system)
            else:
                _keep(ctx, request, kind, system, thing, park)
                return HttpResponseRedirect(queries.page_of(thing))
        except Problem as problem:
            wrong = problem.text
    context = {
        "thing": thing,
        "kind": kind,
        "systems": list(CoordinateSystem),
        "system": system,
        "was": was,
        "start": [float(thing.longitude), float(thing.latitude)] if thing.longitude and thing.latitude else None,
        "found": found,
        "written": request.POST.get("geometry", ""),
        "document": request.POST.get("document", ""),
        "wrong": wrong,
        "crumbs": [Crumb(thing.code, queries.page_of(thing)), Crumb(kind.label)],
    }
    return render(request, "parks/draw.html", context, status=422 if wrong else 200)


def _read(request: HttpRequest, system: CoordinateSystem) -> list[dict[str, Any]]:
    """What the file holds, already checked and in CGCS2000."""
    file: Any = request.FILES.get("file")
    if file is None:
        raise Problem(NO_FILE)
    drawn = read_drawing(name=str(file.name), content=file.read(), system=system)
    return [{"number": d.number, "name": d.name, "geometry": json.dumps(kept(d.shape))} for d in drawn]


def _keep(
    ctx: Context, request: HttpRequest, kind: BoundaryKind, system: CoordinateSystem, thing: Any, park: Any
) -> None:
    written = request.POST.get("geometry", "")
    if kind is BoundaryKind.CONTROL_LINE:
        perform(
            actions.draw_control_line,
            ctx=ctx,
            park=park,
            geometry=written,
            system=system,
            document=request.POST.get("document", ""),
        )
    else:
        perform(actions.draw_bounds, ctx=ctx, thing=thing, geometry=written, system=system)
