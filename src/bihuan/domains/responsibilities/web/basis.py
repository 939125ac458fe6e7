"""任务依据: the open tasks of a unit beside the clauses they rest on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.pages.components import Crumb
from bihuan.domains.responsibilities.queries import basis as reads
from bihuan.domains.responsibilities.queries.lists import see_unit
from bihuan.domains.responsibilities.web.division import context_of, crumbs
from bihuan.domains.responsibilities.web.units import UNITS
from bihuan.kernel.text import Text


@require_GET
def basis(request: HttpRequest, code: str) -> HttpResponse:
    ctx = context_of(request)
    unit = see_unit(ctx=ctx, code=code)
    context = {
        "unit": unit,
        "view": reads.basis_view(ctx=ctx, unit=unit),
        "crumbs": crumbs(
            Crumb(UNITS, reverse("responsibility-units")),
            Crumb(Text(unit.name, "Unit"), reverse("responsibility-unit", kwargs={"code": unit.code})),
            Crumb(Text("任务依据", "Basis of tasks")),
        ),
    }
    return render(request, "responsibilities/basis.html", context)
