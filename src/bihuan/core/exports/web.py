"""导出登记页, 一份申请的页, 下载."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bihuan.core.access.context import Context
from bihuan.core.actions import runner
from bihuan.core.actions.action import Reference
from bihuan.core.actions.problems import NotFound
from bihuan.core.exports import actions, files
from bihuan.core.exports.models import ExportRequest
from bihuan.core.exports.terms import ExportState
from bihuan.core.pages.components import Crumb
from bihuan.core.records.register import all_registers
from bihuan.kernel.text import Text

TITLE = Text("个人信息导出登记", "Register of exports of personal data")
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def _labels() -> dict[str, Text]:
    return {r.code: r.label for r in all_registers()}


@require_GET
def register(request: HttpRequest) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    found = ExportRequest.objects.visible_to(ctx.actor).select_related("requested_by", "decided_by")
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    labels = _labels()
    rows = [(one, labels.get(one.register, one.register)) for one in page]
    return render(request, "exports/register.html", {"page": page, "rows": rows, "crumbs": [Crumb(TITLE)]})


def _find(ctx: Context, request_id: UUID) -> ExportRequest:
    found = ExportRequest.objects.visible_to(ctx.actor).filter(pk=request_id).first()
    if found is None:
        raise NotFound
    return found  # type: ignore[no-any-return]


@require_GET
def show(request: HttpRequest, request_id: UUID) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    found = _find(ctx, request_id)
    is_own = found.requested_by_id == ctx.actor.user_id
    content = {
        "one": found,
        "label": _labels().get(found.register, found.register),
        "can_decide": found.state_term is ExportState.ASKED and not is_own,
        "can_fetch": found.state_term is ExportState.READY and is_own,
        "crumbs": [Crumb(TITLE, reverse("exports")), Crumb(found.number)],
    }
    return render(request, "exports/request.html", content)


@require_POST
def download(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """By POST: fetching is written down before a byte leaves."""
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    found = _find(ctx, request_id)
    runner.perform(actions.note_download, ctx=ctx, request=Reference(id=found.pk))
    content = files.read(found.pk, digest=found.digest)
    name = quote(f"{found.number}.{found.form}")
    return HttpResponse(
        content,
        content_type=KINDS[found.form],
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"},
    )
