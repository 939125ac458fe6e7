"""The lists that nobody visits in a story: both languages, wide and at 360 px, with something in each."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bihuan.core.access.models import LoginSession, User
from bihuan.core.exports.models import ExportRequest
from bihuan.core.jobs.models import Task
from bihuan.core.modules import registry
from bihuan.core.notices.models import Notice
from bihuan.core.retention.models import LegalHold
from bihuan.core.sync.models import SyncConflict
from bihuan.loop.models import Duty, EscalationPlan
from bihuan.parties.models import Organisation, Parameter, Region
from browser_checks import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ADDRESSES = (
    "/registers/", "/registers/tanks/", "/notices/", "/sync/conflicts/", "/jobs/?state=failed",
    "/organisations/", "/parameters/", "/duties/", "/escalation/", "/escalation/new/",
    "/retention/", "/retention/access.sessions/", "/exports/", "/accounts/ZHANG/",
)  # fmt: skip


def stored(row: Any) -> Any:
    row.created_at = row.updated_at = AT
    row.save(force_insert=True)
    return row


@pytest.fixture
def zhang(make_user: Callable[..., Any]) -> Any:
    user = make_user("zhang", *registry().grants)
    city = stored(Region(code="990100", name="云州市", kind="city", path="990100/"))
    bureau = stored(
        Organisation(code="YJ", name="云州市应急管理局", kind="department", region=city, region_path=city.path)
    )
    stored(Parameter(name="老旧装置年限", region=city, region_path=city.path, from_on=AT, value=20, basis="本市规定"))
    stored(
        Duty(
            name="每季度自查", kind="general", population="enterprises", rhythm="quarterly", region=city,
            region_path=city.path, supervisor=bureau, from_on=date(2026, 1, 1),
        )
    )  # fmt: skip
    steps = [{"days": -3, "deed": "remind", "whom": ["owner"]}]
    stored(EscalationPlan(region=city, region_path=city.path, steps=steps, from_on=date(2026, 1, 1), basis="本市规定"))
    said = {"text_zh": "催办：更换紧急切断阀（2026-000001）", "text_en": "Chase: 更换紧急切断阀 (2026-000001)"}
    stored(Notice(recipient=user, topic="loop.work", level="important", link="/cases/", **said))
    stored(SyncConflict(owner=user, action="case.report_progress", input={"note": "已采购"}, **conflict()))
    Task.objects.create(
        job="events.deliver", key="x", state="failed", run_at=AT, created_at=AT, finished_at=AT, error="Traceback …"
    )  # fmt: skip
    User.objects.filter(pk=user.pk).update(phone="13912345678")
    stored(
        LoginSession(
            user=user, session_digest="d", authenticated_at=AT, last_seen_at=AT - timedelta(days=400), expires_at=AT,
            ended_at=AT,
        )
    )  # fmt: skip
    stored(LegalHold(code="jobs.tasks", reason="配合上级核查", placed_by="x", placed_at=AT))
    stored(
        ExportRequest(
            number="DC20261122-0A1B2C3D", register="enterprises", form="xlsx", purpose="核对节日值班应急联络表",
            requested_by=user,
        )
    )  # fmt: skip
    return user


def conflict() -> dict[str, Any]:
    """What else a conflict must hold, by its own table."""
    given = {"occurred_at": AT, "received_at": AT, "reason_zh": "已被别人改过", "reason_en": "Changed by somebody else"}
    return {f.name: given[f.name] for f in SyncConflict._meta.concrete_fields if f.name in given}


def picture(page: Any, address: str, language: str, width: int) -> None:
    """Where BIHUAN_PICTURES says so."""
    if folder := os.environ.get("BIHUAN_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(
            path=f"{folder}/{address.strip('/').replace('/', '-').partition('?')[0]}-{language}-{width}.png"
        )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_lists_are_sound_at_both_widths(zhang: Any, open_page: Callable[..., Any], language: str) -> None:
    page = open_page(zhang, language=language)
    for address in (a.replace("ZHANG", str(zhang.pk)) for a in ADDRESSES):
        page.set_viewport_size({"width": 1280, "height": 800})
        answer = page.goto(address)
        assert answer.status == 200, address
        assert_sound(page)
        picture(page, address, language, 1280)
        page.set_viewport_size({"width": 360, "height": 740})
        assert_sound(page)
        picture(page, address, language, 360)
