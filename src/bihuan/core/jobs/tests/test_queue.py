import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from bihuan.core.access.context import Context, service_actor
from bihuan.core.access.models import Role
from bihuan.core.actions import runner
from bihuan.core.events.models import OutboxEvent
from bihuan.core.jobs import queue
from bihuan.core.jobs.models import Task
from bihuan.core.jobs.terms import TaskState
from bihuan.core.jobs.tests.rehearsal import ring
from bihuan.core.modules import DeclarationError, registry

AT = datetime(2026, 11, 22, 2, 0, 30, tzinfo=UTC)
CTX = Context(actor=service_actor("test", "rehearsal.act"), at=AT)


def put(job="rehearsal.count", key="k", **more):
    queue.enqueue(job=job, payload=more.pop("payload", {}), key=key, at=AT, **more)


def heard(note):
    return Role.objects.filter(name_zh=f"heard {note}").count()


def test_a_task_is_done_once_per_key(db):
    for _ in range(3):
        put(payload={"note": "x"})
    assert queue.drain(at=AT) == 1
    put(payload={"note": "x"})
    assert queue.drain(at=AT) == 0
    assert heard("counted x") == 1


def test_a_task_for_later_waits_until_then(db):
    put(run_at=AT + timedelta(hours=1))
    assert queue.drain(at=AT + timedelta(minutes=59)) == 0
    assert queue.drain(at=AT + timedelta(hours=1)) == 1


def test_an_unknown_job_stops_where_it_is_enqueued(db):
    with pytest.raises(DeclarationError):
        put("no.such")


def test_a_failing_job_is_tried_again_later_each_time_and_then_stands_as_failed(db):
    put("rehearsal.fail")
    at, pauses = AT, []
    while (task := Task.objects.get()).state != TaskState.FAILED:
        assert queue.drain(at=at) == 1
        assert queue.drain(at=at) == 0  # not again at once
        task.refresh_from_db()
        pauses.append(task.run_at - at)
        at = task.run_at
    assert (task.attempts, pauses[:2]) == (3, [timedelta(seconds=10), timedelta(seconds=20)])
    assert "it can't be done" in task.error
    assert queue.drain(at=at + timedelta(days=1)) == 0
    assert queue.try_again(task=task.pk, at=at)
    assert not queue.try_again(task=task.pk, at=at)
    assert queue.drain(at=at) == 1


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 10), (2, 20), (9, 2560), (10, 3600), (60, 3600)])
def test_the_pause_doubles_up_to_an_hour(attempts, seconds):
    assert queue.pause(attempts) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("job", "at", "due"),
    [
        ("rehearsal.minutely", "2026-11-22T02:00:00+00:00", "2026-11-22T02:00:00+00:00"),
        ("rehearsal.minutely", "2026-11-22T02:00:59+00:00", "2026-11-22T02:00:00+00:00"),
        ("rehearsal.daily", "2026-11-22T23:29:59+00:00", "2026-11-21T23:30:00+00:00"),
        ("rehearsal.daily", "2026-11-22T23:30:00+00:00", "2026-11-22T23:30:00+00:00"),
    ],
)
def test_a_periodic_job_is_due_at_local_instants(job, at, due):
    assert queue.last_due(registry().job(job), datetime.fromisoformat(at)) == datetime.fromisoformat(due)


@pytest.mark.django_db(transaction=True)
def test_many_workers_enqueue_and_do_a_periodic_job_once_per_due_instant():
    wrong = []

    def worker(name):
        try:
            for second in range(0, 120, 20):
                at = AT + timedelta(seconds=second)
                queue.enqueue_due(at=at)
                while queue.work_one(at=at, worker=name):
                    pass
        except Exception as problem:  # a thread must not take its failure with it
            wrong.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    instants = Task.objects.filter(job="rehearsal.minutely").count()
    assert instants == 3  # 02:00, 02:01, 02:02
    assert heard("counted") == instants + Task.objects.filter(job="rehearsal.daily").count()


