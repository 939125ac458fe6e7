"""The list of campaigns, and the import of a plan."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from bihuan.core.actions import runner
from bihuan.core.evidence import limits, receiving
from bihuan.core.evidence.problems import TooLarge
from bihuan.core.pages.components import Crumb
from bihuan.domains.campaign.actions import opening
from bihuan.domains.campaign.queries import boards, plans
from bihuan.domains.campaign.terms import CampaignState
from bihuan.domains.campaign.web.edge import CAMPAIGNS, context_of, review_address
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

PAGE = 20
#: What the reader takes.
ACCEPTED = ".docx,.pdf,.html,.htm,.txt,.xlsx"


class NothingSent(Problem):
    code = "campaign_nothing_sent"


@require_GET
def campaigns(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    text = request.GET.get("q", "").strip()[:60]
    state = request.GET.get("state", "")
    state = state if state in {s.value for s in CampaignState} else ""
    page = Paginator(boards.campaigns(ctx=ctx, text=text, state=state), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": boards.with_tallies(ctx=ctx, rows=list(page.object_list)),
        "text": text,
        "state": state,
        "states": list(CampaignState),
    }
    return render(request, "campaign/list.html", context)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A body over the limit is refused by its announced length, before anything reads it; CSRF is checked right after."""
    if request.method == "POST":
        length = request.META.get("CONTENT_LENGTH") or ""
        most = limits.FILE_BYTES["document"]
        if not length.isdigit() or int(length) > most + limits.MULTIPART_EXTRA_BYTES:
            return _form(request, problem=TooLarge(limit=most))
    return _guarded(request)


@csrf_protect
def _guarded(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _form(request)
    try:
        return _take(request)
    except Problem as problem:
        return _form(request, problem=problem, said=request.POST.dict())


def _take(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    issuer = next((o for o in plans.issuers(ctx=ctx) if o.code == request.POST.get("issuer")), None)
    if issuer is None:
        raise NothingSent(
            Text("请选择发文单位。", "Choose who issued the plan."), where={"issuer": Text("请选择。", "Choose.")}
        )
    file, pasted = request.FILES.get("document"), request.POST.get("pasted", "").strip()
    if file is not None:
        name = (file.name or "").rpartition("/")[2]
        pieces: Any = file.chunks()
        size = file.size
    elif pasted:
        content = pasted.encode()
        name, pieces, size = str(Text("粘贴的方案.txt", "pasted plan.txt")), [content], len(content)
    else:
        raise NothingSent(
            Text("请选择方案文件，或粘贴方案全文。", "Choose the plan's file, or paste its text."),
            where={"document": Text("没有文件。", "No file.")},
        )
    # A web page is kept as plain text: the store never hands out markup that a browser would run.
    kept = f"{name}.txt" if name.lower().endswith((".html", ".htm")) else name
    upload = receiving.receive_whole(ctx=ctx, name=kept, pieces=pieces, expected=size)
    done = runner.perform(
        opening.open_campaign, ctx=ctx, upload=upload, issuer=issuer, region=issuer.region, document_name=name[:200]
    )
    return HttpResponseRedirect(review_address(done.value))


def _form(request: HttpRequest, *, problem: Problem | None = None, said: dict[str, str] | None = None) -> HttpResponse:
    ctx = context_of(request)
    context = {
        "issuers": plans.issuers(ctx=ctx),
        "own": (said or {}).get("issuer") or ctx.actor.organisation,
        "pasted": (said or {}).get("pasted", ""),
        "accepted": ACCEPTED,
        "problem": problem,
        "megabytes": limits.FILE_BYTES["document"] // limits.MEGABYTE,
        "crumbs": [Crumb(CAMPAIGNS, reverse("campaigns")), Crumb(Text("导入方案", "Import a plan"))],
    }
    return render(request, "campaign/new.html", context, status=problem.status if problem else 200)
