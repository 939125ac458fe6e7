"""The shell in a real browser: both languages, both themes, wide and at 360 px."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bihuan.core.access.terms import AccessGrants
from bihuan.core.audit.models import AuditRow
from bihuan.core.modules import registry
from bihuan.core.pages.declared import LiveFeed
from bihuan.parties.models import Region
from browser_checks import arrive, assert_sound, complaints, examine
from live_process import LiveProcess, happen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [
    ("zh", 1280, "light"), ("zh", 360, "light"), ("en", 1280, "light"), ("en", 360, "light"),
    ("zh", 1280, "dark"), ("en", 360, "dark"),
]  # fmt: skip


@pytest.fixture
def zhang(make_user: Callable[..., Any]) -> Any:
    return make_user("zhang", AccessGrants.MANAGE_GRANTS, AccessGrants.MANAGE_USERS)


@pytest.mark.parametrize(("language", "width", "theme"), LOOKS)
def test_every_page_of_the_shell_is_sound(
    zhang: Any, open_page: Callable[..., Any], language: str, width: int, theme: str
) -> None:
    page = open_page(zhang, language=language, width=width, theme=theme)
    for address in ("/welcome/", "/search/?q=x", "/search/", "/keyboard/", "/api/docs", "/nowhere/"):
        page.goto(address)
        assert_sound(page)


@pytest.mark.parametrize(("language", "width", "theme"), LOOKS)
def test_every_component_is_sound(
    make_user: Callable[..., Any], open_page: Callable[..., Any], settings: Any, language: str, width: int, theme: str
) -> None:
    settings.ROOT_URLCONF = "pages.gallery"
    page = open_page(make_user("zhang", *registry().grants), language=language, width=width, theme=theme)
    page.goto("/gallery/")
    page.locator("[data-chart] canvas").first.wait_for()
    page.locator(".leaflet-container").wait_for()

    assert_sound(page)


def test_the_keyboard_reaches_search_help_and_the_first_page(zhang: Any, open_page: Callable[..., Any]) -> None:
    page = open_page(zhang)
    page.goto("/welcome/")
    page.keyboard.press("Tab")
    page.locator(".bh-skip:focus").wait_for()
    page.keyboard.press("/")
    page.locator("#bh-search:focus").wait_for()
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    page.wait_for_url("**/keyboard/")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url(lambda address: not address.endswith("/keyboard/"))


def test_language_and_theme_are_kept_in_the_account(zhang: Any, open_page: Callable[..., Any]) -> None:
    page = open_page(zhang)
    page.goto("/welcome/")
    page.get_by_role("button", name="EN").click()
    arrive(page, "html[lang=en]")
    page.get_by_role("button", name="Dark or light").click()
    arrive(page, "html[data-bs-theme=dark]")

    zhang.refresh_from_db()
    assert (zhang.language, zhang.theme) == ("en", "dark")
    assert_sound(page)


def test_on_a_phone_the_menu_opens_and_closes(zhang: Any, open_page: Callable[..., Any]) -> None:
    page = open_page(zhang, width=360)
    page.goto("/welcome/")
    menu = page.get_by_role("navigation", name="主导航")
    assert not menu.is_visible()
    page.get_by_role("button", name="菜单").click()
    menu.wait_for()
    page.keyboard.press("Escape")
    menu.wait_for(state="hidden")


def test_the_menu_folds_remembers_it_and_finds_by_name(
    make_user: Callable[..., Any], open_page: Callable[..., Any]
) -> None:
    page = open_page(make_user("all", *registry().grants))
    page.goto("/welcome/")
    page.locator("[data-menu-group=system] summary").click()
    page.locator("[data-menu-group=system][open]").wait_for()
    page.reload()
    page.locator("[data-menu-group=system][open]").wait_for()
    assert_sound(page)

    page.keyboard.press("m")
    page.locator("[data-menu-filter]:focus").wait_for()
    page.keyboard.type("audit trail")
    page.locator("[data-menu-group=work]").wait_for(state="hidden")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    arrive(page, ".bh-menu a[href='/audit/'][aria-current=page]")


@pytest.fixture
def clerk(make_user: Callable[..., Any], settings: Any) -> Any:
    settings.ROOT_URLCONF = "pages.gallery"
    return make_user("clerk", *registry().grants)


def test_a_form_opens_in_a_dialog_shows_what_is_wrong_and_says_when_it_is_done(
    clerk: Any, open_page: Callable[..., Any]
) -> None:
    page = open_page(clerk)
    page.goto("/gallery/?page=2")
    page.locator(".bh-head-actions [data-action='parties.add_region']").click()
    dialog = page.locator("#bh-dialog")
    dialog.get_by_label("名称").fill("滨海县")
    dialog.get_by_label("级别").select_option("district")
    dialog.get_by_role("button", name="新增区域").click()
    dialog.get_by_text("此项必填").wait_for()
    assert dialog.get_by_label("名称").input_value() == "滨海县"
    assert_sound(page)

    dialog.get_by_label("区域代码").fill("339902")
    dialog.get_by_role("button", name="新增区域").click()
    page.get_by_text("已完成：新增区域").wait_for()
    assert page.url.endswith("/gallery/?page=2")
    assert Region.objects.filter(code="339902").count() == 1
    assert_sound(page)


def test_an_impatient_double_click_does_it_once(clerk: Any, open_page: Callable[..., Any]) -> None:
    page = open_page(clerk)
    page.goto("/do/parties-add_region/")
    page.get_by_label("区域代码").fill("339903")
    page.get_by_label("名称").fill("南山县")
    page.get_by_label("级别").select_option("district")
    page.get_by_role("button", name="新增区域").dblclick()
    page.get_by_text("已完成：新增区域").wait_for()
    page.wait_for_load_state("networkidle")

    assert AuditRow.objects.filter(action="parties.add_region", outcome="done").count() == 1


def test_the_checks_themselves_find_what_is_wrong(open_page: Callable[..., Any]) -> None:
    page = open_page(language="en")
    page.goto("/nowhere/")
    page.evaluate(
        """() => {
          const p = document.createElement("p");
          p.textContent = "看不清 unreadable";
          p.style.color = "#999"; p.style.background = "#aaa"; p.style.width = "3000px";
          const input = document.createElement("input");
          document.querySelector("main").append(p, input);
          console.error("something");
        }"""
    )

    found = "\n".join(examine(page))
    for kind in ("sideways:", "contrast:", "untranslated:", "nameless:", "console: something"):
        assert kind in found


def test_the_policy_lets_nothing_inline_run(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.goto("/nowhere/")
    page.evaluate(
        """() => {
          const s = document.createElement("script"); s.textContent = "window.hurt = 1"; document.head.append(s);
          const d = document.createElement("div"); d.setAttribute("onclick", "window.hurt = 2");
          document.body.append(d); d.click();
        }"""
    )

    assert page.evaluate("window.hurt") is None
    assert any("Content Security Policy" in line for line in complaints(page))


@pytest.fixture
def live_process(live_site: str, settings: Any) -> Iterator[LiveProcess]:
    process = LiveProcess()
    process.start()
    settings.BIHUAN_LIVE_PORT = process.port
    yield process
    process.stop(signal.SIGKILL)


def test_a_page_hears_what_happens_and_says_when_it_no_longer_does(
    make_user: Callable[..., Any], live_process: LiveProcess, open_page: Callable[..., Any]
) -> None:
    feed = next(f for f in registry().declared(LiveFeed) if f.needs)
    page = open_page(make_user("zhang", feed.needs[0]))
    page.clock.install()
    page.goto("/welcome/")
    page.evaluate(
        "name => { window.heard = []; document.body.addEventListener(`live-${name}`, (e) => window.heard.push(e.detail.subject)); }",
        feed.name,
    )
    deadline = time.monotonic() + 30
    while not page.evaluate("window.heard.length") and time.monotonic() < deadline:
        happen(feed)
        page.wait_for_timeout(500)
    assert page.evaluate("window.heard.length") > 0
    assert not page.locator("#bh-stale").is_visible()

    live_process.stop(signal.SIGKILL)
    page.clock.fast_forward(31_000)
    page.clock.run_for(3_000)
    page.locator("#bh-stale").wait_for(state="visible")
    assert_sound(page)
