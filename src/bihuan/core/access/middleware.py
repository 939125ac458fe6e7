"""账号要求: whoever still has to change a handed-out password sees only the page for that."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from bihuan.core.access.terms import AccountStep

#: What stays reachable: one's account, the language and theme, and files without content of ours.
OPEN = ("/account/", "/language/", "/theme/", "/static/")


class AccountStepMiddleware:
    """Behind the one that makes the context. The actor holds nothing until then anyway; this only says where to go."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        step = getattr(request, "account_step", None)
        if step is AccountStep.CHANGE_PASSWORD and request.method == "GET" and not request.path.startswith(OPEN):
            return HttpResponseRedirect(reverse("account_password"))
        return self.get_response(request)
