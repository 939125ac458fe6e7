"""查重页: the list of suspicions, and two organisations side by side."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.access.models import User
from bihuan.core.pages.components import Crumb
from bihuan.kernel.text import Text
from bihuan.registers.duplicates import queries
from bihuan.registers.duplicates.terms import Verdict

LABEL = Text("查重合并", "Duplicates")


def _ctx(request: HttpRequest) -> Context:
    found: Context = request.ctx  # type: ignore[attr-defined]
    return found


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    verdict = request.GET.get("verdict", "")
    page = Paginator(queries.pairs(ctx=_ctx(request), verdict=verdict), queries.PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "verdict": verdict, "verdicts": list(Verdict), "crumbs": [Crumb(LABEL)]}
    return render(request, "duplicates/list.html", context)


@require_GET
def pair(request: HttpRequest, pair_id: UUID) -> HttpResponse:
    ctx = _ctx(request)
    found = queries.get_pair(ctx=ctx, pair_id=pair_id)
    is_open = found.verdict_term in (Verdict.FOUND, Verdict.PROPOSED)
    preview: dict[str, object] = {}
    if found.verdict_term is Verdict.PROPOSED and found.kept is not None and found.lost is not None:
        twins = queries.twins(kept=found.kept, lost=found.lost)
        movings = queries.movings(kept=found.kept, lost=found.lost, twins=twins)
        counted = queries.counted(movings)
        preview = {
            "moving": queries.told(counted, "moved"),
            "staying": queries.told(counted, "stayed"),
            "in_the_way": [moving.row for moving in queries.standing_in_the_way(movings)],
        }
    context = {
        "pair": found,
        "is_open": is_open,
        "sides": [queries.facts_of(found.first), queries.facts_of(found.second)],
        "proposer": _name(found.proposed_by),
        "decider": _name(found.decided_by),
        "moved": queries.told(found.outcome, "moved"),
        "stayed": queries.told(found.outcome, "stayed"),
        "crumbs": [Crumb(LABEL, reverse("duplicates")), Crumb(f"{found.first.code} / {found.second.code}")],
        **preview,
    }
    return render(request, "duplicates/pair.html", context)


def _name(actor: str) -> str:
    kind, _, key = actor.partition(":")
    if kind not in ("user", "token"):
        return actor
    found = User.objects.filter(pk=key.partition(":")[0]).first()
    return str(found) if found else ""
