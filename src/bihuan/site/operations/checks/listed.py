"""体检单: every check, in the order a reader wants them. docs/doctor.md is drawn from this list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import DatabaseError, connection

from bihuan.kernel.text import Text
from bihuan.site.operations.checks import exposure, machine, protection, records, upkeep
from bihuan.site.operations.checks.finding import Check, Finding, State, bad

CHECKS = (
    Check("interpreter", Text("Python 版本", "Version of Python"), machine.interpreter),
    Check("account", Text("运行账号", "Account it runs as"), machine.account),
    Check("writable", Text("状态目录可写", "Folder of state can be written"), machine.writable),
    Check("space", Text("磁盘空间", "Disk space"), machine.space),
    Check("file_system", Text("文件系统", "File system"), machine.file_system),
    Check("open_files", Text("可打开的文件数", "Files that may be open"), machine.open_files),
    Check("keys", Text("密钥文件权限", "Modes of key files"), exposure.keys),
    Check("secret", Text("会话密钥强度", "Strength of the session key"), exposure.secret),
    Check("debug", Text("调试模式", "Debug mode"), exposure.debug),
    Check("hosts", Text("允许的主机名", "Host names served"), exposure.hosts),
    Check("https", Text("HTTPS", "HTTPS"), exposure.https),
    Check("proxy", Text("反向代理", "Reverse proxy"), exposure.proxy),
    Check("certificate", Text("证书有效期", "End of the certificate"), exposure.certificate),
    Check("database", Text("数据库", "Database"), records.database),
    Check("structure", Text("数据库结构", "Structure of the database"), records.structure),
    Check("clock", Text("时钟", "Clock"), machine.clock),
    Check("demo", Text("演示账号", "Demo accounts"), exposure.demo),
    Check("first_login", Text("首次口令文件", "File of first passwords"), exposure.first_login),
    Check("audit", Text("审计封存", "Sealing of the audit"), records.audit),
    Check("anchor", Text("审计锚点", "Anchors of the audit"), records.anchor),
    Check("events", Text("事件排序", "Placing of events"), records.events),
    Check("failed_jobs", Text("失败的作业", "Failed jobs"), records.failed_jobs),
    Check("late_jobs", Text("迟到的作业", "Late jobs"), records.late_jobs),
    Check("old_keys", Text("旧密钥", "Old keys"), protection.old_keys),
    Check("sealed_numbers", Text("号码可解密", "Numbers can be opened"), protection.readable),
    Check("processes", Text("进程", "Processes"), upkeep.processes),
    Check("watchdog", Text("看门狗", "Watchdog"), upkeep.watchdog),
    Check("alarm_mail", Text("故障通知", "Who is told of faults"), upkeep.alarm_mail),
    Check("heartbeat", Text("对外心跳", "Heartbeat to the outside"), upkeep.heartbeat),
    Check("backup", Text("备份", "Backup"), upkeep.backup),
    Check("backup_place", Text("备份位置", "Where backups lie"), upkeep.backup_place),
    Check("drill", Text("恢复演练", "Rehearsal of a restore"), upkeep.drill),
    Check("mail", Text("发信", "Mail"), upkeep.mail),
    Check("bus", Text("外部总线", "External bus"), upkeep.bus),
    Check("bus_copies", Text("流的份数", "Copies of the streams"), upkeep.bus_copies),
    Check("telemetry", Text("监测数据平面", "Telemetry plane"), upkeep.telemetry),
    Check("browser_files", Text("浏览器端文件", "Files for browsers"), machine.browser_files),
    Check("fonts", Text("中文字体", "Chinese font"), machine.fonts),
)


def examine(*, at: datetime) -> Iterator[Finding]:
    """Every check. A database that doesn't answer is one finding, not twenty; a full disk ends no more than one check."""
    is_away = False
    for check in CHECKS:
        if is_away and check.ask.__module__ in (records.__name__, protection.__name__):
            continue
        try:
            yield from check.ask(at)
        except DatabaseError as wrong:
            connection.close()
            if not is_away:
                yield bad(
                    "database",
                    Text("数据库用不了：{e}", "The database does not work: {e}").format(e=type(wrong).__name__),
                    Text(
                        "请看数据库是否在运行、结构是否已升级（bihuan migrate）。",
                        "See whether it runs and whether its structure is up to date (bihuan migrate).",
                    ),
                )
            is_away = True
        except OSError as wrong:
            yield bad(
                check.code,
                Text("“{c}”没有查成：{e}", "“{c}” could not be looked at: {e}").format(c=check.label, e=wrong.strerror or wrong),
                Text("先解决上面列出的磁盘等问题，再检查一次。", "Mend what is listed before this, such as the disk, then look again."),
            )  # fmt: skip


def worst(findings: list[Finding]) -> State:
    """What the whole comes to."""
    for state in (State.BAD, State.WARN):
        if any(f.state is state for f in findings):
            return state
    return State.OK
