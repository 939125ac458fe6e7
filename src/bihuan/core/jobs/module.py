"""Declaration of the queue."""

from __future__ import annotations

from django.db.models import Q

from bihuan.core.access.terms import AccessGrants
from bihuan.core.jobs import actions
from bihuan.core.jobs.models import Task
from bihuan.core.jobs.terms import TaskState
from bihuan.core.modules import MenuItem, Module
from bihuan.core.pages.declared import Look
from bihuan.core.retention.declared import Kept
from bihuan.kernel.text import Text

MODULE = Module(
    name="jobs",
    label=Text("作业", "Jobs"),
    actions=(actions.retry,),
    urls="bihuan.core.jobs.urls",
    menu=(MenuItem(Text("后台作业", "Background jobs"), "jobs", "clock", (AccessGrants.OPERATE,), "system", 60),),
    declares=(
        Kept(
            code="jobs.tasks",
            label=Text("已完成的后台作业", "Background jobs that are done"),
            model=Task,
            since="finished_at",
            days=184,
            source=Text("网络日志", "Logs of the network"),
            provision="network_log_days",
            only=lambda at: Q(state=TaskState.DONE),
        ),
        Look(TaskState.WAITING, "blue", "clock"),
        Look(TaskState.RUNNING, "teal", "player-play"),
        Look(TaskState.DONE, "green", "check"),
        Look(TaskState.FAILED, "red", "circle-x"),
    ),
)
