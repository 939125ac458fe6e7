"""滚动升级: workers of the release before and of the one after, on one queue."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from bihuan import __version__
from bihuan.core import modules
from bihuan.core.access.models import Role
from bihuan.core.events.models import OutboxEvent
from bihuan.core.jobs import queue
from bihuan.core.jobs.models import Task
from bihuan.core.jobs.terms import TaskState
from bihuan.core.jobs.tests import rehearsal
from bihuan.core.modules import DeclarationError, Module, Registry
from bihuan.kernel.identity import new_id
from bihuan.kernel.text import Text

AT = datetime(2026, 11, 22, 2, 0, 30, tzinfo=UTC)
#: Works until nothing that this release can do is left, then says so and ends.
WORKER = """
import time
from datetime import datetime, UTC
from bihuan.core.jobs import queue
from bihuan.core.jobs.models import Task
{release}
while Task.objects.filter(queue.ours(), state__in=("waiting", "running"), key__startswith="roll").exists():
    if not queue.work_one(at=datetime.now(UTC), worker="{name}"):
        time.sleep(0.05)
"""
NEWER = "modules._registry = rehearsal.newer()"


def put(key, job="rehearsal.count", **payload):
    queue.enqueue(job=job, payload=payload, key=key, at=AT)


def as_newer(monkeypatch):
    monkeypatch.setattr(modules, "_registry", rehearsal.newer())


def test_a_task_says_which_release_wrote_it_and_in_which_format(db, monkeypatch):
    put("a", note="x")
    as_newer(monkeypatch)
    put("b", text="x")
    assert [(t.release, t.format) for t in Task.objects.order_by("key")] == [(__version__, 1), (__version__, 2)]


def test_a_newer_worker_reads_what_an_older_release_wrote(db, monkeypatch):
    put("a", note="old")
    as_newer(monkeypatch)
    put("b", text="new")
    assert queue.drain(at=AT) == 2
    assert sorted(Role.objects.filter(name_zh__startswith="heard counted").values_list("name_zh", flat=True)) == [
        "heard counted new",
        "heard counted old",
    ]


def test_an_older_worker_leaves_what_it_does_not_know_untouched(db, monkeypatch):
    as_newer(monkeypatch)
    put("a", "rehearsal.added", note="x")
    put("b", text="x")
    monkeypatch.setattr(modules, "_registry", Registry([m for m in modules.registry().modules.values() if m.name != "rehearsal"] + [rehearsal.MODULE]))  # fmt: skip
    put("c", note="mine")
    assert queue.drain(at=AT + timedelta(days=1)) == 1
    left = Task.objects.exclude(key="c")
    assert {(t.state, t.attempts, t.worker) for t in left} == {(TaskState.WAITING, 0, "")}


def test_the_lost_task_of_a_newer_worker_is_not_ended_by_an_older_one(db, monkeypatch):
    as_newer(monkeypatch)
    put("a", "rehearsal.added", note="x")
    assert queue.claim(at=AT, worker="died")
    monkeypatch.setattr(modules, "_registry", Registry([rehearsal.MODULE]))
    assert queue.drain(at=AT + timedelta(days=1)) == 0
    assert Task.objects.get().state == TaskState.RUNNING


@pytest.mark.parametrize(
    ("event", "receiver"), [("rehearsal.rung", "later.hearer"), ("later.event", "rehearsal.hearer")]
)
def test_an_event_for_a_newer_release_waits_and_costs_no_attempt(db, event, receiver):
    row = OutboxEvent.objects.create(name=event, payload={"note": "x"}, at=AT, audit_row=new_id())
    put("a", "events.deliver", event=str(row.pk), receiver=receiver)
    for round_ in range(30):  # more than the attempts it has
        assert queue.drain(at=AT + round_ * queue.LEFT) == 1
    task = Task.objects.get()
    assert (task.state, task.attempts) == (TaskState.WAITING, 0)


def test_a_job_must_read_every_format_before_its_own():
    module = Module(
        name="gap",
        label=Text("缺", "Gap"),
        jobs=(replace(rehearsal.MODULE.jobs[0], name="gap.job", grants=(), format=3, reads={1: dict}),),
    )
    with pytest.raises(DeclarationError, match=r"cannot read formats \[2\]"):
        Registry([module])


@pytest.mark.django_db(transaction=True)
def test_two_releases_work_side_by_side_on_a_database_that_is_ahead_of_one(in_a_process, monkeypatch):
    """Real processes; the structure has a column that neither the older code nor this test knows, as after a migration."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE jobs_task ADD COLUMN planted integer NOT NULL DEFAULT 7")
    try:
        for n in range(6):
            put(f"roll-old-{n}", note=f"old{n}")
        monkeypatch.setattr(modules, "_registry", rehearsal.newer())
        for n in range(6):
            put(f"roll-new-{n}", text=f"new{n}")
            put(f"roll-added-{n}", "rehearsal.added", note=f"added{n}")
        older = in_a_process(WORKER.format(release="", name="older"))
        newer = in_a_process(WORKER.format(release=NEWER, name="newer"))
        assert (older.wait(timeout=300), newer.wait(timeout=300)) == (0, 0)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE jobs_task DROP COLUMN planted")
    tasks = list(Task.objects.filter(key__startswith="roll"))
    assert {(t.state, t.attempts) for t in tasks} == {(TaskState.DONE, 1)}
    assert {t.worker for t in tasks if t.format == 2 or t.job == "rehearsal.added"} == {"newer"}
    heard = Role.objects.filter(name_zh__startswith="heard counted").values_list("name_zh", flat=True)
    assert sorted(heard) == sorted(f"heard counted {kind}{n}" for kind in ("old", "new", "added") for n in range(6))
