from datetime import UTC, datetime

import pytest
from django.urls import reverse

from bihuan.core import clock
from bihuan.core.access import rehearsal
from bihuan.core.jobs.models import Task
from bihuan.core.jobs.terms import TaskState

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture
def failed(db):
    return Task.objects.create(
        job="events.deliver", key="k", state="failed", run_at=AT, created_at=AT, finished_at=AT, error="<it broke>", attempts=8
    )  # fmt: skip


def browser_of(*grants):
    now = clock.now()
    user = rehearsal.make_user("somebody", at=now)
    rehearsal.assign(user, rehearsal.make_role("some", *grants, at=now), at=now)
    return rehearsal.logged_in(user, at=now)


def test_an_operator_sees_what_failed_and_has_it_done_again(failed):
    browser = browser_of("access.operate")
    page = browser.get(reverse("jobs")).content.decode()
    assert "递送事件" in page
    assert "&lt;it broke&gt;" in page
    assert "jobs-retry" in page
    answer = browser.post("/api/actions/jobs.retry", {"task": str(failed.pk)}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == (TaskState.WAITING, 0)
    again = browser.post("/api/actions/jobs.retry", {"task": str(failed.pk)}, content_type="application/json")
    assert again.status_code == 404
    for state in TaskState:
        assert browser.get(reverse("jobs"), {"state": state.value}).status_code == 200


def test_who_does_not_operate_sees_nothing_of_the_queue(failed):
    browser = browser_of("evidence.read")
    assert browser.get(reverse("jobs")).status_code == 403
    answer = browser.post("/api/actions/jobs.retry", {"task": str(failed.pk)}, content_type="application/json")
    assert answer.status_code == 403
