"""What somebody does on a page in a real browser, in the words of the actions: press a button, fill its form, send it.

Nothing is looked for by its words, so that a story is told in either language.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.db.models import Model

from bihuan.core.modules import registry
from browser_checks import arrive, assert_sound

DIALOG = "#bh-dialog[open]"


def fill(form: Any, name: str, value: Any) -> None:
    """One field of an action's form: a row is looked up as a person would, files are uploaded, the rest is typed or chosen."""
    field = form.locator(f"[data-field='{name}']")
    field.wait_for()
    if isinstance(value, Model):
        words = str(getattr(value, "name", value))
        field.locator("[role=combobox]").fill(words)
        found = field.locator("[role=option]", has_text=words).first
        found.wait_for()
        found.dispatch_event("mousedown")
        field.locator(".bh-chip").first.wait_for()
    elif isinstance(value, Path):
        field.locator("input[type=file]").set_input_files(str(value))
        field.locator(".bh-chip").first.wait_for()
    elif isinstance(value, bool):
        field.locator("input[type=checkbox]").set_checked(value)
    else:
        held = field.locator("input:not([type=hidden]), textarea, select").first
        if held.evaluate("e => e.tagName") == "SELECT":
            held.select_option(str(value))
        else:
            held.fill(str(value))


def press(page: Any, action: str, *, where: str = "main", shot: str = "", **said: Any) -> None:
    """The first button of this action there, its form if it asks anything, its question if it confirms, and the page after."""
    button = page.locator(f"{where} [data-action='{action}']").first
    if button.get_attribute("href") is not None:
        button.click()
        form = page.locator(f"{DIALOG} form")
        form.wait_for()
        for name, value in said.items():
            fill(form, name, value)
        if shot:
            picture(page, shot)
            assert_sound(page)
        button = form.locator(f"button[data-action='{action}']")
    if registry().actions[action].confirm:
        button.click()
        button = page.locator("#bh-confirm[open] [data-confirm-yes]")
    with page.expect_navigation():
        button.click()
    arrive(page, "main h1")


def go(page: Any, address: str) -> None:
    page.goto(address)
    arrive(page, "main h1")


def picture(page: Any, name: str) -> None:
    """A picture of the stop, where BIHUAN_PICTURES says so."""
    if folder := os.environ.get("BIHUAN_PICTURES"):
        page.screenshot(path=f"{folder}/month-{name}.png", caret="initial", full_page=True)


def write_report(page: Any, report: Any) -> None:
    """Every gap that the draft leaves is filled in the page."""
    go(page, f"{report.get_absolute_url()}edit/")
    for text in page.locator("main textarea").all():
        text.fill(text.input_value().replace("（请填写）", "按方案继续推进。"))
    with page.expect_navigation():
        page.locator("main form button[type=submit]").click()
    arrive(page, ".cp-sheet")
