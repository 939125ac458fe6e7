"""登录页: parse, count, check, open. Both steps answer a refusal on the page itself, never with what was typed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from bihuan.core.access import signing_in
from bihuan.core.access.actions.login import CodeNeeded, LoginRefused
from bihuan.core.access.address import client_address
from bihuan.core.access.models import LoginSession
from bihuan.core.access.plugs import LoginOption
from bihuan.core.access.proofs import ProofMissing
from bihuan.core.access.second_factor import SecretUnreadable, WrongCode
from bihuan.core.access.sessions import step_of
from bihuan.core.access.terms import AccountStep, LoginMethod
from bihuan.core.access.throttle import TooManyAttempts
from bihuan.core.modules import registry
from bihuan.core.pages import doors
from bihuan.core.pages.shell import THEME_COOKIE
from bihuan.kernel.problem import Problem

STEP_PAGES = {
    AccountStep.CHANGE_PASSWORD: "account_password",
    AccountStep.SET_UP_SECOND_FACTOR: "account_second_factor",
}


@sensitive_post_parameters("password")
@never_cache
@doors.public
@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    ctx: Any = request.ctx  # type: ignore[attr-defined]
    next_page = doors.safe_next(request)
    if request.method == "GET":
        if ctx.actor.kind == "user":
            return HttpResponseRedirect(next_page)
        return _page(request, next_page)
    try:
        user = signing_in.check_password(
            username=request.POST.get("username", ""),
            password=request.POST.get("password", ""),
            address=client_address(request),
            at=ctx.at,
        )
        if signing_in.needs_code(user):
            signing_in.remember_pending(request, user, method=LoginMethod.PASSWORD, at=ctx.at, next_page=next_page)
            return HttpResponseRedirect(reverse("login_code"))
        login = signing_in.log_in(request, user, method=LoginMethod.PASSWORD, at=ctx.at)
    except (LoginRefused, TooManyAttempts) as problem:
        return _page(request, next_page, problem=problem, username=request.POST.get("username", "")[:60])
    return go_on(request, login, next_page)


def _page(request: HttpRequest, next_page: str, *, problem: Problem | None = None, username: str = "") -> HttpResponse:
    options = [o for o in registry().declared(LoginOption) if o.is_on()]
    content = {"next": next_page, "problem": problem, "username": username, "options": options}
    return _answer(request, "access/login.html", content, problem)


def _answer(request: HttpRequest, template: str, content: dict[str, Any], problem: Problem | None) -> HttpResponse:
    response = render(request, template, content, status=problem.status if problem else 200)
    if isinstance(problem, TooManyAttempts):
        response.headers["Retry-After"] = str(max(1, int(problem.wait.total_seconds())))
    return response


def go_on(request: HttpRequest, login: LoginSession, next_page: str) -> HttpResponse:
    """To where one wanted to go, or first to what the account still lacks."""
    ctx: Any = request.ctx  # type: ignore[attr-defined]
    step = step_of(login, at=ctx.at)
    response = HttpResponseRedirect(reverse(STEP_PAGES[step]) if step else next_page)
    if THEME_COOKIE not in request.COOKIES:
        remember_theme(response, login.user.theme, secure=request.is_secure())
    return response


def remember_theme(response: HttpResponse, theme: str, *, secure: bool) -> None:
    response.set_cookie(THEME_COOKIE, theme, max_age=365 * 86_400, samesite="Lax", httponly=True, secure=secure)


@sensitive_post_parameters("code")
@never_cache
@doors.public
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """双因素: the second step. Without a password checked in the last five minutes there is nothing to do here."""
    ctx: Any = request.ctx  # type: ignore[attr-defined]
    waiting = signing_in.pending(request)
    if waiting is None:
        return HttpResponseRedirect(reverse("login"))
    if request.method == "GET":
        return _answer(request, "access/code.html", {}, None)
    try:
        login = signing_in.finish_pending(request, code=request.POST.get("code", "").strip()[:40], at=ctx.at)
    except (WrongCode, CodeNeeded, SecretUnreadable) as problem:
        return _answer(request, "access/code.html", {"problem": problem}, problem)
    except TooManyAttempts as problem:
        request.session.flush()
        return _answer(request, "access/code.html", {"problem": problem}, problem)
    except (ProofMissing, LoginRefused) as problem:
        request.session.flush()
        return _page(request, doors.safe_next(request), problem=problem)
    wanted = str(waiting.get("next", "/"))
    return go_on(request, login, wanted if doors.is_own_address(request, wanted) else "/")


@doors.public
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    signing_in.log_out(request, ctx=request.ctx)  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("login"))
