"""The administrator's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.jobs.queries import require_operator
from bihuan.site.operations import state


@require_GET
def operations(request: HttpRequest) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    require_operator(ctx)
    return render(request, "operations/operations.html", {"state": state.of_installation(at=ctx.at)})
