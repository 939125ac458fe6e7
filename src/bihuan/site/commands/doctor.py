"""体检: `bihuan doctor` asks each part whether it is in order, and says what to do where it isn't."""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from bihuan.core import clock
from bihuan.core.audit.models import AuditRow
from bihuan.core.events.models import OutboxEvent
from bihuan.core.jobs.models import Task
from bihuan.core.jobs.terms import TaskState
from bihuan.kernel.text import Text
from bihuan.site import collecting, plane
from bihuan.site.commands.upkeep import pending

OK, WARN, BAD = "ok", "warn", "bad"
MARKS = {OK: "✓", WARN: "!", BAD: "✗"}
#: Below this a database soon stops being able to write.
LITTLE_SPACE = 2 * 1024**3
LATE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Finding:
    state: str
    text: Text


def doctor(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bihuan doctor")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(list(argv))
    findings = list(examine(at=clock.now()))
    if chosen.json:
        print(json.dumps([{"state": f.state, "zh": f.text.zh, "en": f.text.en} for f in findings], ensure_ascii=False))  # noqa: T201
    else:
        for finding in findings:
            print(f"{MARKS[finding.state]} {finding.text}")  # noqa: T201
    return 1 if any(f.state == BAD for f in findings) else 0


def examine(*, at: datetime) -> Iterator[Finding]:
    yield _python()
    yield from _home()
    try:
        yield from _database()
        for ask in (_audit, _outbox, _jobs):
            yield ask(at)
    except DatabaseError as wrong:
        yield Finding(
            BAD,
            Text(
                "数据库用不了：{e}。先运行 bihuan migrate。",
                "The database does not work: {e}. Run bihuan migrate first.",
            ).format(e=wrong),
        )
    yield _files()
    if plane.is_wanted():
        yield from _plane()


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(OK, Text(f"Python {version}", f"Python {version}"))


def _home() -> Iterator[Finding]:
    home = Path(settings.BIHUAN_HOME)
    free = shutil.disk_usage(home).free
    size = f"{free / 1024**3:.1f} GB"
    yield Finding(
        OK if free >= LITTLE_SPACE else BAD,
        Text("状态目录 {h}，剩余空间 {s}", "State lives in {h}, {s} free").format(h=home, s=size),
    )
    keys = home / "keys"
    if keys.is_dir():
        loose = [p.name for p in keys.iterdir() if stat.S_IMODE(p.stat().st_mode) & 0o077]
        yield Finding(
            BAD if loose else OK,
            Text("密钥文件别人可读：{n}。请 chmod 600。", "Key files others can read: {n}. chmod 600 them.").format(
                n=", ".join(loose)
            )
            if loose
            else Text("密钥只有本账号可读", "Keys are readable by this account only"),
        )


def _database() -> Iterator[Finding]:
    version = sqlite3.sqlite_version if connection.vendor == "sqlite" else ""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            version = str(cursor.fetchone()[0])
    yield Finding(OK, Text(f"数据库 {connection.vendor} {version}", f"Database {connection.vendor} {version}"))
    count, _ = pending()
    if count:
        yield Finding(
            BAD,
            Text("数据库结构落后 {n} 步：bihuan migrate", "The database is {n} steps behind: bihuan migrate").format(
                n=count
            ),
        )


def _audit(at: datetime) -> Finding:
    waiting = AuditRow.objects.filter(seal__isnull=True, at__lt=at - LATE).count()
    return _backlog(
        waiting,
        Text("审计记录都已封存", "All audit rows are sealed"),
        Text(
            "{n} 条审计记录两分钟后仍未封存：bihuan clerk 在运行吗？",
            "{n} audit rows are unsealed after two minutes: is bihuan clerk running?",
        ),
    )


def _outbox(at: datetime) -> Finding:
    waiting = OutboxEvent.objects.filter(position__isnull=True, at__lt=at - LATE).count()
    return _backlog(
        waiting,
        Text("事件都已排序", "All events are placed"),
        Text(
            "{n} 个事件两分钟后仍未排序：bihuan clerk 在运行吗？",
            "{n} events are unplaced after two minutes: is bihuan clerk running?",
        ),
    )


def _jobs(at: datetime) -> Finding:
    failed = Task.objects.filter(state=TaskState.FAILED).count()
    if failed:
        return Finding(
            WARN,
            Text("{n} 个作业最终失败，见系统页面", "{n} jobs failed for good; see the system page").format(n=failed),
        )
    late = Task.objects.filter(state=TaskState.WAITING, attempts=0, run_at__lt=at - LATE).count()
    return _backlog(
        late,
        Text("没有迟到的作业", "No job is late"),
        Text(
            "{n} 个作业晚了两分钟以上：bihuan worker 在运行吗？",
            "{n} jobs are over two minutes late: is bihuan worker running?",
        ),
    )


def _backlog(count: int, fine: Text, late: Text) -> Finding:
    return Finding(WARN, late.format(n=count)) if count else Finding(OK, fine)


def _files() -> Finding:
    if collecting.NEEDED not in collecting.listing():
        return Finding(BAD, collecting.BrowserFilesMissing().text)
    return Finding(OK, Text("浏览器端文件齐全", "The browser's files are there"))


def _plane() -> Iterator[Finding]:
    """The telemetry plane may rest (`bihuan up --no-streams`): a bus that is away is told, not held against anybody."""
    # late: the stream extra may be left out of an installation
    from bihuan.streams.settings import from_environment
    from bihuan.streams.status import look

    try:
        found = asyncio.run(look(from_environment()))
    except Exception as why:  # whatever the bus's library throws when nobody answers, the other findings are to be seen
        yield Finding(
            WARN,
            Text(
                "监测数据平面没有运行：{e}。不需要时设 BIHUAN_STREAMS=0。",
                "The telemetry plane is not running: {e}. Set BIHUAN_STREAMS=0 if it isn't wanted.",
            ).format(e=type(why).__name__),
        )
        return
    yield from (Finding(WARN, text) for text in found.problems())
    if not found.problems():
        yield Finding(
            OK,
            Text("监测数据平面在工作：{n} 个分区", "The telemetry plane works: {n} partitions").format(
                n=len(found.partitions)
            ),
        )
