"""Putting work into the queue, and taking it out under a lease."""

from __future__ import annotations

import logging
import os
import socket
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connections
from django.db.models import F, Q
from django.dispatch import Signal

from bihuan import __version__
from bihuan.core import logs, meters
from bihuan.core.access.context import Context, service_actor
from bihuan.core.jobs.models import Task
from bihuan.core.jobs.terms import TaskState
from bihuan.core.modules import Job, registry
from bihuan.kernel.pulse import SILENCE, Pulse

log = logging.getLogger("bihuan.jobs")
LEASE = timedelta(minutes=5)
LOST = "Each worker that took this task died or lost its lease before it was done."
LOCAL = ZoneInfo("Asia/Shanghai")
#: A task was taken and is about to be done, as `request_started` says it of a request.
task_started = Signal()
#: How long a task that this release can't do is left to a newer worker before anybody looks at it again.
LEFT = timedelta(seconds=10)


class LeftToNewer(Exception):
    """A handler meets what only a newer release knows. No failure: the task waits for a worker of that release."""


def enqueue(
    *, job: str, payload: dict[str, Any], key: str, at: datetime, run_at: datetime | None = None, by: str = ""
) -> None:
    """Once per key, however often it is said. Joins the transaction it is called in."""
    format = registry().job(job).format  # an unknown name stops here, not in the worker
    task = Task(job=job, payload=payload, key=key, run_at=run_at or at, created_at=at, requested_by=by)
    task.release, task.format = __version__, format
    Task.objects.bulk_create([task], ignore_conflicts=True)


def enqueue_due(*, at: datetime) -> None:
    """Every periodic job once per due instant, no matter how many workers ask."""
    for job in registry().jobs.values():
        if (due := last_due(job, at)) is not None:
            enqueue(job=job.name, payload={}, key=f"{job.name}@{due.isoformat()}", at=at, run_at=due)


def last_due(job: Job, at: datetime) -> datetime | None:
    """The latest due instant not after `at`; None for a job that isn't periodic."""
    if job.every is not None:
        seconds = int(job.every.total_seconds())
        return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)
    if job.daily_at is not None:
        local = at.astimezone(LOCAL)
        due = local.replace(hour=job.daily_at.hour, minute=job.daily_at.minute, second=0, microsecond=0)
        return (due if due <= local else due - timedelta(days=1)).astimezone(UTC)
    return None


def ours() -> Q:
    """Tasks this release can do: of a job it has, in a format it reads."""
    by_format: dict[int, list[str]] = {}
    for job in registry().jobs.values():
        by_format.setdefault(job.format, []).append(job.name)
    known = Q()
    for format, names in by_format.items():
        known |= Q(job__in=names, format__lte=format)
    return known


def claim(*, at: datetime, worker: str) -> Task | None:
    """The next task, held by a lease. A task whose holder died comes back when its lease ends."""
    known = ours()
    due = Task.objects.filter(known, state=TaskState.WAITING, run_at__lte=at).order_by("run_at", "id")
    lost = Task.objects.filter(known, state=TaskState.RUNNING, lease_until__lt=at).order_by("lease_until")
    for candidates in (lost, due):
        for pk, state, lease in candidates.values_list("pk", "state", "lease_until")[:20]:
            # The attempt counts from here: a task that kills its worker each time must come to an end too.
            taken = Task.objects.filter(pk=pk, state=state, lease_until=lease).update(
                state=TaskState.RUNNING, lease_until=at + LEASE, worker=worker, attempts=F("attempts") + 1
            )
            if taken:
                return Task.objects.get(pk=pk)
    return None


def work_one(*, at: datetime, worker: str, begun: Callable[[str], None] | None = None) -> bool:
    """Take one task and do it. False when there is nothing to do now. `begun` hears the name of what is taken up."""
    task = claim(at=at, worker=worker)
    if task is None:
        return False
    job = registry().job(task.job)
    if begun is not None:
        begun(job.name)
    attempts = task.attempts
    # Only as long as the lease is ours: whoever took it over meanwhile has the word.
    mine = Task.objects.filter(pk=task.pk, state=TaskState.RUNNING, worker=worker, attempts=attempts)
    if attempts > job.max_attempts:
        mine.update(state=TaskState.FAILED, error=LOST, lease_until=None, finished_at=at)
        return True
    started, outcome = time.monotonic(), "failed"
    mark = logs.cause.set(f"job:{task.pk}")
    try:
        task_started.send(sender=None)
        ctx = Context(actor=service_actor(job.name, *job.grants), at=at, cause=f"job:{task.pk}")
        job.handle(ctx=ctx, **job.payload_of(task.payload, written_in=task.format))
    except LeftToNewer as why:
        outcome = "left"
        log.warning("job %s is left to a newer release: %s", task.job, why, extra={"job": task.job})
        mine.update(state=TaskState.WAITING, lease_until=None, run_at=at + LEFT, attempts=F("attempts") - 1)
    except Exception:  # a job may fail in any way; the queue must outlive it
        error = traceback.format_exc()[-4000:]
        log.exception("job %s failed, attempt %d", task.job, attempts, extra={"job": task.job})
        gone = attempts >= job.max_attempts
        mine.update(
            state=TaskState.FAILED if gone else TaskState.WAITING,
            error=error,
            lease_until=None,
            run_at=at + pause(attempts),
            finished_at=at if gone else None,
        )
    else:
        outcome = "done"
        mine.update(state=TaskState.DONE, error="", lease_until=None, finished_at=at, progress=100)
    finally:
        logs.cause.reset(mark)
        meters.COUNTS.add(meters.JOBS, job=job.name, outcome=outcome)
        meters.COUNTS.observe(meters.JOB_SECONDS, time.monotonic() - started)
    return True


def pause(attempts: int) -> timedelta:
    """10 s, 20 s, 40 s … at most an hour."""
    return min(timedelta(seconds=10 * 2 ** min(attempts - 1, 12)), timedelta(hours=1))


def try_again(*, task: UUID, at: datetime) -> bool:
    """A failed task from the start, with all its attempts. False when it isn't a failed one (any more)."""
    return bool(
        Task.objects.filter(pk=task, state=TaskState.FAILED).update(
            state=TaskState.WAITING, attempts=0, run_at=at, lease_until=None, finished_at=None
        )
    )


def report_progress(*, task: UUID, percent: int, said: str = "") -> None:
    """What a long job tells its reader; also renews its lease."""
    now = datetime.now(UTC)
    Task.objects.filter(pk=task).update(progress=min(99, percent), said=said[:300], lease_until=now + LEASE)


def drain(*, at: datetime, limit: int = 10_000) -> int:
    """Do all that is due at this instant, in this process. For tests, the demo and one-shot commands."""
    done = 0
    while done < limit and work_one(at=at, worker="drain"):
        done += 1
    return done


def run_worker(*, stop: Callable[[], bool], idle: float = 0.5, pulse: Pulse | None = None) -> None:
    """The worker process: periodic jobs, then whatever waits, for ever."""
    worker = f"{socket.gethostname()}:{os.getpid()}"

    def begun(job: str) -> None:
        # As long as the lease: whoever works longer than that without a word has lost the task anyway.
        if pulse is not None:
            pulse.beat(doing=job, within=LEASE.total_seconds() + SILENCE)

    while not stop():
        now = datetime.now(UTC)
        if pulse is not None:
            pulse.beat()
        try:
            enqueue_due(at=now)
            busy = work_one(at=now, worker=worker, begun=begun)
        except Exception:  # the database may be away for a while
            log.exception("worker pauses")
            connections.close_all()
            busy = False
        if not busy:
            time.sleep(idle)
