"""问题页: a refusal as a page, a fragment or `application/problem+json`; each says what to do."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from bihuan.core.actions.problems import Denied, NotFound
from bihuan.core.pages import doors
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

TITLES = {
    400: Text("请求有误", "The request is wrong"),
    401: Text("请先登录", "Please log in"),
    403: Text("没有权限", "Not allowed"),
    404: Text("没有找到", "Not found"),
    405: Text("请求方式不对", "Wrong kind of request"),
    409: Text("与别人的操作冲突", "Somebody was faster"),
    413: Text("文件太大", "Too large"),
    422: Text("填写有误", "Some inputs are wrong"),
    429: Text("操作太频繁", "Too many requests"),
    500: Text("系统出错了", "Something broke"),
    503: Text("暂时不可用", "Not available just now"),
}

NEXT_STEPS = {
    400: Text("请返回上一页，刷新后重新填写。", "Go back, reload the page and fill it in again."),
    403: Text(
        "如果工作需要，请联系安全管理员授权。", "If your work needs it, ask the security administrator for the grant."
    ),
    404: Text("请核对网址，或用上方搜索查找。", "Check the address, or use the search above."),
    409: Text("请返回刷新，核对最新内容后再操作。", "Go back, reload, check the latest state, then try again."),
    413: Text("请压缩或拆分文件后再上传。", "Make the file smaller or split it, then upload again."),
    429: Text("请稍等一会儿再试。", "Wait a little, then try again."),
    500: Text(
        "请稍后再试；如果再次出现，请把下面的编号告诉系统管理员。",
        "Try again later; if it happens again, tell the system administrator the number below.",
    ),
}


class BadRequest(Problem):
    code = "bad_request"
    status = 400


class TooLarge(Problem):
    code = "too_large"
    status = 413


class PageExpired(Problem):
    code = "page_expired"
    status = 403


class Broken(Problem):
    code = "internal_error"
    status = 500


def as_json(problem: Problem, *, request_id: str = "") -> dict[str, Any]:
    """RFC 9457: what every API refusal looks like."""
    title = TITLES.get(problem.status, TITLES[400])
    return {
        "type": f"urn:bihuan:problem:{problem.code}",
        "status": problem.status,
        "code": problem.code,
        "title": {"zh": title.zh, "en": title.en},
        "detail": {"zh": problem.text.zh, "en": problem.text.en},
        "where": {name: {"zh": text.zh, "en": text.en} for name, text in problem.where.items()},
        "request_id": request_id,
    }


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    ctx = getattr(request, "ctx", None)
    request_id = ctx.request_id if ctx else ""
    if doors.wants_json(request):
        return JsonResponse(
            as_json(problem, request_id=request_id), status=problem.status, content_type="application/problem+json"
        )
    if problem.code == "login_needed":
        return _to_login(request)
    fragment = doors.is_fragment(request)
    return render(
        request,
        "pages/problem_fragment.html" if fragment else "pages/problem.html",
        {
            "problem": problem,
            "problem_title": TITLES.get(problem.status, TITLES[400]),
            "next_step": NEXT_STEPS.get(problem.status),
            "request_id": request_id if problem.status >= 500 else "",
        },
        status=problem.status,
    )


def _to_login(request: HttpRequest) -> HttpResponse:
    back = request.get_full_path() if request.method == "GET" and not doors.is_fragment(request) else ""
    try:
        login = reverse("login")
    except NoReverseMatch:
        login = "/login/"
    address = f"{login}?{urlencode({'next': back})}" if back and back != "/" else login
    if doors.is_fragment(request):
        # A piece of a page can't be a login page: htmx is told to move the whole window.
        return HttpResponse(status=204, headers={"HX-Redirect": login})
    return HttpResponseRedirect(address)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return answer(
            request,
            TooLarge(Text("提交的内容超过 10 MB，没有保存。", "What you sent is over 10 MB and was not stored.")),
        )
    return answer(request, BadRequest(Text("服务器看不懂这个请求。", "The server could not understand this request.")))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, Denied(Text("您没有打开此页的权限。", "You don't hold the grant for this page.")))


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same answer as for a row outside one's scope, so that nobody learns which it was."""
    return answer(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    broken = Broken(
        Text(
            "系统内部出错，您的操作没有完成。管理员可以在日志里看到原因。",
            "An internal error stopped this; nothing was stored. The log tells administrators why.",
        )
    )
    try:
        return answer(request, broken)
    except Exception:  # the page itself may be what broke, or the database it draws the menu from
        return HttpResponse(
            f"{TITLES[500].zh} · {TITLES[500].en}", status=500, content_type="text/plain; charset=utf-8"
        )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(
        request,
        PageExpired(
            Text(
                "页面已过期或不是从本系统提交的，操作没有执行。请返回刷新页面后重新提交。",
                "This page has expired, or the form did not come from here; nothing was done. Go back, reload and submit again.",
            )
        ),
    )
