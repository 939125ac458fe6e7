"""Pages of cases: the inbox, the list, one case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Action
from bihuan.core.modules import registry
from bihuan.core.pages import marks
from bihuan.core.pages.components import Chart, Crumb, Series
from bihuan.core.pages.held import AsOf
from bihuan.core.pages.wording import up_to
from bihuan.kernel.text import Text
from bihuan.loop import figures, queries, rows
from bihuan.loop.kinds import CaseKind, kind_of
from bihuan.loop.listing import CasePages
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


@dataclass(frozen=True, slots=True)
class InboxPart:
    label: Text
    icon: str
    cases: list[Case]
    count: int
    at: datetime
    #: What can be done with a row at once.
    quick: str = ""

    @property
    def drawn(self) -> SafeString:
        return rows.inbox(self.cases, at=self.at)

    @property
    def with_buttons(self) -> Iterator[tuple[Case, SafeString, SafeString]]:
        for case in self.cases:
            yield case, rows.words(case), marks.due(case.due_on, at=self.at)

    @property
    def shown(self) -> str:
        return up_to(self.count, queries.COUNT_UP_TO)


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    ctx = _ctx(request)
    found = queries.inbox(ctx=ctx)
    counts = found.counts
    parts = [
        InboxPart(
            Text("待签收", "To acknowledge"),
            "inbox",
            found.to_acknowledge,
            counts["to_acknowledge"],
            ctx.at,
            "case.acknowledge",
        ),
        InboxPart(Text("办理中", "In hand"), "pencil", found.to_handle, counts["to_handle"], ctx.at),
        InboxPart(Text("待我核验", "To verify"), "shield", found.to_verify, counts["to_verify"], ctx.at),
        InboxPart(Text("延期申请", "Extensions asked for"), "clock", found.to_decide, counts["to_decide"], ctx.at),
    ]
    context = {"inbox": found, "parts": [p for p in parts if p.count], **_figures(figures.situation(ctx=ctx))}
    return render(request, "loop/inbox.html", context)


@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    ctx = _ctx(request)
    narrowed = queries.CaseFilter.from_query(request.GET.dict())
    pages = CasePages(ctx=ctx, narrowed=narrowed)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": rows.ledger(page.object_list, at=ctx.at),
        "as_of": pages.size.at,
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
    found = figures.situation(ctx=ctx)
    chart = Chart(
        title=Text("事项按阶段", "Cases by stage"),
        categories=[s.label for s in found.value.by_stage],
        series=[Series(Text("件数", "Cases"), [float(n) for n in found.value.by_stage.values()])],
        horizontal=True,
    )
    overdue = rows.ledger(queries.overdue(ctx=ctx, most=12), at=ctx.at)
    return render(request, "loop/overview.html", {"chart": chart, "rows": overdue, **_figures(found)})


def _figures(counted: AsOf[figures.Situation]) -> dict[str, Any]:
    found = counted.value
    return {
        "situation": found,
        "as_of": counted.at,
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
