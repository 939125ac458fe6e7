"""The shell through HTTP: who sees which menu, refusals as pages, headers, language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from bihuan.core.access.models import Role, User
from bihuan.core.actions.problems import NotFound, StaleVersion
from bihuan.core.modules import Module, registry
from bihuan.core.pages import navigation
from bihuan.core.pages.declared import Hit, HomePage, SearchSource, TopbarWidget
from bihuan.core.pages.doors import public
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.site import urls

pytestmark = pytest.mark.django_db


class TooMany(Problem):
    code = "too_many"
    status = 429


def raising(wrong: Exception) -> Any:
    @public
    def view(request: HttpRequest) -> HttpResponse:
        raise wrong

    return view


REFUSALS = {
    "400": SuspiciousOperation("x"),
    "403": PermissionDenied(),
    "404": NotFound(),
    "409": StaleVersion(),
    "429": TooMany(Text("请一分钟后再试。", "Try again in a minute.")),
    "500": RuntimeError("x"),
}
urlpatterns = [*(path(f"refuse/{n}/", raising(e)) for n, e in REFUSALS.items()), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_refusal_is_a_page_that_says_what_to_do(settings: Any, status: str, language: str) -> None:
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False)
    client.cookies["bihuan_language"] = language
    answer = client.get(f"/refuse/{status}/")
    page = answer.content.decode()

    assert answer.status_code == int(status)
    assert ("回到首页" if language == "zh" else "Back to the first page") in page
    assert "Traceback" not in page


@pytest.mark.parametrize("status", REFUSALS)
def test_every_refusal_is_a_problem_document_for_a_program(settings: Any, status: str) -> None:
    settings.ROOT_URLCONF = __name__
    answer = Client(raise_request_exception=False).get(f"/refuse/{status}/", headers={"Accept": "application/json"})

    assert answer.status_code == int(status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == int(status)


def test_a_piece_of_a_page_gets_a_piece_of_a_refusal(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    page = Client().get("/refuse/409/", headers={"HX-Request": "true"}).content.decode()

    assert "别人刚刚改过" in page
    assert "<html" not in page


def test_an_address_that_never_was_and_a_row_out_of_scope_look_the_same(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    client = Client()
    never, outside = client.get("/never/"), client.get("/refuse/404/")

    def bare(answer: Any) -> str:
        text = answer.content.decode().replace(answer.wsgi_request.path, "")
        for mark in (client.cookies["bihuan_csrf"].value, *_tokens(text)):
            text = text.replace(mark, "")
        return text

    assert never.status_code == outside.status_code == 404
    assert bare(never) == bare(outside)


def _tokens(page: str) -> list[str]:
    marks = [part.split('"')[0] for part in page.split('name="csrfmiddlewaretoken" value="')[1:]]
    return marks + [part.split('"')[0] for part in page.split('"X-CSRFToken": "')[1:]]


def test_a_stranger_is_sent_to_the_login_with_the_way_back(client: Client) -> None:
    answer = client.get("/search/?q=1")

    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("?next=%2Fsearch%2F%3Fq%3D1")


def test_a_program_without_login_is_told_so(client: Client) -> None:
    answer = client.get("/api/openapi.json")

    assert (answer.status_code, answer.json()["code"]) == (401, "login_needed")


def test_every_page_forbids_inline_code_and_other_peoples_frames(client: Client) -> None:
    headers = client.get("/nowhere/").headers
    policy = headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "connect-src 'self' http://testserver:8711;" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_what_a_person_sees_is_kept_by_no_cache(make_user: Callable[..., Any], log_in: Callable[..., Any]) -> None:
    assert log_in(make_user("zhang")).get("/welcome/").headers["Cache-Control"] == "private, no-store"


def test_the_menu_shows_what_ones_grants_allow(
    trial: Any, make_user: Callable[..., Any], log_in: Callable[..., Any]
) -> None:
    may = log_in(make_user("zhang", "trial.try")).get("/search/").content.decode()
    may_not = log_in(make_user("li")).get("/search/").content.decode()

    assert '<a href="/search/" aria-current="page">' in may
    assert "搜索页" in may
    assert "别处" not in may
    assert "搜索页" not in may_not


def test_a_long_menu_is_folded_but_for_what_is_wanted_now(rf: Any, make_user: Callable[..., Any]) -> None:
    from bihuan.core import clock
    from bihuan.core.access.context import Context
    from bihuan.core.access.identification import actor_of

    at = clock.now()
    ctx = Context(actor=actor_of(make_user("all", *registry().grants), at=at), at=at)
    groups = navigation.menu(ctx=ctx, path="/accounts/")

    assert [g.code for g in groups if g.is_open] == ["work", "system"]
    assert all(
        g.is_open
        for g in navigation.menu(
            ctx=Context(actor=actor_of(make_user("few", "access.read_audit"), at=at), at=at), path="/"
        )
    )


def test_every_menu_entry_home_page_and_widget_leads_somewhere(rf: Any, make_user: Callable[..., Any]) -> None:
    from bihuan.core import clock
    from bihuan.core.access.context import Context
    from bihuan.core.access.identification import actor_of

    at = clock.now()
    ctx = Context(actor=actor_of(make_user("all", *registry().grants), at=at), at=at)

    assert sum(len(g.entries) for g in navigation.menu(ctx=ctx, path="/")) == sum(
        len(m.menu) for m in registry().modules.values()
    )
    assert navigation.home_url(ctx=ctx)
    navigation.widgets(ctx=ctx)
    navigation.user_menu()


def test_the_first_page_is_the_first_one_allowed(
    trial: Any, with_module: Callable[..., None], make_user: Callable[..., Any], log_in: Callable[..., Any]
) -> None:
    with_module(
        Module(
            name="homes", label=Text("首页", "Homes"),
            declares=(HomePage("keyboard", ("trial.other",), -20), HomePage("search", ("trial.try",), -10)),
        )
    )  # fmt: skip

    assert log_in(make_user("zhang", "trial.try")).get("/").headers["Location"] == "/search/"
    assert log_in(make_user("li", "trial.other")).get("/").headers["Location"] == "/keyboard/"


def test_a_widget_counts_for_its_reader(
    with_module: Callable[..., None], make_user: Callable[..., Any], log_in: Callable[..., Any]
) -> None:
    with_module(
        Module(
            name="counting", label=Text("计数", "Counting"),
            declares=(TopbarWidget("c", Text("铃", "Bell"), "bell", "search", lambda *, ctx: 7),),
        )
    )  # fmt: skip
    client = log_in(make_user("zhang"))

    assert client.get("/topbar/").json()["c"] == 7
    assert 'data-widget="c"' in client.get("/welcome/").content.decode()


def test_search_asks_only_the_sources_one_may_ask(
    trial: Any, with_module: Callable[..., None], make_user: Callable[..., Any], log_in: Callable[..., Any]
) -> None:
    def find(*, ctx: Any, text: str, limit: int) -> list[Hit]:
        return [Hit(f"<b>{text}</b>", "/x/", Text("甲", "A"))]

    with_module(
        Module(
            name="finding", label=Text("找", "Find"),
            declares=(
                SearchSource(Text("能找的", "Mine"), find, ("trial.try",)),
                SearchSource(Text("不能找的", "Theirs"), find, ("trial.other",)),
            ),
        )
    )  # fmt: skip
    page = log_in(make_user("zhang", "trial.try")).get("/search/?q=甲醇").content.decode()

    assert "能找的" in page.replace("不能找的", "")
    assert "不能找的" not in page
    assert "&lt;b&gt;甲醇" in page


@pytest.mark.parametrize(
    ("cookie", "account", "header", "shown"),
    [
        ("en", "zh", "zh-CN", "en"), ("zh", "en", "en", "zh-CN"), ("", "en", "zh", "en"), ("", "zh", "en", "zh-CN"),
        ("fr", "en", "zh", "en"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_chosen_here_then_the_accounts(
    make_user: Callable[..., Any], log_in: Callable[..., Any], cookie: str, account: str, header: str, shown: str
) -> None:
    user = make_user("zhang")
    User.objects.filter(pk=user.pk).update(language=account)
    client = log_in(user, language=cookie)

    assert f'<html lang="{shown}"' in client.get("/welcome/", headers={"Accept-Language": header}).content.decode()


@pytest.mark.parametrize(
    ("header", "shown"), [("en-GB,zh;q=0.5", "en"), ("zh-TW", "zh-CN"), ("de", "zh-CN"), ("", "zh-CN")]
)
def test_a_stranger_is_answered_in_the_browsers_language(client: Client, header: str, shown: str) -> None:
    assert f'<html lang="{shown}"' in client.get("/x/", headers={"Accept-Language": header}).content.decode()


def test_choosing_a_language_leads_back_and_nowhere_else(client: Client) -> None:
    back = client.post("/language/", {"language": "en", "next": "/search/?q=1"})
    away = client.post("/language/", {"language": "en", "next": "//evil.example/"})

    assert back.headers["Location"] == "/search/?q=1"
    assert away.headers["Location"] == "/"
    assert client.cookies["bihuan_language"].value == "en"


def test_names_from_people_never_become_markup(make_user: Callable[..., Any], log_in: Callable[..., Any]) -> None:
    user = make_user("<script>alert(1)</script>")
    page = log_in(user).get("/welcome/").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_button_is_there_for_whoever_may(
    trial: Any, make_user: Callable[..., Any], log_in: Callable[..., Any]
) -> None:
    from django.template import engines

    from bihuan.core import clock
    from bihuan.core.access.context import Context
    from bihuan.core.access.identification import actor_of

    at = clock.now()
    role = Role.objects.create(code="r", name_zh="岗", name_en="Post", created_at=at, updated_at=at)
    template = engines["django"].from_string(
        '{% load bihuan %}{% action_button "trial.rename" role %}|{% action_button "trial.touch" role %}'
    )

    def drawn(user: Any) -> str:
        ctx = Context(actor=actor_of(user, at=at), at=at)
        return str(template.render({"ctx": ctx, "role": role}))

    asks, at_once = drawn(make_user("zhang", "trial.try")).split("|")
    assert f"role={role.pk}%40{role.version}" in asks
    assert "data-dialog" in asks
    assert 'data-confirm="真的要碰吗？"' in at_once
    assert f'value="{role.pk}@{role.version}"' in at_once
    assert drawn(make_user("li", "trial.other")).strip() == "|"
