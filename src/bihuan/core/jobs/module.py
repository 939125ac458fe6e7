"""Declaration of the queue."""

from __future__ import annotations

from bihuan.core.access.terms import AccessGrants
from bihuan.core.jobs import actions
from bihuan.core.jobs.terms import TaskState
from bihuan.core.modules import MenuItem, Module
from bihuan.core.pages.declared import Look
from bihuan.kernel.text import Text

MODULE = Module(
    name="jobs",
    label=Text("作业", "Jobs"),
    actions=(actions.retry,),
    urls="bihuan.core.jobs.urls",
    menu=(MenuItem(Text("后台作业", "Background jobs"), "jobs", "clock", (AccessGrants.OPERATE,), "system", 60),),
    declares=(
        Look(TaskState.WAITING, "blue", "clock"),
        Look(TaskState.RUNNING, "teal", "player-play"),
        Look(TaskState.DONE, "green", "check"),
        Look(TaskState.FAILED, "red", "circle-x"),
    ),
)
