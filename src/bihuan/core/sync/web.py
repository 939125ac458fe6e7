"""Envelopes in; one's conflicts as a list and side by side."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import InvalidInput
from bihuan.core.pages import problems
from bihuan.core.pages.components import Crumb
from bihuan.core.sync import envelopes, queries, resending
from bihuan.kernel.text import Text

TITLE = Text("同步冲突", "Sync conflicts")


def _ctx(request: HttpRequest) -> Context:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    return ctx


@require_POST
def take_envelopes(request: HttpRequest) -> HttpResponse:
    """`POST /api/sync/envelopes` {"envelopes": […]}: one answer each, in the same order."""
    try:
        batch = json.loads(request.body)["envelopes"]
    except (ValueError, KeyError, TypeError):
        batch = None
    if not isinstance(batch, list):
        raise InvalidInput(Text('请以 JSON 提交 {"envelopes": […]}。', 'Send JSON: {"envelopes": […]}.'))
    answers = envelopes.receive(ctx=_ctx(request), batch=batch)
    return JsonResponse({"answers": [_said(a) for a in answers]})


def _said(answer: envelopes.Answer) -> dict[str, Any]:
    said = answer.model_dump(exclude={"problem"}, exclude_none=True)
    if answer.problem is not None:
        said["problem"] = problems.as_json(answer.problem)
    if answer.conflict is not None:
        said["url"] = reverse("sync-conflict", args=[answer.conflict])
    return said


@require_GET
def conflicts(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.conflicts_of(ctx=_ctx(request)), 50).get_page(request.GET.get("page"))
    rows = [(conflict, queries.label_of(conflict.action)) for conflict in page]
    return render(request, "sync/conflicts.html", {"page": page, "rows": rows})


@require_GET
def conflict(request: HttpRequest, conflict_id: UUID) -> HttpResponse:
    ctx = _ctx(request)
    found = queries.get_conflict(ctx=ctx, conflict_id=conflict_id)
    compared = queries.compare(ctx=ctx, conflict=found)
    return render(
        request,
        "sync/conflict.html",
        {
            "conflict": found,
            "compared": compared,
            "seen": json.dumps(compared.seen),
            "crumbs": [Crumb(TITLE, reverse("sync-conflicts")), Crumb(compared.action.label)],
        },
    )


@require_POST
def apply_anyway(request: HttpRequest, conflict_id: UUID) -> HttpResponse:
    ctx = _ctx(request)
    found = queries.get_conflict(ctx=ctx, conflict_id=conflict_id)
    try:
        said = json.loads(request.POST.get("seen", ""))
        seen = {str(row): int(version) for row, version in said.items()}
    except (ValueError, AttributeError, TypeError):
        raise InvalidInput(Text("页面内容有误，请刷新重试。", "The page is out of order; reload it.")) from None
    resending.apply_anyway(ctx=ctx, conflict=found, seen=seen)
    messages.success(request, str(Text("已按您所报的执行。", "Yours was applied.")))
    return HttpResponseRedirect(reverse("sync-conflicts"))
