"""HTTP 接口: `POST /api/actions/<name>`, and the description of all of them."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from bihuan.core.actions import runner
from bihuan.core.actions.problems import UnknownAction
from bihuan.core.modules import registry
from bihuan.core.pages import doors, openapi
from bihuan.core.pages.problems import BadRequest
from bihuan.kernel.text import Text


@doors.public  # the door itself asks for a login, except where an action is for everybody
@require_POST
def act(request: HttpRequest, name: str) -> HttpResponse:
    made = registry().actions.get(name)
    if made is None or "http" not in made.faces:
        raise UnknownAction(name)
    done = runner.run(
        made,
        ctx=request.ctx,  # type: ignore[attr-defined]
        inputs=_body(request),
        key=_key(request),
    )
    return JsonResponse({"audit": str(done.audit_row), "result": done.result, "repeated": done.repeated})


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise BadRequest(
            Text("请求体必须是一个 JSON 对象（UTF-8）。", "The body must be one JSON object, in UTF-8."),
        )
    return body


def _key(request: HttpRequest) -> str | None:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > 200:
        raise BadRequest(Text("幂等键最长 200 个字符。", "An idempotency key has at most 200 characters."))
    return key or None


@require_GET
def describe(request: HttpRequest) -> HttpResponse:
    return JsonResponse(openapi.document(), json_dumps_params={"ensure_ascii": False})


@require_GET
def read_about(request: HttpRequest) -> HttpResponse:
    """A page for people: every action with its inputs, grants and an example call."""
    modules = [
        (module, [openapi.ActionView.of(a) for a in module.actions if "http" in a.faces])
        for module in registry().modules.values()
    ]
    return render(request, "pages/api.html", {"modules": [m for m in modules if m[1]]})
