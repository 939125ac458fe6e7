"""导入导出页: template, upload, review, and the list as a file."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from bihuan.core.access.context import Context
from bihuan.core.actions import runner
from bihuan.core.actions.problems import Denied, InvalidInput, NotFound
from bihuan.core.jobs.models import Task
from bihuan.core.jobs.terms import TaskState
from bihuan.core.pages.components import Crumb
from bihuan.core.records import exporting, listing
from bihuan.core.records.layouts import get_layout, layouts_of
from bihuan.core.records.models import Sheet, SheetRow
from bihuan.core.records.register import Register, get_register
from bihuan.core.records.sheets import remarks, spool
from bihuan.core.records.sheets import template as templates
from bihuan.core.records.sheets.applying import job_of
from bihuan.core.records.terms import ExistingRows, RowState, SheetState
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS: dict[str, tuple[str, Any]] = {
    "xlsx": (XLSX, exporting.as_workbook),
    "csv": ("text/csv; charset=utf-8", exporting.as_csv),
    "json": ("application/json", exporting.as_json),
}
LAYOUT_FORMS: dict[str, Any] = {"xlsx": exporting.in_layout_as_workbook, "json": exporting.in_layout_as_json}
#: Rows of a review on one page.
SHOWN = 100
WRITABLE = (RowState.NEW, RowState.UPDATE, RowState.ASKED)


def _ctx(request: HttpRequest) -> Context:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    return ctx


@require_GET
def export(request: HttpRequest, code: str, form: str) -> StreamingHttpResponse:
    """The list as it is filtered on the screen."""
    if form not in FORMS:
        raise Http404
    ctx = _ctx(request)
    register = get_register(ctx=ctx, code=code)
    asked = listing.ask(register, request.GET.dict(), actor=ctx.actor)
    kind, write = FORMS[form]
    name = f"{register.label}_{ctx.at:%Y%m%d}.{form}"
    if code_of_layout := request.GET.get("layout", ""):
        layout = get_layout(register, code_of_layout, on=day_of(ctx.at))
        if layout is None or form not in LAYOUT_FORMS:
            raise Http404
        write = partial(LAYOUT_FORMS[form], layout=layout)
        name = f"{register.label}_{layout.label}_{ctx.at:%Y%m%d}.{form}"
    return StreamingHttpResponse(
        write(register, asked, ctx=ctx), content_type=kind, headers={"Content-Disposition": _attachment(name)}
    )


def _attachment(name: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(name)}"


def _editable(request: HttpRequest, code: str) -> Register:
    register = get_register(ctx=_ctx(request), code=code)
    if not any(_ctx(request).actor.has(g) for g in register.edit):
        raise Denied(Text("您没有维护此台账的权限。", "You may not edit this register."))
    return register


@require_GET
def template(request: HttpRequest, code: str) -> HttpResponse:
    register = _editable(request, code)
    content = templates.template(register, actor=_ctx(request).actor)
    name = str(Text("{r}导入模板.xlsx", "{r} template.xlsx").format(r=register.label))
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": _attachment(name)})


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, code: str) -> HttpResponse:
    register = _editable(request, code)
    ctx = _ctx(request)
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            words = Text("请选择要上传的文件。", "Choose a file to upload.")
            raise InvalidInput(words, where={"file": words})
        stored = spool.keep(file.chunks())
        try:
            done = runner.perform(
                register.action("upload_sheet"),
                ctx=ctx,
                spool=stored,
                file_name=(file.name or "")[-200:],
                existing=request.POST.get("existing", ExistingRows.REFUSE.value),
                layout=request.POST.get("layout", ""),
            )
        except Exception:
            spool.discard(stored)
            raise
        return HttpResponseRedirect(done.value.get_absolute_url())
    recent = Sheet.objects.visible_to(ctx.actor).filter(register=code)[:20]
    return render(
        request,
        "records/upload.html",
        {
            "register": register,
            "crumbs": _crumbs(register, Crumb(IMPORT)),
            "existing": list(ExistingRows),
            "layouts": layouts_of(register, on=day_of(ctx.at)),
            "recent": [(s, SheetState.of(s.state)) for s in recent],
            "max_megabytes": spool.MAX_BYTES >> 20,
        },
    )


IMPORT = Text("导入", "Import")


def _crumbs(register: Register, *more: Crumb) -> list[Crumb]:
    return [Crumb(register.label, reverse("records:list", kwargs={"code": register.code})), *more]


@require_GET
def sheet(request: HttpRequest, code: str, sheet_id: UUID) -> HttpResponse:
    """How far the check is, what is wrong cell by cell, and what would be written."""
    register = _editable(request, code)
    found = _sheet(request, code, sheet_id)
    state = SheetState.of(found.state)
    wanted = next((s for s in RowState if s.value == request.GET.get("rows")), None)
    if wanted is None:
        wanted = next((s for s in (RowState.WRONG, RowState.ASKED, RowState.FAILED) if found.count(s)), RowState.NEW)
    after = request.GET.get("after", "0")
    rows = list(
        SheetRow.objects.filter(sheet=found, state=wanted, number__gt=int(after) if after.isdecimal() else 0)[
            : SHOWN + 1
        ]
    )
    is_working = state in (SheetState.CHECKING, SheetState.APPLYING, SheetState.GIVING_UP)
    task = None
    if is_working:
        job, key = job_of(found)
        task = Task.objects.filter(job=job, key=key).first()
    fragment = request.headers.get("HX-Request") == "true"
    return render(
        request,
        "records/sheet_progress.html" if fragment and is_working else "records/sheet.html",
        {
            "register": register,
            "sheet": found,
            "state": state,
            "task": task,
            "reason": Text(found.reason_zh, found.reason_en),
            "is_working": is_working,
            "can_accept": state is SheetState.CHECKED and any(found.count(s) for s in WRITABLE),
            "good": found.count(RowState.NEW) + found.count(RowState.UPDATE),
            "wrong": found.count(RowState.WRONG),
            "asked": found.count(RowState.ASKED) if state is SheetState.CHECKED else 0,
            "has_remarks": bool(found.headings) and any(found.count(s) for s in remarks.REMARKED),
            "notes": [Text(n["zh"], n["en"]) for n in found.notes],
            "counts": [(s, found.count(s)) for s in RowState if found.count(s)],
            "wanted": wanted,
            "rows": [_reviewed(register, r) for r in rows[:SHOWN]],
            "after": rows[SHOWN - 1].number if len(rows) > SHOWN else None,
            "accept": register.action("accept_sheet"),
            "drop": register.action("drop_sheet"),
            "give_up": register.action("give_up_sheet") if _has_failed(state, task) else None,
            "crumbs": _crumbs(
                register, Crumb(IMPORT, reverse("records:upload", kwargs={"code": code})), Crumb(found.file_name)
            ),
        },
    )


@require_GET
def errors(request: HttpRequest, code: str, sheet_id: UUID) -> StreamingHttpResponse:
    """The rows that are wrong or asked about as a workbook, the cells marked: correct it and upload it again."""
    register = _editable(request, code)
    found = _sheet(request, code, sheet_id)
    name = str(Text("{f} 待改正.xlsx", "{f} to correct.xlsx").format(f=found.file_name.removesuffix(".xlsx")))
    return StreamingHttpResponse(
        remarks.marked_workbook(register, found),
        content_type=XLSX,
        headers={"Content-Disposition": _attachment(name)},
    )


def _sheet(request: HttpRequest, code: str, sheet_id: UUID) -> Sheet:
    found: Sheet | None = Sheet.objects.visible_to(_ctx(request).actor).filter(pk=sheet_id, register=code).first()
    if found is None:
        raise NotFound
    return found


def _has_failed(state: SheetState, task: Task | None) -> bool:
    return state is not SheetState.GIVING_UP and task is not None and task.state == TaskState.FAILED


def _reviewed(register: Register, row: SheetRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "key": row.key,
        "errors": [
            {"place": f"{e['column']}{row.number}" if e["column"] else str(row.number), "text": Text(e["zh"], e["en"]),
             "label": register.by_name[e["field"]].label if e["field"] in register.by_name else ""}
            for e in row.errors
        ],
        "values": [
            (register.by_name[name].label, value) for name, value in row.values.items()
            if name in register.by_name and value not in (None, "") and register.by_name[name].kind != "reference"
        ][:6],
    }  # fmt: skip
