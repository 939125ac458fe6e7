"""职责清单与责任链, 领导干部清单, 交接."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.pages.components import Crumb
from bihuan.domains.responsibilities.queries import division
from bihuan.domains.responsibilities.queries import lists as reads
from bihuan.domains.responsibilities.queries.basis import without_basis
from bihuan.domains.responsibilities.terms import ListKind
from bihuan.domains.responsibilities.web import list_file
from bihuan.domains.responsibilities.web.division import context_of, crumbs, tabs
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.parties.models import Organisation

UNITS = Text("职责清单与责任链", "Lists and chains")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _year(request: HttpRequest) -> int:
    said = request.GET.get("year", "")
    return int(said) if said.isdigit() and len(said) == 4 else day_of(context_of(request).at).year


@require_GET
def units(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    division.require_any(ctx=ctx)
    listed = reads.units(ctx=ctx)
    groundless = without_basis([unit for unit, _, _ in listed])
    context = {
        "units": [(unit, n, nobody, groundless.get(unit.pk, 0)) for unit, n, nobody in listed],
        "tabs": tabs("units"),
        "crumbs": crumbs(Crumb(UNITS)),
    }
    return render(request, "responsibilities/units.html", context)


@require_GET
def leaders(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    division.require_any(ctx=ctx)
    year = _year(request)
    context = {
        "leaders": reads.leaders(ctx=ctx, year=year),
        "year": year,
        "tabs": tabs("leaders"),
        "crumbs": crumbs(Crumb(Text("领导干部清单", "Leaders' lists"))),
    }
    return render(request, "responsibilities/leaders.html", context)


@require_GET
def unit_page(request: HttpRequest, code: str) -> HttpResponse:
    ctx = context_of(request)
    unit = reads.see_unit(ctx=ctx, code=code)
    year = _year(request)
    view = reads.unit_view(ctx=ctx, unit=unit)
    tasks = reads.rows_of(organisation=unit, kind=ListKind.TASKS, year=year, on=day_of(ctx.at))
    context = {
        "unit": unit,
        "view": view,
        "tasks": tasks,
        "nobody": sum(not t.person for t in tasks),
        "year": year,
        "kinds": list(ListKind),
        "published": [(p, ListKind(p.kind)) for p in view.published],
        "crumbs": crumbs(Crumb(UNITS, reverse("responsibility-units")), Crumb(Text(unit.name, "Unit"))),
    }
    return render(request, "responsibilities/unit.html", context)


def _wanted(request: HttpRequest, code: str) -> tuple[Organisation, ListKind, int, list[reads.ListRow]]:
    ctx = context_of(request)
    unit = reads.see_unit(ctx=ctx, code=code)
    said = request.GET.get("kind", "")
    kind = ListKind(said) if said in {k.value for k in ListKind} else ListKind.RESPONSIBILITIES
    year = _year(request)
    return unit, kind, year, reads.rows_of(organisation=unit, kind=kind, year=year, on=day_of(ctx.at))


def _file(content: bytes, *, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_GET
def word(request: HttpRequest, code: str) -> HttpResponse:
    unit, kind, year, rows = _wanted(request, code)
    made = list_file.as_word(unit=unit, kind=kind, year=year, rows=rows, on=day_of(context_of(request).at))
    return _file(made, kind=WORD, name=f"{kind.value}-{year}.docx")


@require_GET
def excel(request: HttpRequest, code: str) -> HttpResponse:
    unit, kind, year, rows = _wanted(request, code)
    return _file(
        list_file.as_excel(unit=unit, kind=kind, year=year, rows=rows), kind=EXCEL, name=f"{kind.value}-{year}.xlsx"
    )


@require_GET
def hand_over(request: HttpRequest, person_id: UUID) -> HttpResponse:
    ctx = context_of(request)
    person = reads.see_person(ctx=ctx, person_id=person_id)
    today = day_of(ctx.at)
    context: dict[str, Any] = {
        "person": person,
        "unit": person.organisation,
        "carried": reads.carried(person=person, on=today),
        "cases": list(reads.open_cases_of(person).order_by("due_on")[:20]),
        "today": today,
        "crumbs": crumbs(
            Crumb(UNITS, reverse("responsibility-units")),
            Crumb(
                Text(person.organisation.name, "Unit"),
                reverse("responsibility-unit", kwargs={"code": person.organisation_code}),
            ),
            Crumb(Text("交接", "Hand over")),
        ),
    }
    return render(request, "responsibilities/hand_over.html", context)
