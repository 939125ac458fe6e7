"""照看: processes, watchdog, backup, rehearsal, mail, bus."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from bihuan.kernel.text import Text
from bihuan.loop.watchdog import ROUND, heartbeat_at
from bihuan.site import plane
from bihuan.site.environment import setting
from bihuan.site.operations import diary, pulses
from bihuan.site.operations.checks.exposure import is_exposed
from bihuan.site.operations.checks.finding import Finding, bad, fine, warn

#: A backup a day, and two hours for the one under way.
BACKUP_WITHIN = timedelta(hours=26)
DRILL_WITHIN = timedelta(days=92)
SILENT = timedelta(seconds=3 * ROUND)
BUS_WITHIN = 3.0


def processes(at: datetime) -> Iterator[Finding]:
    found = pulses.health(now=at.timestamp())
    silent = [name for name, alive in found.items() if not alive]
    for name in silent:
        yield bad(
            "processes",
            Text("进程“{n}”没有应答：{what}", "The process “{n}” is silent: {what}").format(
                n=name, what=pulses.PROCESSES.get(name, Text("", ""))
            ),
            Text("请查看日志（journalctl -u bihuan），重启服务。", "Read the log (journalctl -u bihuan) and restart."),
        )
    if not found:
        yield warn(
            "processes",
            Text("没有进程在运行", "No process is running"),
            Text("请启动：bihuan up，或 systemctl start bihuan。", "Start it: bihuan up, or systemctl start bihuan."),
        )
    elif not silent:
        yield fine("processes", "{n} 种进程都在运行", "All {n} kinds of process are running", n=len(found))


def watchdog(at: datetime) -> Iterator[Finding]:
    beat = heartbeat_at()
    start = Text("请看看门狗进程是否在运行（bihuan watchdog）。", "See whether the watchdog runs (bihuan watchdog).")
    if beat is None:
        yield warn("watchdog", Text("看门狗从未运行过", "The watchdog has never run"), start)
    elif at - beat > SILENT:
        minutes = round((at - beat).total_seconds() / 60)
        said = Text("看门狗已 {m} 分钟没有心跳", "The watchdog has been silent for {m} minutes")
        yield bad("watchdog", said.format(m=minutes), start)
    else:
        yield fine("watchdog", "看门狗在工作", "The watchdog is at work")


def alarm_mail(at: datetime) -> Iterator[Finding]:
    """Who hears of a fault while nobody looks at a page."""
    if settings.BIHUAN_ALARM_MAIL and not settings.BIHUAN_MAIL_URL:
        yield bad(
            "alarm_mail",
            Text("报警邮件有收件人，却没有发信服务", "Alarm mail has readers but no mail server"),
            Text("请设 BIHUAN_MAIL_URL。", "Set BIHUAN_MAIL_URL."),
        )
    elif is_exposed() and not settings.BIHUAN_ALARM_MAIL and not settings.BIHUAN_HEARTBEAT_URL:
        yield warn(
            "alarm_mail",
            Text("系统自身出故障时不会通知任何人", "Nobody is told when the system itself has a fault"),
            Text("请设 BIHUAN_ALARM_MAIL（值班人员的邮箱）和 BIHUAN_MAIL_URL。", "Set BIHUAN_ALARM_MAIL (the duty officer's address) and BIHUAN_MAIL_URL."),
        )  # fmt: skip
    else:
        yield fine("alarm_mail", "系统故障有人接收通知", "Somebody is told of faults of the system")


def heartbeat(at: datetime) -> Iterator[Finding]:
    if is_exposed() and not settings.BIHUAN_HEARTBEAT_URL:
        yield warn(
            "heartbeat",
            Text("看门狗的心跳没有发往机器之外：整机停了没人知道", "The heartbeat leaves this machine for nobody: if it stops as a whole, no one knows"),
            Text("请设 BIHUAN_HEARTBEAT_URL 到值班室或监控平台。", "Set BIHUAN_HEARTBEAT_URL to a duty room or a monitoring service."),
        )  # fmt: skip
    else:
        yield fine("heartbeat", "心跳去向已设或只在本机使用", "The heartbeat goes out, or only this machine uses it")


def backup(at: datetime) -> Iterator[Finding]:
    last = diary.last("backup")
    make = Text(
        "请运行 bihuan backup 目录，或设 BIHUAN_BACKUP 每天自动备份（见 docs/howto/restore.md）。",
        "Run bihuan backup DIR, or set BIHUAN_BACKUP for one every day (docs/howto/restore.md).",
    )
    if last is None:
        yield (bad if is_exposed() else warn)("backup", Text("从未备份", "There is no backup"), make)
    elif at - last.at > BACKUP_WITHIN:
        hours = round((at - last.at).total_seconds() / 3600)
        yield bad("backup", Text("上次备份在 {h} 小时前", "The last backup is {h} hours old").format(h=hours), make)
    else:
        yield fine("backup", "上次备份：{t}", "Last backup: {t}", t=last.at.isoformat(timespec="minutes"))


def drill(at: datetime) -> Iterator[Finding]:
    last = diary.last("drill")
    if diary.last("backup") is None:
        return
    if last is None or at - last.at > DRILL_WITHIN:
        yield warn(
            "drill",
            Text("三个月内没有演练过恢复", "No restore was rehearsed for three months"),
            Text("请运行 bihuan restore 目录 --drill：没演练过的备份不算备份。", "Run bihuan restore DIR --drill: a backup nobody tried is none."),
        )  # fmt: skip
    elif not last.said.get("clean", False):
        yield bad(
            "drill",
            Text("上次恢复演练发现问题", "The last rehearsal of a restore found faults"),
            Text("请查看演练输出，重新备份后再演练。", "Read what it said, make a new backup and rehearse again."),
        )
    else:
        yield fine("drill", "恢复演练：{t}", "Restore rehearsed: {t}", t=last.at.date().isoformat())


def backup_place(at: datetime) -> Iterator[Finding]:
    """A backup on the same disk dies with it."""
    where = settings.BIHUAN_BACKUP
    if not where:
        return
    folder = Path(where)
    if not folder.is_dir():
        yield bad(
            "backup_place",
            Text("备份目录 {p} 不存在（磁盘没挂上？）", "The backup folder {p} is not there (disk not mounted?)").format(p=folder),
            Text("请挂上备份磁盘或改正 BIHUAN_BACKUP。", "Mount the disk or correct BIHUAN_BACKUP."),
        )  # fmt: skip
    elif folder.stat().st_dev == Path(settings.BIHUAN_HOME).stat().st_dev:
        yield warn(
            "backup_place",
            Text("备份与数据在同一块磁盘上", "Backups lie on the same disk as the data"),
            Text("请把备份放到另一块磁盘或另一台机器。", "Put backups on another disk or another machine."),
        )
    else:
        yield fine("backup_place", "备份在另一块磁盘上", "Backups lie on another disk")


def mail(at: datetime) -> Iterator[Finding]:
    if is_exposed() and not settings.BIHUAN_MAIL_URL:
        yield warn(
            "mail",
            Text("没有设置发信服务，提醒只在页面上", "No mail server is set: reminders stay on the pages"),
            Text("请设 BIHUAN_MAIL_URL。", "Set BIHUAN_MAIL_URL."),
        )
    else:
        yield fine("mail", "发信已设或只在本机使用", "Mail is set, or only this machine uses it")


def bus(at: datetime) -> Iterator[Finding]:
    """外部总线: each of its servers; the first line says that it is NATS. Our own child is the next check's."""
    servers = [s.strip() for s in setting("BIHUAN_BUS_URL").split(",") if s.strip()]
    if not servers:
        return
    silent = [s for s in servers if not _is_nats(s)]
    start = Text("请核对 BIHUAN_BUS_URL 与防火墙，或联系总线的管理者。", "Check BIHUAN_BUS_URL and the firewall, or ask whoever runs the bus.")  # fmt: skip
    if len(silent) == len(servers):
        yield bad("bus", Text("连不上消息总线", "The message bus can't be reached"), start)
    elif silent:
        said = Text("总线有 {n} 个节点连不上", "{n} servers of the bus can't be reached").format(n=len(silent))
        yield warn("bus", said, start)
    else:
        yield fine("bus", "消息总线应答正常", "The message bus answers")


