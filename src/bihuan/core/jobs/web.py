"""The operator's page of the queue."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.jobs import queries
from bihuan.core.jobs.terms import TaskState


@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    counts = queries.counts(ctx=ctx)
    wanted = request.GET.get("state", "")
    state = next((s for s in TaskState if s.value == wanted), None)
    if state is None:
        state = TaskState.FAILED if counts[TaskState.FAILED] else TaskState.WAITING
    page = Paginator(queries.tasks(ctx=ctx, state=state), 50).get_page(request.GET.get("page"))
    return render(
        request,
        "jobs/jobs.html",
        {
            "page": page,
            "rows": [(task, queries.label_of(task.job)) for task in page],
            "state": state,
            "counts": counts.items(),
            "overdue": queries.overdue(at=ctx.at),
        },
    )
