"""操作表单: every action with the face `form` has a page at `/do/<slug>/`, and the same as a dialog inside other pages."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.request import QueryDict
from django.shortcuts import render
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods

from bihuan.core.access.context import Context
from bihuan.core.actions import runner
from bihuan.core.actions.action import Action
from bihuan.core.actions.problems import Denied, LoginNeeded, NotFound
from bihuan.core.modules import registry
from bihuan.core.pages import doors, inputs, wording
from bihuan.core.pages.declared import RowSource
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

KEY, NEXT = "_key", "next"
DONE = Text("已完成：{label}", "Done: {label}")
DONE_TO = Text("已完成：{label}（{row}）", "Done: {label} ({row})")
REPEATED = Text("已经办过了，没有重复执行：{label}", "Already done, not done twice: {label}")


def by_slug(slug: str) -> Action:
    for made in registry().actions.values():
        if made.slug == slug and "form" in made.faces:
            return made
    raise Http404


@doors.public  # an action for everybody says so itself; the view asks for a login where it doesn't
@require_http_methods(["GET", "POST"])
def do(request: HttpRequest, slug: str) -> HttpResponse:
    made = by_slug(slug)
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    if not made.anonymous:
        if ctx.actor.kind == "anonymous":
            raise LoginNeeded
        if not any(ctx.actor.has(need) for need in made.needs):
            raise Denied(
                Text("您没有“{label}”的权限。", "You don't hold the grant for “{label}”.").format(label=made.label)
            )
    if request.method == "POST":
        return _submit(request, made, ctx)
    return _show(request, made, ctx, given=request.GET, key=uuid4().hex)


def _show(
    request: HttpRequest,
    made: Action,
    ctx: Context,
    *,
    given: QueryDict,
    key: str,
    problem: Problem | None = None,
) -> HttpResponse:
    fields = inputs.fields_of(made, ctx=ctx, given=given)
    above = []
    if problem is not None:
        above = [str(problem), *inputs.mark_errors(fields, problem.where)]
    return render(
        request,
        "pages/action_fragment.html" if doors.is_fragment(request) else "pages/action.html",
        {
            "action": made,
            "fields": fields,
            "settled": [f for f in fields if f.kind == "hidden" or (f.kind == "row" and not f.source and f.values)],
            "key": key,
            "next": doors.safe_next(request, fallback=""),
            "above": above,
        },
        status=problem.status if problem else 200,
    )


def _submit(request: HttpRequest, made: Action, ctx: Context) -> HttpResponse:
    key = request.POST.get(KEY, "")[:100]
    try:
        done = runner.run(made, ctx=ctx, inputs=inputs.read(made, request.POST), key=key or None)
    except NotFound:
        raise
    except Problem as problem:
        return _show(request, made, ctx, given=request.POST, key=key or uuid4().hex, problem=problem)
    messages.success(request, _words(made, done))
    address = doors.safe_next(request, fallback="") or _own_page(done.result) or "/"
    if doors.is_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _words(made: Action, done: runner.Done) -> str:
    if done.repeated:
        return str(REPEATED.format(label=made.label))
    if done.value is not None and hasattr(done.value, "kind_code"):
        return format_html(str(DONE_TO), label=made.label, row=wording.spoken(done.value))
    return str(DONE.format(label=made.label))


def _own_page(result: Any) -> str:
    address = result.get("url", "") if isinstance(result, dict) else ""
    return address if isinstance(address, str) and address.startswith("/") and not address.startswith("//") else ""


@require_GET
def find_rows(request: HttpRequest, kind: str) -> HttpResponse:
    """Answers the row picker: rows within the actor's scope, ready to be put into a form."""
    source = next((s for s in registry().declared(RowSource) if s.model._meta.label_lower == kind), None)
    if source is None:
        raise Http404
    text = request.GET.get("q", "").strip()[:60]
    rows = list(source.search(ctx=request.ctx, text=text))[:20]  # type: ignore[attr-defined]
    return JsonResponse({"rows": [{"mark": inputs.row_mark(row), "text": str(row)} for row in rows]})
