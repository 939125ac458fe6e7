"""The shell's own pages: first page, language, theme, search, keyboard help, counts of the top bar."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from bihuan.core.access.actions.own_account import set_preferences
from bihuan.core.access.context import Context
from bihuan.core.actions import runner
from bihuan.core.modules import registry
from bihuan.core.pages import doors, language, navigation
from bihuan.core.pages.declared import Hit, SearchSource, open_to
from bihuan.core.pages.shell import THEME_COOKIE, THEMES
from bihuan.kernel.text import Text

SEARCH_LIMIT = 8


def _ctx(request: HttpRequest) -> Context:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    return ctx


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(navigation.home_url(ctx=_ctx(request)))


@require_GET
def welcome(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/welcome.html")


def _keep(request: HttpRequest, **said: str) -> None:
    """Also in the account, so that the next machine knows it too."""
    login = getattr(request, "login", None)
    if login is None:
        return
    user = login.user
    wanted = {"language": user.language, "theme": user.theme, **said}
    if wanted != {"language": user.language, "theme": user.theme}:
        runner.perform(set_preferences, ctx=_ctx(request), **wanted)


@doors.public
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    said = request.POST.get("language", "")
    response = HttpResponseRedirect(doors.safe_next(request))
    if said in language.DJANGO_CODES:
        _keep(request, language=said)
        language.remember(response, said, secure=request.is_secure())
    return response


@doors.public
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    said = request.POST.get("theme", "")
    response = HttpResponseRedirect(doors.safe_next(request))
    if said in THEMES:
        _keep(request, theme=said)
        response.set_cookie(
            THEME_COOKIE, said, max_age=365 * 86_400, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    return response


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:60]
    ctx = _ctx(request)
    found: list[tuple[Text, list[Hit]]] = []
    if text:
        sources = sorted(registry().declared(SearchSource), key=lambda s: s.order)
        for source in sources:
            if open_to(ctx, source.needs):
                found.append((source.label, list(source.search(ctx=ctx, text=text, limit=SEARCH_LIMIT))))
    found = [(label, hits) for label, hits in found if hits]
    template = "pages/search_fragment.html" if doors.is_fragment(request) else "pages/search.html"
    return render(request, template, {"text": text, "found": found, "count": sum(len(h) for _, h in found)})


@require_GET
def keyboard(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/keyboard.html")


@require_GET
def counts(request: HttpRequest) -> HttpResponse:
    return JsonResponse({w.name: w.count for w in navigation.widgets(ctx=_ctx(request))})
