"""办文: instructions and documents, and one document with its receipts."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.pages.components import Crumb
from bihuan.domains.office_documents import queries
from bihuan.kernel.text import Text

DOCUMENTS = Text("办文", "Documents")
PAGE = 50


@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    queries.require_any(ctx=ctx)
    context = {
        "instructions": [(i, i.step) for i in queries.instructions(ctx=ctx)],
        "to_sign": queries.to_sign(ctx=ctx),
        "page": Paginator(queries.documents(ctx=ctx), PAGE).get_page(request.GET.get("page")),
        "crumbs": [Crumb(DOCUMENTS)],
    }
    return render(request, "office_documents/documents.html", context)


@require_GET
def document_page(request: HttpRequest, document_id: UUID) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    view = queries.document_view(ctx=ctx, document_id=document_id)
    crumbs = [Crumb(DOCUMENTS, reverse("office-documents")), Crumb(Text(view.document.number, "Document"))]
    return render(
        request, "office_documents/document.html", {"view": view, "document": view.document, "crumbs": crumbs}
    )
