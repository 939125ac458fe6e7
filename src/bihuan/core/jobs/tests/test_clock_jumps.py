"""时钟跳变: a clock that is set forward or back loses no task and does none twice."""

from datetime import UTC, datetime, timedelta

from bihuan.core.access.models import Role
from bihuan.core.jobs import queue
from bihuan.core.jobs.models import Task
from bihuan.core.jobs.terms import TaskState

AT = datetime(2026, 11, 22, 2, 0, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def put(key, **more):
    queue.enqueue(job="rehearsal.count", payload={"note": key}, key=key, at=more.pop("at", AT), **more)


def counted(note):
    return Role.objects.filter(name_zh=f"heard counted {note}").count()


def test_a_day_forward_and_back_again_enqueues_each_due_instant_once(db):
    instants = []
    for at in (AT, AT + DAY, AT, AT + timedelta(minutes=1), AT + DAY):
        queue.enqueue_due(at=at)
        instants.append(Task.objects.filter(job="rehearsal.minutely").count())
    # One for the jump, not one for each minute of the day that was passed over; none twice.
    assert instants == [1, 2, 2, 3, 3]


def test_a_task_whose_holder_is_overtaken_by_the_clock_has_one_outcome(db):
    put("x")
    slow = queue.claim(at=AT, worker="slow")
    assert slow is not None
    assert queue.drain(at=AT + DAY) == 1  # its lease seems to have ended
    task = Task.objects.get(key="x")
    assert (task.state, task.attempts, counted("x")) == (TaskState.DONE, 2, 1)


def test_what_was_put_off_while_the_clock_was_ahead_is_done_when_it_is_right_again(db):
    put("ahead", at=AT + DAY)
    assert queue.drain(at=AT) == 0
    assert Task.objects.get(key="ahead").state == TaskState.WAITING
    put("now")
    assert queue.drain(at=AT) == 1  # and keeps nobody else from work
    assert queue.drain(at=AT + DAY) == 1
    assert (counted("now"), counted("ahead")) == (1, 1)
