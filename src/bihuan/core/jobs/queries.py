"""Reads of the queue, for operators."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from bihuan.core.access.context import Context
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions.problems import Denied
from bihuan.core.jobs.models import Task
from bihuan.core.jobs.terms import TaskState
from bihuan.core.modules import registry
from bihuan.kernel.text import Text

#: The finished are many and need nobody: the page shows the others, and these by their number.
SHOWN = (TaskState.FAILED, TaskState.RUNNING, TaskState.WAITING)


def require_operator(ctx: Context) -> None:
    if not ctx.actor.has(AccessGrants.OPERATE):
        raise Denied(
            Text(
                "只有运行维护人员可以查看作业。请联系系统管理员。",
                "Only operators see the jobs. Ask the system administrator.",
            )
        )


def tasks(*, ctx: Context, state: TaskState) -> Any:
    require_operator(ctx)
    return Task.objects.filter(state=state).order_by("run_at" if state == TaskState.WAITING else "-run_at")


def counts(*, ctx: Context) -> dict[TaskState, int]:
    require_operator(ctx)
    found = dict(Task.objects.values_list("state").annotate(Count("pk")))
    return {state: found.get(state.value, 0) for state in TaskState}


def overdue(*, at: datetime, minutes: int = 5) -> int:
    """Waiting longer than they should: no worker runs, or too few."""
    limit = at.timestamp() - minutes * 60
    late = datetime.fromtimestamp(limit, at.tzinfo)
    return Task.objects.filter(Q(state=TaskState.WAITING), run_at__lt=late).count()


def label_of(job: str) -> Text:
    found = registry().jobs.get(job)
    return found.label if found else Text(job, job)
