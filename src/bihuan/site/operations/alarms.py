"""自身报警: what the installation notices about itself, told by the watchdog, which outlives the pages and the database."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from bihuan.kernel.text import Text
from bihuan.loop.watchdog import Standstill
from bihuan.site.operations import diary, pulses
from bihuan.site.operations.checks import exposure
from bihuan.site.operations.checks.finding import State
from bihuan.site.operations.checks.upkeep import BACKUP_WITHIN
from bihuan.site.operations.gauges import LITTLE_SPACE


@dataclass(slots=True)
class ClockWatch:
    """时钟跳变: the wall clock against one that nobody can set. A jump is said for an hour: deadlines were judged by it."""

    wall: datetime | None = None
    steady: float = 0.0
    jumped_at: float = 0.0
    by: float = 0.0

    def look(self, at: datetime, *, steady: float) -> Iterator[Standstill]:
        if self.wall is not None:
            by = (at - self.wall).total_seconds() - (steady - self.steady)
            if abs(by) > JUMP:
                self.jumped_at, self.by = steady, by
        self.wall, self.steady = at, steady
        if self.by and steady - self.jumped_at < SAID_FOR:
            since = at - timedelta(seconds=steady - self.jumped_at)
            said = Text("时钟跳了 {s:+.0f} 秒，请核对时间", "The clock jumped by {s:+.0f} s; see what time it is")
            yield Standstill("clock", since, said.format(s=self.by))


#: More than slewing corrects between two rounds, less than any time limit.
JUMP = 30.0
SAID_FOR = 3600.0


def standing_still(at: datetime) -> list[Standstill]:
    """Disk, silent processes, backup, certificate: without asking the database."""
    return list(_looks(at))


def watching() -> Callable[[datetime], list[Standstill]]:
    """For a process that asks again and again: it also sees the clock jump from one time to the next."""
    clock = ClockWatch()
    return lambda at: [*standing_still(at), *clock.look(at, steady=time.monotonic())]


def _looks(at: datetime) -> Iterator[Standstill]:
    free = shutil.disk_usage(settings.BIHUAN_HOME).free
    if free < LITTLE_SPACE:
        said = Text("磁盘只剩 {m} MB", "Only {m} MB of disk are left").format(m=free // 1024**2)
        yield Standstill("disk", at, said)
    silent = [name for name, alive in pulses.health(now=at.timestamp()).items() if not alive]
    if silent and not pulses.are_starting(now=at.timestamp()):
        said = Text("进程没有应答：{n}", "Processes are silent: {n}").format(n=", ".join(silent))
        yield Standstill("processes", at, said)
    last = diary.last("backup")
    if last is not None and at - last.at > BACKUP_WITHIN:
        since = (last.at + BACKUP_WITHIN).isoformat(timespec="minutes")
        yield Standstill(
            "backup", last.at + BACKUP_WITHIN, Text("备份过期：{s}", "Backup overdue: {s}").format(s=since)
        )
    for finding in exposure.certificate(at):
        if settings.BIHUAN_CERTIFICATE and finding.state is not State.OK:
            yield Standstill("certificate", at, finding.text)
