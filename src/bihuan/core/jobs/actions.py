"""What an operator does with the queue."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions.action import action
from bihuan.core.actions.problems import NotFound
from bihuan.core.jobs import queue
from bihuan.kernel.text import Text


class Requeued(BaseModel):
    task: UUID


def _whole_installation(*, ctx: Context, **_: object) -> Place:
    return Place("")


@action(
    "jobs.retry",
    label=Text("重新执行", "Try again"),
    needs=AccessGrants.OPERATE,
    scope=_whole_installation,
    icon="refresh",
)
def retry(*, ctx: Context, task: UUID) -> Requeued:
    """重试: a failed task from the start. One that is running, done or gone is not there to be retried."""
    if not queue.try_again(task=task, at=ctx.at):
        raise NotFound(
            Text(
                "没有这个失败的作业：可能已经重新执行。请刷新页面。",
                "There is no such failed task: it may have been retried already. Reload the page.",
            )
        )
    return Requeued(task=task)
