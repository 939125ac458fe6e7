"""Pages of cases: the inbox, the list, one case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Action
from bihuan.core.modules import registry
from bihuan.core.pages.components import Chart, Crumb, Series
from bihuan.kernel.text import Text
from bihuan.loop import queries
from bihuan.loop.kinds import CaseKind, kind_of
from bihuan.loop.models import Case
from bihuan.loop.terms import DeadlineColour, PartyRole, ProofRhythm, Stage

CASES = Text("事项", "Cases")


def _ctx(request: HttpRequest) -> Context:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    return ctx


@dataclass(frozen=True, slots=True)
class PartyLine:
    label: Text
    name: str


class CasePages(Paginator):  # type: ignore[type-arg]  # not subscriptable when running
    """Deep pages read keys first, then only their own rows."""

    object_list: QuerySet[Case]

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by().count()

    def page(self, number: Any) -> Any:
        found = super().page(number)
        keys = list(cast("QuerySet[Case]", found.object_list).values_list("pk", flat=True))
        rows = {row.pk: row for row in queries.with_names(Case.objects.filter(pk__in=keys))}
        found.object_list = [rows[key] for key in keys if key in rows]
        return found


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    ctx = _ctx(request)
    found = queries.inbox(ctx=ctx)
    parts = [
        (
            Text("待签收", "To acknowledge"),
            "inbox",
            found.to_acknowledge,
            found.counts["to_acknowledge"],
            "case.acknowledge",
        ),
        (Text("办理中", "In hand"), "pencil", found.to_handle, found.counts["to_handle"], ""),
        (Text("待我核验", "To verify"), "shield", found.to_verify, found.counts["to_verify"], ""),
        (Text("延期申请", "Extensions asked for"), "clock", found.to_decide, found.counts["to_decide"], ""),
    ]
    return render(request, "loop/inbox.html", {"inbox": found, "parts": parts, **_figures(queries.situation(ctx=ctx))})


@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    ctx = _ctx(request)
    narrowed = queries.CaseFilter.from_query(request.GET.dict())
    pages = CasePages(queries.cases(ctx=ctx, narrowed=narrowed), queries.PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(case, queries.colour_of(case, ctx=ctx), Stage(case.stage)) for case in page.object_list],
        "narrowed": narrowed,
        "stages": list(Stage),
        "colours": list(DeadlineColour),
        "kinds": registry().declared(CaseKind),
        "crumbs": [Crumb(CASES)],
    }
    return render(request, "loop/list.html", context)


@require_GET
def case_page(request: HttpRequest, number: str) -> HttpResponse:
    ctx = _ctx(request)
    case = queries.get_case(ctx=ctx, number=number)
    kind = kind_of(case.kind)
    view = queries.case_view(ctx=ctx, case=case)
    context = {
        "view": view,
        "case": case,
        "kind": kind,
        "stage": Stage(case.stage),
        "stages": _passed(Stage(case.stage)),
        "offered": [(made, _tone(made, n)) for n, made in enumerate(queries.offered(ctx=ctx, case=case))],
        "parties": [PartyLine(PartyRole(p.role).label, p.organisation.name) for p in view.parties],
        "rhythm": ProofRhythm(case.proof_rhythm) if case.proof_rhythm else None,
        "parent_visible": case.parent is not None and queries.is_visible(ctx=ctx, case=case.parent),
        "panel": kind.panel(ctx=ctx, case=case) if kind.panel else None,
        "crumbs": [Crumb(CASES, "/cases/"), Crumb(case.number)],
    }
    return render(request, "loop/case.html", context)


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """总览: what is red now, what is overdue, what waits for me."""
    ctx = _ctx(request)
    found = queries.situation(ctx=ctx)
    chart = Chart(
        title=Text("事项按阶段", "Cases by stage"),
        categories=[s.label for s in found.by_stage],
        series=[Series(Text("件数", "Cases"), [float(n) for n in found.by_stage.values()])],
        horizontal=True,
    )
    urgent = queries.with_names(queries.cases(ctx=ctx, narrowed=queries.CaseFilter(colour="red")))[:12]
    rows = [(case, queries.colour_of(case, ctx=ctx), Stage(case.stage)) for case in urgent]
    return render(request, "loop/overview.html", {"chart": chart, "rows": rows, **_figures(found)})


def _figures(found: queries.Situation) -> dict[str, Any]:
    return {
        "situation": found,
        "red": found.by_colour[DeadlineColour.RED],
        "yellow": found.by_colour[DeadlineColour.YELLOW],
        "submitted": found.by_stage[Stage.SUBMITTED],
        "closed": found.by_stage[Stage.CLOSED_OUT],
    }


def _passed(now: Stage) -> list[tuple[Stage, bool]]:
    """The way a case goes, and how far it has come."""
    way = [s for s in Stage if s is not Stage.WITHDRAWN]
    reached = way.index(now) if now in way else -1
    return [(stage, n < reached or now is Stage.CLOSED_OUT) for n, stage in enumerate(way)]


def _tone(made: Action, number: int) -> str:
    """The first thing to do stands out; what hurts keeps its colour; the rest is quiet."""
    if made.tone != "primary":
        return made.tone if number == 0 or made.tone == "danger" else "secondary"
    return "primary" if number == 0 else "secondary"
