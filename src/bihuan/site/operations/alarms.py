"""自身报警: what the installation notices about itself, told by the watchdog, which outlives the pages and the database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from bihuan.kernel.text import Text
from bihuan.loop.watchdog import Standstill
from bihuan.site.operations import diary, pulses
from bihuan.site.operations.checks import exposure
from bihuan.site.operations.checks.finding import State
from bihuan.site.operations.checks.upkeep import BACKUP_WITHIN
from bihuan.site.operations.gauges import LITTLE_SPACE


def standing_still(at: datetime) -> list[Standstill]:
    """Disk, silent processes, backup, certificate: without asking the database."""
    return list(_looks(at))


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
