"""显示完整号码的一页: by POST only, because looking is written down."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from bihuan.core.access.context import Context
from bihuan.core.actions import runner
from bihuan.core.actions.action import Reference
from bihuan.core.actions.problems import NotFound
from bihuan.core.modules import registry
from bihuan.core.pages.doors import safe_next
from bihuan.core.protection.revealing import Reveals, columns


@require_POST
def reveal(request: HttpRequest, kind: str, row_id: UUID) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    known = next((r for r in registry().declared(Reveals) if r.model._meta.label_lower == kind), None)
    if known is None:
        raise NotFound
    numbers = runner.perform(known.action, ctx=ctx, row=Reference(id=row_id)).value.numbers
    row = known.model._base_manager.get(pk=row_id)
    shown = [(f.verbose_name, numbers[f.name]) for f in columns(known.model) if f.name in numbers]
    back = safe_next(request, fallback="/")
    return render(request, "protection/revealed.html", {"row": row, "shown": shown, "back": back})
