"""作业术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class TaskState(Term):
    WAITING = "waiting", "待执行", "Waiting"
    RUNNING = "running", "执行中", "Running"
    DONE = "done", "已完成", "Done"
    FAILED = "failed", "失败", "Failed"
