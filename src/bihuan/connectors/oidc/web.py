"""Going to the identity provider and coming back."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from bihuan.connectors.oidc.provider import Errand, IdentityNotProved, Provider
from bihuan.core.access import signing_in
from bihuan.core.access.actions.accounts import InvitationOver, link_identity
from bihuan.core.access.identification import digest, may_be_used
from bihuan.core.access.models import LinkInvitation, User
from bihuan.core.access.terms import LoginMethod
from bihuan.core.access.web.login import go_on
from bihuan.core.actions import runner
from bihuan.core.actions.problems import NotFound
from bihuan.core.pages import doors
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

UNDER_WAY = "oidc_errand"
LONGEST = timedelta(minutes=10)


class IdentityNotLinked(Problem):
    code = "identity_not_linked"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            Text(
                "您的统一身份还没有绑定本系统账号。请系统管理员发给您绑定链接。",
                "Your identity is not linked to an account here. Ask the system administrator for a link.",
            )
        )


def is_on() -> bool:
    return bool(settings.BIHUAN_OIDC["issuer"] and settings.BIHUAN_OIDC["client"])


@cache
def _provider(issuer: str, client: str, secret: str) -> Provider:
    return Provider(issuer, client, secret)


def provider() -> Provider:
    if not is_on():
        raise NotFound
    return _provider(**settings.BIHUAN_OIDC)


@never_cache
@doors.public
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    return _send(request, invitation="")


@never_cache
@doors.public
@require_GET
def accept_invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Opening the link only starts; it is used up when the identity has been proved."""
    ctx: Any = request.ctx  # type: ignore[attr-defined]
    invitation = digest(secret)
    if not LinkInvitation.objects.filter(
        digest=invitation, used_at__isnull=True, expires_at__gt=ctx.at, user__is_active=True
    ).exists():
        raise InvitationOver
    return _send(request, invitation=invitation)


def _send(request: HttpRequest, *, invitation: str) -> HttpResponse:
    ctx: Any = request.ctx  # type: ignore[attr-defined]
    errand = Errand()
    address = provider().authorization_address(errand, redirect_uri=_redirect_uri(request))
    request.session[UNDER_WAY] = {
        "errand": asdict(errand),
        "at": ctx.at.isoformat(),
        "next": doors.safe_next(request),
        "invitation": invitation,
    }
    return HttpResponseRedirect(address)


def _redirect_uri(request: HttpRequest) -> str:
    path = reverse("oidc_return")
    return (
        f"{settings.BIHUAN_PUBLIC_URL.rstrip('/')}{path}"
        if settings.BIHUAN_PUBLIC_URL
        else request.build_absolute_uri(path)
    )


@never_cache
@doors.public
@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    """One answer to one question: what is remembered is taken out before it is looked at."""
    ctx: Any = request.ctx  # type: ignore[attr-defined]
    waiting = request.session.pop(UNDER_WAY, None)
    if not isinstance(waiting, dict) or ctx.at - datetime.fromisoformat(waiting["at"]) >= LONGEST:
        raise IdentityNotProved("state")
    errand = Errand(**waiting["errand"])
    if not secrets.compare_digest(request.GET.get("state", ""), errand.state):
        raise IdentityNotProved("state")
    # RFC 9207: a provider that names itself must be the one that was asked.
    if request.GET.get("iss", provider().issuer) != provider().issuer:
        raise IdentityNotProved("iss")
    code = request.GET.get("code", "")
    if not code:
        raise IdentityNotProved(request.GET.get("error", "code")[:40])
    subject = provider().identify(code=code, errand=errand, redirect_uri=_redirect_uri(request), at=ctx.at)
    if waiting["invitation"]:
        runner.perform(link_identity, ctx=ctx, invitation=waiting["invitation"], subject=subject)
    user = User.objects.filter(oidc_subject=subject).first()
    if user is None or not may_be_used(user):
        raise IdentityNotLinked
    if signing_in.needs_code(user):
        signing_in.remember_pending(request, user, method=LoginMethod.OIDC, at=ctx.at, next_page=str(waiting["next"]))
        return HttpResponseRedirect(reverse("login_code"))
    login = signing_in.log_in(request, user, method=LoginMethod.OIDC, at=ctx.at)
    return go_on(request, login, str(waiting["next"]))
