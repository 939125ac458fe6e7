"""我的账号: password, second factor, sessions, tokens, language. Secrets are made here, shown once and never stored."""

from __future__ import annotations

import io
import secrets
from datetime import datetime, timedelta
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bihuan.core.access import passwords, policy, queries, second_factor, signing_in
from bihuan.core.access.actions import own_account, tokens
from bihuan.core.access.actions.login import LoginRefused
from bihuan.core.access.context import Context
from bihuan.core.access.identification import digest
from bihuan.core.access.models import LoginSession, User
from bihuan.core.access.proofs import GOOD_FOR, prove
from bihuan.core.access.separation import NOT_FOR_ROLES
from bihuan.core.access.sessions import is_waived, needs_second_factor
from bihuan.core.access.web.login import remember_theme
from bihuan.core.actions import runner
from bihuan.core.actions.action import Reference
from bihuan.core.actions.problems import Denied, NotFound
from bihuan.core.modules import registry
from bihuan.core.pages import language
from bihuan.core.pages.components import Crumb
from bihuan.core.pages.wording import LOCAL
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

HERE = Text("我的账号", "My account")
TOKEN_DAYS = (7, 30, 90, 180, 365)


def _mine(request: HttpRequest) -> tuple[Context, LoginSession, User]:
    """These pages are for a person in a session; a token has no account of its own."""
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    login: LoginSession | None = getattr(request, "login", None)
    if ctx.actor.kind != "user" or login is None:
        raise Denied(Text("请用浏览器登录后办理。", "Log in with a browser to do this."))
    return ctx, login, login.user


def _crumbs(label: Text) -> list[Crumb]:
    return [Crumb(HERE, reverse("account")), Crumb(label)]


@never_cache
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    ctx, login, user = _mine(request)
    return render(request, "access/account.html", _account_page(ctx, login, user))


def _account_page(ctx: Context, login: LoginSession, user: User, **more: Any) -> dict[str, Any]:
    return {
        "user": user,
        "login": login,
        "assignments": user.assignments.filter(queries.holding(ctx.at)).select_related("role"),
        "sessions": queries.sessions_of(ctx=ctx, user=user),
        "tokens": queries.tokens_of(ctx=ctx, user=user),
        "grants": own_grants(ctx),
        "days": [d for d in TOKEN_DAYS if d <= policy.current()["token_days"]],
        "needs_second_factor": needs_second_factor(user, at=ctx.at),
        "is_waived": is_waived(user),
        **more,
    }


def own_grants(ctx: Context) -> list[tuple[str, Text]]:
    """What one may lend to a token, in words."""
    known = registry().grants
    mine = sorted({h.grant for h in ctx.actor.held if h.grant in known} - NOT_FOR_ROLES)
    return [(g, known[g].label) for g in mine]


@require_POST
def save_preferences(request: HttpRequest) -> HttpResponse:
    ctx, _, _ = _mine(request)
    inputs = {name: request.POST.get(name, "") for name in ("language", "theme")}
    runner.run(own_account.set_preferences, ctx=ctx, inputs=inputs)
    response = HttpResponseRedirect(reverse("account"))
    language.remember(response, inputs["language"], secure=request.is_secure())
    remember_theme(response, inputs["theme"], secure=request.is_secure())
    return response


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    ctx, login, user = _mine(request)
    content: dict[str, Any] = {
        "user": user, "rules": policy.current().values, "crumbs": _crumbs(Text("修改口令", "Change the password")),
    }  # fmt: skip
    if request.method == "GET":
        return render(request, "access/password.html", content)
    new = request.POST.get("new_password", "")
    try:
        signing_in.check_own_password(user, password=request.POST.get("password", ""), at=ctx.at)
        note = prove(user, purpose="change_password", at=ctx.at)
        if new != request.POST.get("again", ""):
            raise passwords.WeakPassword(Text("两次输入不一致", "the two entries differ"))
        passwords.require_good(new, user=user)
        runner.perform(
            own_account.change_password,
            ctx=ctx,
            login=Reference(id=login.pk),
            proof=note,
            password_hash=passwords.hash_of(new),
        )
    except LoginRefused as problem:
        said = Text("现在的口令不正确。", "The present password is wrong.")
        return render(request, "access/password.html", {**content, "problem": said}, status=problem.status)
    except Problem as problem:
        return render(request, "access/password.html", {**content, "problem": problem.text}, status=problem.status)
    messages.success(
        request,
        str(Text("口令已修改，其他会话已退出。", "The password is changed; your other sessions have ended.")),
    )
    return HttpResponseRedirect(reverse("account"))


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def set_up_second_factor(request: HttpRequest) -> HttpResponse:
    """Four small steps on one page: begin, confirm, new recovery codes, take off."""
    ctx, login, user = _mine(request)
    content: dict[str, Any] = {
        "user": user,
        "crumbs": _crumbs(Text("动态口令", "Second factor")),
        "needs_second_factor": needs_second_factor(user, at=ctx.at),
        "is_waived": is_waived(user),
        "is_fresh": _is_fresh(ctx, login),
    }
    if request.method == "GET":
        return _second_factor_page(request, content)
    steps = {"begin": _begin, "confirm": _confirm, "renew": _renew, "disable": _disable}
    step = steps.get(request.POST.get("step", ""))
    if step is None:
        raise NotFound
    try:
        codes = step(request, ctx, login, user)
    except Problem as problem:
        user.refresh_from_db()
        return _second_factor_page(request, {**content, "problem": problem.text}, status=problem.status)
    if codes:
        return render(request, "access/recovery_codes.html", {**content, "codes": codes})
    return HttpResponseRedirect(reverse("account_second_factor"))


