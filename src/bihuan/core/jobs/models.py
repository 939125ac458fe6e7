"""作业队列."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bihuan.core.jobs.terms import TaskState
from bihuan.kernel.identity import new_id


class Task(models.Model):
    """One piece of work. `key` makes it once: a periodic job and its due instant, or an event and its receiver."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    job = models.CharField(max_length=100)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, choices=TaskState.choices(), default=TaskState.WAITING)
    run_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True, default="")
    error = models.TextField(blank=True, default="")
    progress = models.PositiveSmallIntegerField(default=0)
    said = models.CharField(max_length=300, blank=True, default="")
    requested_by = models.CharField(max_length=80, blank=True, default="")
    #: Who wrote it. The database fills both in for an older release, which does not know these columns.
    release = models.CharField(max_length=40, blank=True, default="", db_default="")
    format = models.PositiveSmallIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["run_at"]
        indexes = [
            models.Index(fields=["run_at"], name="task_waiting", condition=Q(state="waiting")),
            models.Index(fields=["lease_until"], name="task_running", condition=Q(state="running")),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.state}"
