"""Declaration of operations."""

from __future__ import annotations

from datetime import time

from bihuan.core.access.plugs import ClosedAccountAction
from bihuan.core.access.terms import AccessGrants
from bihuan.core.modules import Job, MenuItem, Module
from bihuan.core.pages.declared import Look
from bihuan.kernel.text import Text
from bihuan.site.backup import aftercare
from bihuan.site.operations import jobs, personal
from bihuan.site.operations.checks.finding import State

MODULE = Module(
    name="operations",
    label=Text("运行维护", "Operations"),
    actions=(aftercare.note_restore, personal.erase_person),
    jobs=(
        Job(
            "operations.forget_salts",
            Text("擦除审计散列", "Erase digests in the audit"),
            personal.forget_salts,
            grants=(AccessGrants.MANAGE_USERS,),
        ),
        Job("operations.backup", Text("每日备份", "Daily backup"), jobs.back_up, daily_at=time(1, 30), max_attempts=3),
    ),
    urls="bihuan.site.operations.urls",
    menu=(
        MenuItem(
            Text("运行状态", "State of the system"), "operations", "activity", (AccessGrants.OPERATE,), "system", 50
        ),
    ),
    serves={
        "H12": Text(
            "部分：bihuan upgrade 先备份、升级、核验，失败即退回；只增不改时可边运行边升级。功能本身如何完善不由它决定",
            "Partly: bihuan upgrade backs up, migrates, verifies and takes back; beside the running release where structure is only "
            "added. How functions improve is not its part",
        ),
    },
    declares=(
        ClosedAccountAction(personal.erase_person),
        Look(State.OK, "green", "check"),
        Look(State.WARN, "yellow", "alert-triangle"),
        Look(State.BAD, "red", "circle-x"),
    ),
)
