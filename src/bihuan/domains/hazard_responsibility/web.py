"""公示牌: the notice board of a major hazard, to print and put up at its gate."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.pages.components import Crumb
from bihuan.domains.hazard_responsibility import queries
from bihuan.domains.hazard_responsibility.models import Lead
from bihuan.engines.major_hazard.terms import Grade
from bihuan.kernel.text import Text
from bihuan.registers.major_hazards.queries import get_unit
from bihuan.registers.scan_codes.queries import drawn, path_of

HAZARDS = Text("重大危险源", "Major hazards")


@require_GET
def board(request: HttpRequest, unit_id: UUID) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    unit = get_unit(ctx=ctx, unit_id=unit_id)
    if not any(ctx.actor.may(g, unit.place) for g in Lead.view_grants()):
        raise NotFound
    grade = queries.grade_of(unit)
    base = settings.BIHUAN_PUBLIC_URL.rstrip("/") or request.build_absolute_uri("/").rstrip("/")
    context = {
        "unit": unit,
        "grade": Grade(grade) if grade else None,
        "posts": queries.posts_of(ctx=ctx, unit=unit),
        "code": drawn(f"{base}{path_of(unit.thing)}"),
        "code_path": path_of(unit.thing),
        "crumbs": [Crumb(HAZARDS, reverse("major-hazards")), Crumb(unit.thing.code, unit.get_absolute_url())],
    }
    return render(request, "hazard_responsibility/board.html", context)
