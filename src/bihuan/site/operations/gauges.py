"""现值: what is asked of the database and the disk when somebody reads the metrics."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count

from bihuan.core import meters
from bihuan.core.audit.models import AuditRow, Seal
from bihuan.core.audit.sealing import anchor_path, last_anchored
from bihuan.core.events.models import OutboxEvent
from bihuan.core.jobs.models import Task
from bihuan.core.jobs.terms import TaskState
from bihuan.kernel import meters as kernel_meters
from bihuan.kernel.calendar import day_of
from bihuan.kernel.meters import Meter
from bihuan.loop.models import Case, WatchFinding
from bihuan.loop.watchdog import heartbeat_at
from bihuan.site.operations import diary, pulses

#: Below this a database soon stops being able to write.
LITTLE_SPACE = 2 * 1024**3
Reading = tuple[str, float]


def read(*, at: datetime) -> str:
    """All metrics of this home, as Prometheus reads them. A database that is away takes only its own with it."""
    series = [*_processes(at), *_disk(), *_diary(at)]
    try:
        series += [(meters.DATABASE_UP.name, 1.0), *_database(at)]
    except DatabaseError:
        connection.close()
        series.append((meters.DATABASE_UP.name, 0.0))
    return kernel_meters.exposition(meters.METERS, series)


def _one(meter: Meter, value: float, **labels: str) -> Reading:
    return kernel_meters.spelled(meter, "", labels), float(value)


def _processes(at: datetime) -> Iterator[Reading]:
    now = at.timestamp()
    for name, alive in sorted(pulses.health(now=now).items()):
        yield _one(meters.UP, alive, process=name)
    for beat in pulses.beats(now=now):
        if not beat.is_fresh(now=now):
            continue
        who = {"process": beat.name, "pid": str(beat.pid)}
        yield _one(meters.STARTED, beat.started, **who)
        if (held := resident(beat.pid)) is not None:
            yield _one(meters.MEMORY, held, **who)
        for series, value in sorted(beat.counts.items()):
            yield kernel_meters.with_labels(series, **who), value


def resident(pid: int) -> int | None:
    """Bytes of memory, where the system tells (Linux)."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * 4096


def space_is_enough() -> bool:
    return shutil.disk_usage(settings.BIHUAN_HOME).free >= LITTLE_SPACE


def _disk() -> Iterator[Reading]:
    yield _one(meters.DISK_FREE, shutil.disk_usage(settings.BIHUAN_HOME).free)


def _diary(at: datetime) -> Iterator[Reading]:
    if (made := diary.last("backup")) is not None:
        yield _one(meters.BACKUP_AGE, (at - made.at).total_seconds())
        yield _one(meters.BACKUP_SECONDS, made.seconds)
    if (rehearsed := diary.last("drill")) is not None:
        yield _one(meters.DRILL_AGE, (at - rehearsed.at).total_seconds())
    if (beat := heartbeat_at()) is not None:
        yield _one(meters.HEARTBEAT_AGE, (at - beat).total_seconds())


def _database(at: datetime) -> Iterator[Reading]:
    counted = dict(Task.objects.exclude(state=TaskState.DONE).values_list("state").annotate(Count("pk")))
    for state in (TaskState.WAITING, TaskState.RUNNING, TaskState.FAILED):
        yield _one(meters.TASKS, counted.get(state.value, 0), state=state.value)
    due = Task.objects.filter(state=TaskState.WAITING, run_at__lte=at).order_by("run_at").first()
    yield _one(meters.TASK_AGE, _age(at, due, lambda task: task.run_at))
    unsealed = AuditRow.objects.filter(seal__isnull=True)
    yield _one(meters.UNSEALED, unsealed.count())
    yield _one(meters.UNSEALED_AGE, _age(at, unsealed.order_by("id").first(), lambda row: row.at))
    yield _one(meters.UNANCHORED, Seal.objects.filter(number__gt=last_anchored(anchor_path())).count())
    yield _one(meters.UNPLACED, OutboxEvent.objects.filter(position__isnull=True).count())
    open_cases = Case.objects.filter(is_open=True)
    yield _one(meters.CASES, open_cases.count())
    yield _one(meters.OVERDUE, open_cases.filter(due_on__lt=day_of(at)).count())
    yield _one(meters.STANDSTILLS, WatchFinding.objects.filter(cleared_at__isnull=True).count())
    yield _one(meters.DATABASE_BYTES, database_bytes())


def _age(at: datetime, row: Any, moment: Callable[[Any], datetime]) -> float:
    return max(0.0, (at - moment(row)).total_seconds()) if row is not None else 0.0


def database_bytes() -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    name = Path(str(connection.settings_dict["NAME"]))
    return sum(p.stat().st_size for p in name.parent.glob(f"{name.name}*") if p.is_file())
