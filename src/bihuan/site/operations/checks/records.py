"""数据: the database, its structure, audit, anchors, events and jobs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from bihuan.core.audit.models import AuditRow, Seal
from bihuan.core.audit.sealing import anchor_path, last_anchored
from bihuan.core.events.models import OutboxEvent
from bihuan.core.jobs.models import Task
from bihuan.core.jobs.terms import TaskState
from bihuan.kernel.text import Text
from bihuan.site.commands.upkeep import pending
from bihuan.site.operations.checks.exposure import is_exposed
from bihuan.site.operations.checks.finding import Finding, bad, fine, warn
from bihuan.site.operations.gauges import database_bytes

LATE = timedelta(minutes=2)
#: A SQLite file beyond this still works; backing it up and changing its structure takes its time.
LARGE_FILE = 20 * 1024**3
CLERK = Text("请看书记员进程是否在运行（bihuan clerk）。", "See whether the clerk runs (bihuan clerk).")
WORKER = Text("请看作业进程是否在运行（bihuan worker）。", "See whether a worker runs (bihuan worker).")


def database(at: datetime) -> Iterator[Finding]:
    version = sqlite3.sqlite_version
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            version = str(cursor.fetchone()[0])
    else:
        connection.ensure_connection()
    yield fine("database", "数据库 {n} {v}", "Database {n} {v}", n=connection.vendor, v=version)
    if connection.vendor == "sqlite" and database_bytes() > LARGE_FILE:
        yield warn(
            "database",
            Text("数据库已超过 20 GB", "The database is over 20 GB"),
            Text("请改用 PostgreSQL（DATABASE_URL）。", "Move to PostgreSQL (DATABASE_URL)."),
        )


def structure(at: datetime) -> Iterator[Finding]:
    count, _ = pending()
    if count:
        yield bad(
            "structure",
            Text("数据库结构落后 {n} 步", "The database is {n} steps behind").format(n=count),
            Text("请运行 bihuan upgrade（先备份再升级）。", "Run bihuan upgrade (it backs up first)."),
        )
    else:
        yield fine("structure", "数据库结构是最新的", "The database is up to date")


def audit(at: datetime) -> Iterator[Finding]:
    waiting = AuditRow.objects.filter(seal__isnull=True, at__lt=at - LATE).count()
    if waiting:
        said = Text("{n} 条审计记录两分钟后仍未封存", "{n} audit rows are unsealed after two minutes")
        yield warn("audit", said.format(n=waiting), CLERK)
    else:
        yield fine("audit", "审计记录都已封存", "All audit rows are sealed")


def anchor(at: datetime) -> Iterator[Finding]:
    """锚点: without one outside the database, whoever owns the database can rewrite the past."""
    path = anchor_path()
    newest = Seal.objects.order_by("-number").first()
    if newest is not None and newest.sealed_at < at - LATE and last_anchored(path) < newest.number:
        yield bad(
            "anchor",
            Text("审计锚点文件 {p} 缺失或落后", "The audit's anchor file {p} is missing or behind").format(p=path),
            Text("请先运行 bihuan audit verify；若文件被删，请从别处的副本找回。", "Run bihuan audit verify; if the file was removed, bring back a copy from elsewhere."),
        )  # fmt: skip
    elif is_exposed() and not settings.BIHUAN_AUDIT_SYSLOG and _same_disk(path, Path(settings.BIHUAN_HOME)):
        yield warn(
            "anchor",
            Text("审计锚点与数据库在同一块磁盘上", "The audit's anchors lie on the same disk as the database"),
            Text("请设 BIHUAN_AUDIT_ANCHOR 到另一块磁盘，或设 BIHUAN_AUDIT_SYSLOG 发往日志服务器。", "Set BIHUAN_AUDIT_ANCHOR to another disk, or BIHUAN_AUDIT_SYSLOG to a log server."),
        )  # fmt: skip
    else:
        yield fine("anchor", "审计锚点完整", "The audit is anchored")


def _same_disk(path: Path, home: Path) -> bool:
    there = next((p for p in (path, *path.parents) if p.exists()), home)
    return there.stat().st_dev == home.stat().st_dev


def events(at: datetime) -> Iterator[Finding]:
    waiting = OutboxEvent.objects.filter(position__isnull=True, at__lt=at - LATE).count()
    if waiting:
        said = Text("{n} 个事件两分钟后仍未排序", "{n} events are unplaced after two minutes")
        yield warn("events", said.format(n=waiting), CLERK)
    else:
        yield fine("events", "事件都已排序", "All events are placed")


def failed_jobs(at: datetime) -> Iterator[Finding]:
    failed = Task.objects.filter(state=TaskState.FAILED).count()
    if failed:
        yield warn(
            "failed_jobs",
            Text("{n} 个作业最终失败", "{n} jobs failed for good").format(n=failed),
            Text("请在“后台作业”页查看原因，处理后点“重新执行”。", "See why on the page of background jobs, then press “Try again”."),
        )  # fmt: skip
    else:
        yield fine("failed_jobs", "没有失败的作业", "No job has failed")


def late_jobs(at: datetime) -> Iterator[Finding]:
    late = Task.objects.filter(state=TaskState.WAITING, attempts=0, run_at__lt=at - LATE).count()
    if late:
        said = Text("{n} 个作业晚了两分钟以上", "{n} jobs are over two minutes late")
        yield warn("late_jobs", said.format(n=late), WORKER)
    else:
        yield fine("late_jobs", "没有迟到的作业", "No job is late")
