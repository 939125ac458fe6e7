"""重大危险源: the list by grade, and the calculation sheet to take away."""

from __future__ import annotations

import json
from urllib.parse import quote
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.engines.major_hazard.printing.excel import excel_sheet
from bihuan.engines.major_hazard.printing.word import word_sheet
from bihuan.engines.major_hazard.terms import Grade
from bihuan.registers.major_hazards import queries

PAGE = 50
_OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES = {
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "json": "application/json",
}


def _ctx(request: HttpRequest) -> Context:
    found: Context = request.ctx  # type: ignore[attr-defined]
    return found


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    ctx = _ctx(request)
    narrowed = queries.HazardFilter.from_query(request.GET.dict())
    page = Paginator(queries.current(ctx=ctx, narrowed=narrowed), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "narrowed": narrowed, "counts": queries.counts(ctx=ctx), "grades": list(Grade)}
    return render(request, "major_hazards/list.html", context)


@require_GET
def sheet(request: HttpRequest, unit_id: UUID, form: str) -> HttpResponse:
    """The current calculation of a unit, as a file."""
    unit = queries.get_unit(ctx=_ctx(request), unit_id=unit_id)
    calculation = queries.current_of(unit)
    if form not in TYPES or calculation is None:
        raise NotFound
    made = queries.sheet_of(unit=unit, on=calculation.on)
    if made is None:
        raise NotFound
    if form == "json":
        content = json.dumps(made.to_json(), ensure_ascii=False, indent=1).encode()
    else:
        content = word_sheet(made) if form == "docx" else excel_sheet(made)
    answer = HttpResponse(content, content_type=TYPES[form])
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{unit.thing.code}.{form}')}"
    return answer
