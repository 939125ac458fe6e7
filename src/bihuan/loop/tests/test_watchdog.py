"""看门狗: it says what stands still, once, and says when it moves again."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from bihuan.core.audit.models import AuditRow
from bihuan.core.audit.sealing import seal_pending
from bihuan.core.events import outbox
from bihuan.core.jobs import queue
from bihuan.core.jobs.models import Task
from bihuan.loop import watchdog
from bihuan.loop.models import Case, WatchFinding
from cast import AT


@pytest.fixture
def moving(cast, case):
    """An installation in which everything was done a moment ago."""
    seal_pending(at=AT)
    outbox.place_pending()
    queue.enqueue_due(at=AT)
    Task.objects.update(state="done", finished_at=AT)
    return case


def whats(at):
    return {f.what for f in watchdog.look(at=at)}


def test_where_all_moves_there_is_nothing_to_say(moving):
    assert whats(AT) == set()


def test_rows_not_sealed_in_two_minutes_are_said(moving, cast):

    AuditRow.objects.update(seal=None, position=None)
    assert "seals" not in whats(AT + timedelta(minutes=2))
    assert "seals" in whats(AT + timedelta(minutes=2, seconds=1))


def test_a_case_past_its_day_of_escalation_is_said(moving):
    Case.objects.update(next_escalation_on=date(2026, 11, 20))
    assert "escalation" in whats(AT)
    Case.objects.update(next_escalation_on=date(2026, 11, 22))
    assert "escalation" not in whats(AT)


def test_a_task_nobody_takes_is_said_after_ten_minutes(moving):
    queue.enqueue(job="loop.escalate_due", payload={}, key="x", at=AT)
    assert "jobs" not in whats(AT + timedelta(minutes=10))
    assert "jobs" in whats(AT + timedelta(minutes=10, seconds=1))


def test_without_any_worker_the_periodic_jobs_are_missed(moving):
    assert "periodic" in whats(AT + timedelta(hours=2))


def test_each_standstill_is_noted_once_and_cleared_when_it_moves(moving):
    queue.enqueue(job="loop.escalate_due", payload={}, key="x", at=AT)
    later = AT + timedelta(minutes=11)
    for _ in range(2):
        watchdog.note(found=watchdog.look(at=later), at=later)
    assert WatchFinding.objects.filter(what="jobs", cleared_at__isnull=True).count() == 1
    Task.objects.update(state="done", finished_at=later)
    watchdog.note(found=watchdog.look(at=later), at=later)
    assert not WatchFinding.objects.filter(what="jobs", cleared_at__isnull=True).exists()


def test_the_heartbeat_goes_to_a_file_and_outside(moving, settings, tmp_path):
    settings.BIHUAN_HOME, settings.BIHUAN_HEARTBEAT_URL = tmp_path, "https://watch.example/beat"
    told = []
    watchdog.beat(at=AT, found=watchdog.look(at=AT), post=lambda url, said: told.append((url, said)))
    assert json.loads(watchdog.heartbeat_path().read_text())["at"] == AT.isoformat()
    assert told == [("https://watch.example/beat", {"at": AT.isoformat(), "standing_still": []})]


def test_a_database_that_is_away_is_said_too(monkeypatch, settings, tmp_path, cast):
    settings.BIHUAN_HOME = tmp_path

    def gone(*, at):
        raise OSError("the database is away")

    monkeypatch.setattr(watchdog, "look", gone)
    rounds = iter([False, True, True])
    watchdog.run_watchdog(stop=lambda: next(rounds))
    said = json.loads(watchdog.heartbeat_path().read_text())
    assert [f["what"] for f in said["standing_still"]] == ["database"]