def _second_factor_page(request: HttpRequest, content: dict[str, Any], status: int = 200) -> HttpResponse:
    user = content["user"]
    if user.second_factor_pending and not user.has_second_factor:
        spelled = second_factor.unseal(user.second_factor_pending, user=user.pk)
        content["secret"] = " ".join(spelled[i : i + 4] for i in range(0, len(spelled), 4))
    return render(request, "access/second_factor.html", content, status=status)


def _is_fresh(ctx: Context, login: LoginSession) -> bool:
    """Whoever has just logged in needn't type the password again."""
    return ctx.at - login.authenticated_at < GOOD_FOR


def _begin(request: HttpRequest, ctx: Context, login: LoginSession, user: User) -> None:
    if not _is_fresh(ctx, login):
        signing_in.check_own_password(user, password=request.POST.get("password", ""), at=ctx.at)
    note = prove(user, purpose="second_factor", at=ctx.at)
    sealed = second_factor.seal(second_factor.new_secret(), user=user.pk)
    runner.perform(own_account.set_up_second_factor, ctx=ctx, proof=note, sealed=sealed)


def _codes_for(user: User) -> tuple[list[str], list[str]]:
    codes = second_factor.new_recovery_codes()
    return codes, [second_factor.recovery_digest(c, user=user.pk) for c in codes]


def _confirm(request: HttpRequest, ctx: Context, login: LoginSession, user: User) -> list[str]:
    codes, digests = _codes_for(user)
    runner.perform(
        own_account.confirm_second_factor,
        ctx=ctx, login=Reference(id=login.pk), code=_code(request), recovery_digests=digests,
    )  # fmt: skip
    return codes


def _renew(request: HttpRequest, ctx: Context, login: LoginSession, user: User) -> list[str]:
    codes, digests = _codes_for(user)
    with signing_in.counted(user, at=ctx.at):
        runner.perform(own_account.renew_recovery_codes, ctx=ctx, code=_code(request), recovery_digests=digests)
    return codes


def _disable(request: HttpRequest, ctx: Context, login: LoginSession, user: User) -> None:
    with signing_in.counted(user, at=ctx.at):
        runner.perform(own_account.disable_second_factor, ctx=ctx, code=_code(request))


def _code(request: HttpRequest) -> str:
    return request.POST.get("code", "").strip()[:40]


@never_cache
@require_GET
def qr_code(request: HttpRequest) -> HttpResponse:
    """The secret that waits to be confirmed, for the camera; gone once it is."""
    _, _, user = _mine(request)
    if not user.second_factor_pending or user.has_second_factor:
        raise NotFound
    secret = second_factor.unseal(user.second_factor_pending, user=user.pk)
    picture = io.BytesIO()
    segno.make(second_factor.address(secret, username=user.username), error="m", micro=False).save(
        picture, kind="svg", scale=5, border=3, light="white", nl=False
    )
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@never_cache
@require_POST
def issue_token(request: HttpRequest) -> HttpResponse:
    """Shown once, here; only its digest passes the door."""
    ctx, login, user = _mine(request)
    secret = f"bh_{secrets.token_urlsafe(32)}"
    days = request.POST.get("days", "")
    inputs = {
        "name": request.POST.get("name", ""),
        "grants": request.POST.getlist("grants"),
        "expires_at": _end_of(ctx.at, int(days) if days.isdigit() else 0),
        "digest": digest(secret),
    }
    try:
        runner.run(tokens.issue_token, ctx=ctx, inputs=inputs)
    except Problem as problem:
        shown = _account_page(ctx, login, user, token_problem=problem)
        return render(request, "access/account.html", shown, status=problem.status)
    content = {"secret": secret, "name": inputs["name"], "crumbs": _crumbs(Text("接口令牌", "API token"))}
    return render(request, "access/token.html", content)


def _end_of(at: datetime, days: int) -> datetime:
    return at.astimezone(LOCAL) + timedelta(days=min(days, 3660))