def bus_copies(at: datetime) -> Iterator[Finding]:
    """流的份数: a cluster whose streams have one copy stands still with one machine, and may lose what lay on it."""
    servers = [s for s in setting("BIHUAN_BUS_URL").split(",") if s.strip()]
    if not servers:
        return
    copies = int(setting("BIHUAN_BUS_REPLICAS"))
    if len(servers) > 1 and copies == 1:
        yield bad(
            "bus_copies",
            Text("总线有 {n} 个节点，流却只有一份：坏一台就丢", "The bus has {n} servers but one copy of each stream: one machine lost is data lost").format(n=len(servers)),
            Text("请设 BIHUAN_BUS_REPLICAS=3。", "Set BIHUAN_BUS_REPLICAS=3."),
        )  # fmt: skip
    elif copies > len(servers):
        yield bad(
            "bus_copies",
            Text("要求 {c} 份，却只列出 {n} 个节点", "{c} copies are asked for but {n} servers are named").format(c=copies, n=len(servers)),
            Text("请在 BIHUAN_BUS_URL 列出全部节点，或减小 BIHUAN_BUS_REPLICAS。", "Name every server in BIHUAN_BUS_URL, or lower BIHUAN_BUS_REPLICAS."),
        )  # fmt: skip
    elif not setting("BIHUAN_BUS_PASSWORD"):
        yield bad(
            "bus_copies",
            Text("外部总线没有设口令", "The external bus has no password"),
            Text("请设 BIHUAN_BUS_USER 和 BIHUAN_BUS_PASSWORD。", "Set BIHUAN_BUS_USER and BIHUAN_BUS_PASSWORD."),
        )
    else:
        yield fine("bus_copies", "每条流有 {c} 份", "Each stream has {c} copies", c=copies)


def _is_nats(server: str) -> bool:
    parts = urlsplit(server if "//" in server else f"//{server}")
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 4222), BUS_WITHIN) as line:
            line.settimeout(BUS_WITHIN)
            return line.recv(4) == b"INFO"
    except OSError:
        return False


def telemetry(at: datetime) -> Iterator[Finding]:
    """监测数据平面 may rest (`bihuan up --no-streams`): a bus that is away is told, not held against anybody."""
    if not plane.is_wanted():
        return
    # late: the stream extra may be left out of an installation
    from bihuan.streams.settings import from_environment
    from bihuan.streams.status import look

    rest = Text(
        "不需要时设 BIHUAN_STREAMS=0；否则启动 bihuan up。",
        "Set BIHUAN_STREAMS=0 if it isn't wanted; otherwise start bihuan up.",
    )
    try:
        found = asyncio.run(look(from_environment()))
    except Exception as why:  # whatever the bus's library throws when nobody answers, the other findings are to be seen
        said = Text("监测数据平面没有运行：{e}", "The telemetry plane is not running: {e}")
        yield warn("telemetry", said.format(e=type(why).__name__), rest)
        return
    for text in found.problems():
        yield warn("telemetry", text, Text("请看该进程的日志。", "Read the log of that process."))
    if not found.problems():
        count = len(found.partitions)
        yield fine("telemetry", "监测数据平面在工作：{n} 个分区", "The telemetry plane works: {n} partitions", n=count)
