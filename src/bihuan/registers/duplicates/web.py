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
from bihuan.registers.duplicates.models import Pair
from bihuan.registers.duplicates.queries import merging, returning
from bihuan.registers.duplicates.terms import Verdict

LABEL = Text("查重合并", "Duplicates")


def _ctx(request: HttpRequest) -> Context:
    found: Context = request.ctx  # type: ignore[attr-defined]
    return found


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    verdict = request.GET.get("verdict", "")
    page = Paginator(merging.pairs(ctx=_ctx(request), verdict=verdict), merging.PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "verdict": verdict, "verdicts": list(Verdict), "crumbs": [Crumb(LABEL)]}
    return render(request, "duplicates/list.html", context)


@require_GET
def pair(request: HttpRequest, pair_id: UUID) -> HttpResponse:
    ctx = _ctx(request)
    found = merging.get_pair(ctx=ctx, pair_id=pair_id)
    is_open = found.verdict_term in (Verdict.FOUND, Verdict.PROPOSED)
    context = {
        "pair": found,
        "is_open": is_open,
        "sides": [merging.facts_of(found.first), merging.facts_of(found.second)],
        "proposer": _name(found.proposed_by),
        "decider": _name(found.decided_by),
        "moved": merging.told(found.outcome, "moved"),
        "stayed": merging.told(found.outcome, "stayed"),
        "crumbs": [Crumb(LABEL, reverse("duplicates")), Crumb(f"{found.first.code} / {found.second.code}")],
        **_would_move(found),
        **_taking_back(ctx, found),
    }
    return render(request, "duplicates/pair.html", context)


def _would_move(found: Pair) -> dict[str, object]:
    """What the proposed merge would do."""
    if found.verdict_term is not Verdict.PROPOSED or found.kept is None or found.lost is None:
        return {}
    twins = merging.twins(kept=found.kept, lost=found.lost)
    movings = merging.movings(kept=found.kept, lost=found.lost, twins=twins)
    counted = merging.counted(movings)
    return {
        "moving": merging.told(counted, "moved"),
        "staying": merging.told(counted, "stayed"),
        "in_the_way": [moving.row for moving in merging.standing_in_the_way(movings)],
    }


def _taking_back(ctx: Context, found: Pair) -> dict[str, object]:
    """What the proposed taking back would do, or did."""
    if found.verdict_term is Verdict.UNDONE:
        outcome, rows = found.undo_outcome, returning.settled(found)
    elif found.verdict_term is Verdict.UNDOING and found.kept is not None and found.lost is not None:
        rows = returning.returns(found)
        following = returning.followers(found, rows, kept=found.kept, lost=found.lost)
        outcome = returning.outcome_of(rows, following, returning.entered_since(found, kept=found.kept))
    else:
        return {}
    return {
        "undo_proposer": _name(found.undo_proposed_by),
        "undo_decider": _name(found.undone_by),
        "back": merging.told(outcome, "back"),
        "edited": merging.told(outcome, "edited"),
        "left": merging.told(outcome, "stayed"),
        "followed": merging.told(outcome, "followed"),
        "new": merging.told(outcome, "new"),
        "one_by_one": returning.to_be_looked_at(rows, ctx=ctx),
    }


def _name(actor: str) -> str:
    kind, _, key = actor.partition(":")
    if kind not in ("user", "token"):
        return actor
    found = User.objects.filter(pk=key.partition(":")[0]).first()
    return str(found) if found else ""
