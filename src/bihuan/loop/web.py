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
    return render(request, "loop/inbox.html", {"inbox": found, "parts": parts, "situation": queries.situation(ctx=ctx)})


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
        "stages": [s for s in Stage if s is not Stage.WITHDRAWN],
        "offered": queries.offered(ctx=ctx, case=case),
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
    context = {"situation": found, "chart": chart, "rows": rows, "waiting": queries.waiting_count(ctx=ctx)}
    context |= {"red": found.by_colour[DeadlineColour.RED], "yellow": found.by_colour[DeadlineColour.YELLOW]}
    return render(request, "loop/overview.html", context)