def test_a_lease_of_a_dead_worker_comes_back_and_a_living_ones_does_not(db):
    put(payload={"note": "x"})
    assert queue.claim(at=AT, worker="dead") is not None
    assert queue.drain(at=AT + queue.LEASE) == 0
    assert queue.drain(at=AT + queue.LEASE + timedelta(seconds=1)) == 1
    assert heard("counted x") == 1


def test_a_task_that_kills_every_worker_comes_to_an_end(db):
    put()
    at = AT
    for _ in range(3):
        assert queue.claim(at=at, worker="dies") is not None
        at += queue.LEASE + timedelta(seconds=1)
    assert queue.drain(at=at) == 1
    task = Task.objects.get()
    assert (task.state, task.error) == (TaskState.FAILED, queue.LOST)


def test_a_worker_that_lost_its_lease_has_no_word_any_more(db, monkeypatch):
    put("rehearsal.fail")
    handle = registry().job("rehearsal.fail").handle
    assert handle

    def overtaken(job, at):
        Task.objects.update(worker="faster", attempts=2)
        return "rehearsal"

    monkeypatch.setattr(queue, "service_actor", lambda *a: overtaken(*a[:1], None))
    queue.work_one(at=AT, worker="slow")
    task = Task.objects.get()
    assert (task.state, task.worker, task.error) == (TaskState.RUNNING, "faster", "")


# events: nothing is lost between action and receiver


def test_an_event_is_stored_with_the_action_and_heard_after_it(db):
    runner.perform(ring, ctx=CTX, note="x")
    assert (OutboxEvent.objects.count(), heard("x")) == (1, 0)
    queue.drain(at=AT)
    assert heard("x") == 1


def test_a_receiver_that_hears_twice_acts_once(db):
    runner.perform(ring, ctx=CTX, note="x")
    queue.drain(at=AT)
    Task.objects.filter(job="events.deliver").update(state=TaskState.WAITING)
    assert queue.drain(at=AT) == 1
    assert heard("x") == 1


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_right_after_the_action_loses_no_event(in_a_process):
    died = in_a_process(
        "import os\n"
        "from datetime import UTC, datetime\n"
        "from bihuan.core.access.context import Context, service_actor\n"
        "from bihuan.core.actions import runner\n"
        "ctx = Context(actor=service_actor('t', 'rehearsal.act'), at=datetime(2026, 11, 22, 2, 0, 30, tzinfo=UTC))\n"
        "runner.perform(rehearsal.ring, ctx=ctx, note='x')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    assert died.wait(60) == -9
    assert (OutboxEvent.objects.count(), heard("x")) == (1, 0)
    queue.drain(at=AT)
    assert (heard("x"), heard("counted x")) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_inside_the_action_leaves_nothing(in_a_process):
    died = in_a_process(
        "import os\n"
        "from datetime import UTC, datetime\n"
        "from bihuan.core.access.context import Context, service_actor\n"
        "from bihuan.core.actions import runner\n"
        "runner._send_out = lambda *a: os.kill(os.getpid(), 9)\n"
        "ctx = Context(actor=service_actor('t', 'rehearsal.act'), at=datetime(2026, 11, 22, 2, 0, 30, tzinfo=UTC))\n"
        "runner.perform(rehearsal.ring, ctx=ctx, note='x')\n"
    )
    assert died.wait(60) == -9
    assert not OutboxEvent.objects.exists()
    assert not Task.objects.exists()
    assert not Role.objects.filter(name_zh="rung x").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("where", ["in the job", "after the action"])
def test_a_worker_killed_in_the_middle_is_made_good_by_the_next(in_a_process, where):
    runner.perform(ring, ctx=CTX, note="x")
    died = in_a_process(
        "from datetime import UTC, datetime\n"
        "from bihuan.core.jobs import queue\n"
        "queue.drain(at=datetime(2026, 11, 22, 2, 0, 30, tzinfo=UTC))\n",
        BIHUAN_REHEARSAL_DIE=where,
    )
    assert died.wait(60) == -9
    assert Task.objects.filter(state=TaskState.RUNNING).count() == 1
    queue.drain(at=AT + queue.LEASE + timedelta(seconds=1))
    assert (heard("x"), heard("counted x")) == (1, 1)
    assert set(Task.objects.values_list("state", flat=True)) == {TaskState.DONE}
