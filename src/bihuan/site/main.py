"""命令行: `bihuan COMMAND …`. A table of commands, each imported only when it is called.

Reading a plan or running a plant gateway needs no database and must not pay for one: nothing here imports Django.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from bihuan import __version__
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text, current_language
from bihuan.site.environment import setting

Run = Callable[[Sequence[str]], int]


@dataclass(frozen=True, slots=True)
class Mounted:
    """`target` is `package.module:function`; the function takes the rest of the command line and answers the status."""

    name: str
    target: str
    text: Text
    section: Text
    needs_database: bool = True

    @property
    def is_there(self) -> bool:
        """Streams and the demonstration are parts an installation may lack."""
        try:
            return find_spec(self.target.partition(":")[0]) is not None
        except ModuleNotFoundError:
            return False

    def load(self) -> Run:
        module, _, function = self.target.partition(":")
        run: Run = getattr(import_module(module), function)
        return run


RUN = Text("运行", "Run")
KEEP = Text("维护", "Maintain")
WORK = Text("办事", "Work")

COMMANDS = (
    Mounted(
        "up", "bihuan.site.running:up", Text("启动全部进程，并看护它们", "Start everything and look after it"), RUN
    ),
    Mounted("web", "bihuan.site.running:web", Text("只运行网页", "Only the pages"), RUN),
    Mounted("live", "bihuan.site.running:live", Text("只运行实时事件", "Only the live events"), RUN),
    Mounted("worker", "bihuan.site.running:worker", Text("只运行作业进程", "Only a worker of jobs"), RUN),
    Mounted(
        "clerk", "bihuan.site.running:clerk", Text("只运行封存与事件排序", "Only sealing and placing of events"), RUN
    ),
    Mounted("watchdog", "bihuan.site.running:watchdog", Text("只运行看门狗", "Only the watchdog"), RUN),
    Mounted(
        "monitor", "bihuan.site.running:monitor", Text("只运行健康检查与指标", "Only health checks and metrics"), RUN
    ),
    Mounted(
        "demo",
        "bihuan.site.demo.command:demo_command",
        Text("虚构城市演示", "A fictional city to try things in"),
        RUN,
        False,
    ),
    Mounted("bus", "bihuan.streams.commands:bus_command", Text("消息总线", "The message bus"), RUN, False),
    Mounted("stream", "bihuan.streams.commands:stream_command", Text("遥测进程", "Telemetry processes"), RUN, False),
    Mounted(
        "gateway",
        "bihuan.connectors.field.gateway:gateway_command",
        Text("企业侧采集网关", "The plant's gateway"),
        RUN,
        False,
    ),
    Mounted(
        "history",
        "bihuan.connectors.field.importing:history_command",
        Text("历史数据导入与导出", "Bring history in and take it out"),
        KEEP,
        False,
    ),
    Mounted(
        "plant",
        "bihuan.connectors.plant.command:plant_command",
        Text("模拟装置，试用监测功能", "A small plant to try monitoring on"),
        RUN,
        False,
    ),
    Mounted(
        "migrate", "bihuan.site.commands.upkeep:migrate", Text("升级数据库结构", "Bring the database up to date"), KEEP
    ),
    Mounted(
        "upgrade",
        "bihuan.site.backup.upgrading:upgrade",
        Text("升级：检查、备份、升级、核验，失败即退回", "Upgrade; taken back if it fails"),
        KEEP,
    ),
    Mounted(
        "backup-key",
        "bihuan.site.backup.command:backup_key",
        Text("建立备份的恢复密钥", "Make the identity that opens backups"),
        KEEP,
    ),
    Mounted(
        "backup", "bihuan.site.backup.command:backup", Text("备份全部数据（加密、增量）", "Back everything up"), KEEP
    ),
    Mounted(
        "restore",
        "bihuan.site.backup.command:restore",
        Text("从备份恢复，或演练恢复", "Restore from a backup, or rehearse it"),
        KEEP,
        False,
    ),
    Mounted("check", "bihuan.site.commands.upkeep:check", Text("检查配置", "Check the configuration"), KEEP),
    Mounted(
        "doctor", "bihuan.site.commands.doctor:doctor", Text("体检：该动的是否都在动", "Is everything in order?"), KEEP
    ),
    Mounted(
        "reset-password",
        "bihuan.site.commands.accounts:reset_password",
        Text("在服务器上重置口令", "Hand out a new one-time password"),
        KEEP,
    ),
    Mounted("keys", "bihuan.site.commands.keys:keys", Text("密钥的查看与更换", "See and change keys"), KEEP),
    Mounted(
        "rotate-session-key",
        "bihuan.site.commands.keys:rotate_session",
        Text("更换会话密钥", "Change the key of sessions"),
        KEEP,
    ),
    Mounted(
        "person",
        "bihuan.site.commands.person:person",
        Text("某人的个人信息清单", "What is held about one person"),
        KEEP,
    ),
    Mounted(
        "audit", "bihuan.site.commands.audit:audit", Text("审计核验与导出", "Verify and export the audit trail"), KEEP
    ),
    Mounted(
        "plan",
        "bihuan.engines.plan_reader.command:read_command",
        Text("读取方案文件，生成任务台账", "Read plan documents into their task ledger"),
        WORK,
        False,
    ),
    Mounted(
        "hazard",
        "bihuan.site.commands.hazard:hazard_command",
        Text("重大危险源辨识与分级", "Identify and grade major hazards"),
        WORK,
        False,
    ),
    Mounted("do", "bihuan.site.commands.acting:do", Text("以某人身份执行一个操作", "Do one action as somebody"), WORK),
)


def language() -> None:
    """Chinese unless the terminal says English."""
    said = setting("BIHUAN_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    current_language.set("en" if said.lower().startswith("en") else "zh")


def ready_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.site.settings")
    import django  # late: a command without a database must not pay for it

    django.setup()


def usage() -> str:
    lines = ["bihuan COMMAND [ARGUMENT …]      bihuan COMMAND --help      bihuan --version"]
    sections = dict.fromkeys(c.section for c in COMMANDS)
    for section in sections:
        lines += ["", f"{section}:"]
        lines += [f"  {c.name:<19} {c.text}" for c in COMMANDS if c.section == section and c.is_there]
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    language()
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        sys.stdout.write(usage())
        return 0 if arguments else 2
    if arguments[0] in ("-V", "--version"):
        sys.stdout.write(f"bihuan {__version__}\n")
        return 0
    command = next((c for c in COMMANDS if c.name == arguments[0]), None)
    if command is None or not command.is_there:
        said = Text("没有“{name}”这个命令。\n", "There is no command “{name}”.\n").format(name=arguments[0])
        sys.stderr.write(f"{said}\n{usage()}")
        return 2
    try:
        if command.needs_database:
            ready_django()
        return command.load()(arguments[1:])
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        for name, text in problem.where.items():
            sys.stderr.write(f"  {name}: {text}\n")
        return 1
    except OSError as wrong:
        if wrong.errno != errno.ENOSPC:
            raise
        said = Text(
            "磁盘已满{p}，没有完成。请腾出空间后重试；已确认的内容都还在。",
            "The disk is full{p}; this was not finished. Make room and try again; what was acknowledged is all there.",
        )
        sys.stderr.write(f"{said.format(p=f' ({wrong.filename})' if wrong.filename else '')}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read us has gone (`| head`): say nothing, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


if __name__ == "__main__":
    sys.exit(main())
