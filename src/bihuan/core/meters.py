"""计量清单: every metric the product tells, named once. docs/metrics.md is drawn from it."""

from __future__ import annotations

from typing import Final

from bihuan.kernel.meters import Counts, Meter
from bihuan.kernel.text import Text

#: The counters of this process.
COUNTS: Final = Counts()

REQUESTS = Meter(
    "bihuan_requests_total",
    "counter",
    Text("网页与接口请求数", "Requests of pages and API, by status class"),
    ("status",),
)
REQUEST_SECONDS = Meter("bihuan_request_seconds", "histogram", Text("请求耗时", "Time to answer a request"))
ACTIONS = Meter(
    "bihuan_actions_total",
    "counter",
    Text("操作数，按结果：done 完成，denied 无权，refused 被规则拒绝", "Actions by outcome: done, denied, refused"),
    ("action", "outcome"),
)
JOBS = Meter(
    "bihuan_jobs_total",
    "counter",
    Text("作业数，按结果：done、failed，left 为留给新版本", "Jobs by outcome: done, failed, left to a newer release"),
    ("job", "outcome"),
)
JOB_SECONDS = Meter("bihuan_job_seconds", "histogram", Text("作业耗时", "Time a job took"))

UP = Meter("bihuan_up", "gauge", Text("进程是否存活", "1 while a process of this name is alive"), ("process",))
STARTED = Meter(
    "bihuan_process_start_time_seconds", "gauge", Text("进程启动时刻", "When the process started"), ("process", "pid")
)
MEMORY = Meter(
    "bihuan_process_resident_bytes", "gauge", Text("进程占用内存", "Memory a process holds"), ("process", "pid")
)
DATABASE_UP = Meter("bihuan_database_up", "gauge", Text("数据库能否应答", "1 while the database answers"))
TASKS = Meter("bihuan_tasks", "gauge", Text("未完成的作业数", "Tasks not done, by state"), ("state",))
TASK_AGE = Meter(
    "bihuan_task_oldest_seconds",
    "gauge",
    Text("最早一项到期未执行作业的等待时间", "How long the oldest due task waits"),
)
UNSEALED = Meter("bihuan_audit_unsealed", "gauge", Text("未封存的审计记录数", "Audit rows not sealed yet"))
UNSEALED_AGE = Meter(
    "bihuan_audit_unsealed_oldest_seconds",
    "gauge",
    Text("最早一条未封存审计记录的等待时间", "How long the oldest unsealed audit row waits"),
)
UNANCHORED = Meter("bihuan_audit_unanchored_seals", "gauge", Text("没有外部锚点的封存数", "Seals without an anchor"))
UNPLACED = Meter("bihuan_events_unplaced", "gauge", Text("未排序的事件数", "Events not placed yet"))
CASES = Meter("bihuan_cases_open", "gauge", Text("未销号的事项数", "Open cases"))
OVERDUE = Meter("bihuan_cases_overdue", "gauge", Text("逾期的事项数", "Open cases past their due day"))
STANDSTILLS = Meter(
    "bihuan_standstills", "gauge", Text("看门狗发现的停滞数", "Things the watchdog found standing still")
)
HEARTBEAT_AGE = Meter(
    "bihuan_watchdog_heartbeat_age_seconds",
    "gauge",
    Text("距看门狗上次心跳的时间", "Time since the watchdog's heartbeat"),
)
DISK_FREE = Meter("bihuan_disk_free_bytes", "gauge", Text("状态目录剩余空间", "Space left where the state lives"))
DATABASE_BYTES = Meter("bihuan_database_bytes", "gauge", Text("数据库大小", "Size of the database"))
BACKUP_AGE = Meter("bihuan_backup_age_seconds", "gauge", Text("距上次备份的时间", "Time since the last backup"))
BACKUP_SECONDS = Meter("bihuan_backup_seconds", "gauge", Text("上次备份耗时", "How long the last backup took"))
DRILL_AGE = Meter(
    "bihuan_drill_age_seconds", "gauge", Text("距上次恢复演练的时间", "Time since the last restore was rehearsed")
)

METERS: Final = (
    REQUESTS, REQUEST_SECONDS, ACTIONS, JOBS, JOB_SECONDS, UP, STARTED, MEMORY, DATABASE_UP, TASKS, TASK_AGE,
    UNSEALED, UNSEALED_AGE, UNANCHORED, UNPLACED, CASES, OVERDUE, STANDSTILLS, HEARTBEAT_AGE, DISK_FREE,
    DATABASE_BYTES, BACKUP_AGE, BACKUP_SECONDS, DRILL_AGE,
)  # fmt: skip
