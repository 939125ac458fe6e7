"""运行状态: what the administrator's page shows, gathered in one place."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db.models import Min

from bihuan.core.audit.models import AuditRow
from bihuan.core.events.models import OutboxEvent
from bihuan.core.jobs.models import Task
from bihuan.core.jobs.queries import label_of
from bihuan.core.jobs.terms import TaskState
from bihuan.kernel.pulse import Beat
from bihuan.kernel.text import Text
from bihuan.site.operations import diary, gauges, pulses
from bihuan.site.operations.checks.finding import Finding, State
from bihuan.site.operations.checks.listed import examine, worst


@dataclass(frozen=True, slots=True)
class Process:
    name: str
    text: Text
    state: State
    count: int
    heard_at: datetime | None
    doing: Text | None
    megabytes: int | None


@dataclass(frozen=True, slots=True)
class Backlog:
    text: Text
    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Installation:
    """`findings`: only what somebody should look at, the gravest first."""

    state: State
    findings: list[Finding]
    fine: int
    processes: list[Process]
    backlog: list[Backlog]
    backup: diary.Entry | None
    drill: diary.Entry | None
    free_bytes: int
    total_bytes: int
    database_bytes: int


def of_installation(*, at: datetime) -> Installation:
    found = list(examine(at=at))
    shown = [f for f in found if f.state is not State.OK]
    disk = shutil.disk_usage(settings.BIHUAN_HOME)
    return Installation(
        state=worst(found),
        findings=sorted(shown, key=lambda f: f.state is not State.BAD),
        fine=len(found) - len(shown),
        processes=processes(at=at),
        backlog=backlog(at=at),
        backup=diary.last("backup"),
        drill=diary.last("drill"),
        free_bytes=disk.free,
        total_bytes=disk.total,
        database_bytes=gauges.database_bytes(),
    )


def processes(*, at: datetime) -> list[Process]:
    now = at.timestamp()
    heard: dict[str, list[Beat]] = {name: [] for name in pulses.health(now=now)}
    for beat in pulses.beats(now=now):
        heard.setdefault(beat.name, []).append(beat)
    found = []
    for name, beats in sorted(heard.items(), key=lambda pair: pair[0]):
        alive = [b for b in beats if b.is_fresh(now=now)]
        last = max(beats, key=lambda b: b.at, default=None)
        sizes = [size for b in alive if (size := gauges.resident(b.pid)) is not None]
        found.append(
            Process(
                name=name,
                text=pulses.PROCESSES.get(name, Text(name, name)),
                state=State.OK if alive else State.BAD,
                count=len(alive),
                heard_at=datetime.fromtimestamp(last.at, UTC) if last else None,
                doing=next((label_of(b.doing) for b in alive if b.doing), None),
                megabytes=round(sum(sizes) / 1024**2) if sizes else None,
            )
        )
    return found


def backlog(*, at: datetime) -> list[Backlog]:
    due = Task.objects.filter(state=TaskState.WAITING, run_at__lte=at)
    failed = Task.objects.filter(state=TaskState.FAILED)
    unsealed = AuditRow.objects.filter(seal__isnull=True)
    unplaced = OutboxEvent.objects.filter(position__isnull=True)
    rows = (
        (Text("到期待执行的作业", "Jobs that are due"), due, "run_at"),
        (Text("最终失败的作业", "Jobs that failed for good"), failed, "finished_at"),
        (Text("待封存的审计记录", "Audit rows to be sealed"), unsealed, "at"),
        (Text("待排序的事件", "Events to be placed"), unplaced, "at"),
    )
    return [Backlog(text, found.count(), found.aggregate(oldest=Min(field))["oldest"]) for text, found, field in rows]
