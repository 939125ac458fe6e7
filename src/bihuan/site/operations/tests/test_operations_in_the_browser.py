"""运行状态 as the administrator sees it: what to do first, in words, on a desk and on a phone.

BIHUAN_PICTURES=DIR leaves a picture of each.
"""

import os
from datetime import timedelta
from pathlib import Path

import pytest

import browser_checks
from bihuan.core import clock
from bihuan.core.jobs.models import Task
from bihuan.core.modules import registry
from bihuan.site.operations import diary, pulses

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def picture(page, name):
    if folder := os.environ.get("BIHUAN_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_it_says_what_to_do_and_leads_there_in_both_languages(home, make_user, open_page):
    now = clock.now()
    operator = make_user("operator", "access.operate")
    pulses.of("worker").beat(doing="loop.escalate_due")
    pulses.expect(["web", "worker", "clerk"])
    os.utime(home / "pulses" / pulses.EXPECTED, (now.timestamp() - 600,) * 2)
    diary.note("backup", at=now - timedelta(hours=40), seconds=2.0, point="p")
    Task.objects.create(
        job="loop.escalate_due", key="failed", state="failed", run_at=now, created_at=now, finished_at=now, error="x"
    )
    doing = registry().job("loop.escalate_due").label
    for language, width, words, fault, busy_with in (
        ("zh", 1280, "要做的事", "上次备份在 40 小时前", doing.zh),
        ("en", 360, "What to do", "The last backup is 40 hours old", doing.en),
    ):
        page = open_page(operator, language=language, width=width)
        page.goto("/operations/")
        page.get_by_role("heading", name=words, exact=True).wait_for()
        page.get_by_text(fault).wait_for()
        page.get_by_text(busy_with, exact=True).wait_for()
        browser_checks.assert_sound(page)
        picture(page, f"operations-{language}-{width}")
    with page.expect_navigation():
        page.get_by_role("link", name="See the background jobs").click()
    page.get_by_role("heading", level=1).wait_for()
    assert page.url.endswith("/jobs/")
