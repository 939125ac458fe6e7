"""一书一签: the papers of a product to look at and to print, and the batches with their progress."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from urllib.parse import quote
from uuid import UUID

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import Denied, NotFound
from bihuan.core.pages.components import Crumb
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.registers.products import queries
from bihuan.registers.products.models import PrintBatch
from bihuan.registers.products.terms import PrintState

PAGE = 30
PRINTS = Text("排印批次", "Print batches")


def _ctx(request: HttpRequest) -> Context:
    found: Context = request.ctx  # type: ignore[attr-defined]
    return found


def _pdf(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    return answer


@require_GET
def label(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """One label for a container of the volume asked for."""
    ctx = _ctx(request)
    product = queries.get_product(ctx=ctx, product_id=product_id)
    try:
        volume = Decimal(request.GET.get("volume", "20"))
    except InvalidOperation:
        raise NotFound from None
    if not (volume.is_finite() and 0 < volume <= 1_000_000):
        raise NotFound
    made, _ = queries.label_for(product, volume=volume, on=day_of(ctx.at))
    return _pdf(made, f"{product.thing.code}-label.pdf")


@require_GET
def data_sheet(request: HttpRequest, product_id: UUID) -> HttpResponse:
    ctx = _ctx(request)
    product = queries.get_product(ctx=ctx, product_id=product_id)
    return _pdf(queries.sheet_for(product, on=day_of(ctx.at)), f"{product.thing.code}-SDS.pdf")


@require_GET
def prints(request: HttpRequest) -> HttpResponse:
    ctx = _ctx(request)
    if not any(ctx.actor.has(g) for g in PrintBatch.view_grants()):
        raise Denied(Text("您没有排印标签的权限。", "You hold no grant to print labels."))
    page = Paginator(queries.batches(ctx=ctx), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "is_working": any(b.state in (PrintState.WAITING, PrintState.RUNNING) for b in page.object_list),
        "crumbs": [Crumb(PRINTS)],
    }
    return render(request, "products/prints.html", context)


@require_GET
def print_file(request: HttpRequest, batch_id: UUID, number: int) -> HttpResponseBase:
    """One volume to download."""
    batch, path = queries.file_of(ctx=_ctx(request), batch_id=batch_id, number=number)
    name = f"{batch.title}-{number:04d}.pdf"
    return FileResponse(path.open("rb"), content_type="application/pdf", as_attachment=True, filename=name)
