"""账号管理页、角色与授权页、安全策略页."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bihuan.core.access import directory, passwords, policy, queries
from bihuan.core.access.actions import accounts
from bihuan.core.access.context import Context
from bihuan.core.access.identification import digest
from bihuan.core.access.models import PolicyValue, User
from bihuan.core.access.plugs import ClosedAccountAction
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions import runner
from bihuan.core.actions.action import Reference
from bihuan.core.actions.problems import Denied
from bihuan.core.modules import registry
from bihuan.core.pages.components import Crumb
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

ACCOUNTS = Text("用户账号", "Accounts")
ROLES = Text("角色与授权", "Roles and grants")
POLICY = Text("安全策略", "Security policy")
MOST_CHOICES = 200
ADMINISTRATORS = (AccessGrants.MANAGE_USERS, AccessGrants.MANAGE_GRANTS, AccessGrants.READ_AUDIT)


def _administrator(request: HttpRequest, *needs: str) -> Context:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    if not any(ctx.actor.has(n) for n in needs or ADMINISTRATORS):
        raise Denied(Text("本页只供管理员使用。", "This page is for administrators."))
    return ctx


@require_GET
def list_accounts(request: HttpRequest) -> HttpResponse:
    ctx = _administrator(request)
    text, state = request.GET.get("q", "").replace("\0", "").strip()[:60], request.GET.get("state", "")
    found = queries.list_users(ctx=ctx, text=text, state=state)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    held = queries.role_names(list(page), at=ctx.at)
    names = directory.organisation_names(u.organisation_code for u in page)
    rows = [{"user": u, "roles": held.get(u.pk, []), "organisation": names.get(u.organisation_code, "")} for u in page]
    content = {"page": page, "rows": rows, "text": text, "state": state, "crumbs": [Crumb(ACCOUNTS)]}
    return render(request, "access/accounts.html", content)


@never_cache
@require_http_methods(["GET", "POST"])
def new_account(request: HttpRequest) -> HttpResponse:
    """The password is made here, shown on the answer, and known to nobody else."""
    ctx = _administrator(request, AccessGrants.MANAGE_USERS)
    crumbs = [Crumb(ACCOUNTS, reverse("accounts")), Crumb(accounts.create_user.label)]
    known = directory.directory()
    content: dict[str, Any] = {"crumbs": crumbs, "organisations": _few(known)}
    if request.method == "GET":
        return render(request, "access/new_account.html", content)
    typed = {n: request.POST.get(n, "") for n in ("username", "display_name", "organisation_code", "email", "phone")}
    password = passwords.one_time()
    inputs = {**typed, "password_hash": passwords.hash_of(password)}
    try:
        user = runner.run(accounts.create_user, ctx=ctx, inputs=inputs).value
    except Problem as problem:
        content |= {"typed": typed, "problem": problem}
        return render(request, "access/new_account.html", content, status=problem.status)
    return _handed_out(request, user, password=password)


def _few(known: directory.Directory | None) -> list[tuple[str, str]]:
    """To choose from a list, where it is short enough for one; otherwise the code is typed."""
    found = known.organisations() if known else []
    return found if len(found) <= MOST_CHOICES else []


def _handed_out(request: HttpRequest, user: User, *, password: str = "", link: str = "") -> HttpResponse:
    crumbs = [Crumb(ACCOUNTS, reverse("accounts")), Crumb(user, reverse("account_page", args=[user.pk]))]
    return render(
        request, "access/handed_out.html", {"user": user, "password": password, "link": link, "crumbs": crumbs}
    )


@never_cache
@require_GET
def show_account(request: HttpRequest, user_id: UUID) -> HttpResponse:
    ctx = _administrator(request)
    user = queries.get_user(ctx=ctx, user_id=user_id)
    content = {
        "user": user,
        "organisation": directory.organisation_names([user.organisation_code]).get(user.organisation_code, ""),
        "assignments": described(queries.assignments(ctx=ctx, user=user)),
        "past": described(queries.past_assignments(ctx=ctx, user=user)),
        "sessions": queries.sessions_of(ctx=ctx, user=user),
        "tokens": queries.tokens_of(ctx=ctx, user=user),
        "locked_until": queries.locked_until(user, at=ctx.at),
        "manages": ctx.actor.may(AccessGrants.MANAGE_USERS, user.place),
        "for_closed": [] if user.is_active else [d.action for d in registry().declared(ClosedAccountAction)],
        "is_self": user.pk == ctx.actor.user_id,
        "has_oidc": bool(settings.BIHUAN_OIDC["issuer"]),
        "crumbs": [Crumb(ACCOUNTS, reverse("accounts")), Crumb(user)],
    }
    return render(request, "access/account_page.html", content)


def described(found: list[Any]) -> list[dict[str, Any]]:
    """Each assignment with its scope in words; two queries, however many there are."""
    units = directory.organisation_names(a.scope_organisation for a in found)
    places = directory.region_names(a.scope_region for a in found)
    everywhere = str(Text("全部区域", "Everywhere"))
    return [
        {"assignment": a, "scope": units.get(a.scope_organisation) or places.get(a.scope_region, everywhere)}
        for a in found
    ]


@never_cache
@require_POST
def reset_password(request: HttpRequest, user_id: UUID) -> HttpResponse:
    ctx = _administrator(request, AccessGrants.MANAGE_USERS)
    user = queries.get_user(ctx=ctx, user_id=user_id)
    password = passwords.one_time()
    hashed = passwords.hash_of(password)
    runner.perform(accounts.reset_password, ctx=ctx, user=Reference(id=user.pk), password_hash=hashed)
    return _handed_out(request, user, password=password)


@never_cache
@require_POST
def invite_link(request: HttpRequest, user_id: UUID) -> HttpResponse:
    ctx = _administrator(request, AccessGrants.MANAGE_USERS)
    user = queries.get_user(ctx=ctx, user_id=user_id)
    secret = secrets.token_urlsafe(32)
    runner.perform(accounts.invite_link, ctx=ctx, user=Reference(id=user.pk), digest=digest(secret))
    return _handed_out(request, user, link=request.build_absolute_uri(f"/oidc/invitation/{secret}/"))


@require_GET
def show_roles(request: HttpRequest) -> HttpResponse:
    """谁能在哪里做什么: filtered by grant or by role."""
    ctx = _administrator(request)
    grant, role = request.GET.get("grant", ""), request.GET.get("role", "")
    known = registry().grants
    found = queries.assignments(ctx=ctx, grant=grant, role=role)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    roles = [
        {"role": r, "grants": [known[g].label if g in known else g for g in r.grants]} for r in queries.roles(ctx=ctx)
    ]
    content = {
        "page": page,
        "rows": described(list(page)),
        "roles": roles,
        "all_grants": sorted(((g, t.label) for g, t in known.items()), key=lambda pair: pair[0]),
        "grant": grant,
        "role": role,
        "crumbs": [Crumb(ROLES)],
    }
    return render(request, "access/roles.html", content)


@require_GET
def show_policy(request: HttpRequest) -> HttpResponse:
    ctx = _administrator(request, AccessGrants.MANAGE_GRANTS, AccessGrants.READ_AUDIT)
    here = {v.name: v for v in PolicyValue.objects.visible_to(ctx.actor)}
    now = policy.current()
    rows = [{"spec": s, "value": now[s.name], "row": here.get(s.name)} for s in policy.SETTINGS.values()]
    return render(request, "access/policy.html", {"rows": rows, "crumbs": [Crumb(POLICY)]})
