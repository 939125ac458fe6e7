"""议事协调机构: the list, and one body with seats, meetings, decisions, experts and the places below."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.pages.components import Crumb
from bihuan.domains.bodies import queries
from bihuan.domains.bodies.terms import BodyKind
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text

BODIES = Text("议事协调机构", "Bodies")


@require_GET
def bodies(request: HttpRequest) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    context = {"lines": queries.bodies(ctx=ctx), "today": day_of(ctx.at), "crumbs": [Crumb(BODIES)]}
    return render(request, "bodies/bodies.html", context)


@require_GET
def body_page(request: HttpRequest, body_id: UUID) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    body = queries.get_body(ctx=ctx, body_id=body_id)
    context = {
        "body": body,
        "kind": BodyKind(body.kind),
        "view": queries.body_view(ctx=ctx, body=body),
        "due_on": day_of(ctx.at) + timedelta(days=30),
        "crumbs": [Crumb(BODIES, reverse("bodies")), Crumb(Text(body.name, "Body"))],
    }
    return render(request, "bodies/body.html", context)
