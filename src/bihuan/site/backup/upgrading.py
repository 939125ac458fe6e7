"""升级: `bihuan upgrade` checks, keeps a copy, migrates, verifies, and takes everything back if anything of it fails.

The copy is the database alone, unsealed, beside it and readable by its owner only: whoever upgrades need not have the
identity of the backups at hand. A run that was killed finds its mark at the next start and is taken back first.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.management import call_command

from bihuan import __version__
from bihuan.core import clock
from bihuan.core.audit import verifying
from bihuan.core.audit.models import AuditRow, Seal
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.site.backup import additive, records, taking
from bihuan.site.backup.command import nobody_runs, say
from bihuan.site.commands import upkeep
from bihuan.site.operations import diary
from bihuan.site.operations.gauges import database_bytes

log = logging.getLogger("bihuan.upgrade")
FOLDER = "before-upgrade"
MARK = "snapshot.json"
TAKEN_BACK = Text("上次升级中断，已先恢复到升级前。", "The last upgrade was broken off; it was taken back first.")


class NotSideBySide(Problem):
    code = "upgrade.not_side_by_side"

    def __init__(self, steps: Sequence[str]) -> None:
        super().__init__(
            Text(
                "这次升级改动了旧版本正在使用的结构（{s}），不能边运行边升级。请停止全部进程后运行 bihuan upgrade。",
                "This upgrade changes what the running release works with ({s}). Stop every process, then run bihuan upgrade.",
            ).format(s="; ".join(steps[:3]))
        )


class NoRoom(Problem):
    code = "upgrade.no_room"


class UpgradeBrokenOff(Problem):
    code = "upgrade.broken_off"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "上次升级中断，数据库可能只升了一半。请停止全部进程，运行 bihuan upgrade：它先恢复到升级前。",
                "The last upgrade was broken off, the database may be half-way. Stop every process and run bihuan upgrade: it takes that back first.",
            )
        )


class NotVerified(Problem):
    code = "upgrade.not_verified"


@dataclass(frozen=True, slots=True)
class Counted:
    """What must be the same afterwards: nothing acknowledged may be lost."""

    rows: int
    seals: int

    @classmethod
    def now(cls) -> Counted:
        return cls(AuditRow.objects.count(), Seal.objects.count())


def upgrade(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bihuan upgrade")
    parser.add_argument("--backup", type=Path, help=str(Text("升级前先备份到此目录", "first back up into this folder")))
    parser.add_argument(
        "--side-by-side",
        action="store_true",
        help=str(
            Text(
                "旧版本继续运行；只在结构只增不改时可用",
                "while the old release runs; only where structure is only added",
            )
        ),
    )
    chosen = parser.parse_args(list(argv))
    home = Path(settings.BIHUAN_HOME)
    if chosen.side_by_side:
        return beside_the_old(home, chosen.backup, at=clock.now())
    with nobody_runs(home):
        if take_back_unfinished(home):
            say(TAKEN_BACK)
        if not upkeep.plan():
            say_up_to_date()
            return 0
        require_room(home)
        back_up_first(chosen.backup)
        return carry_out(home, at=clock.now())


def beside_the_old(home: Path, folder: Path | None, *, at: datetime) -> int:
    """滚动升级: the old processes go on, so nothing may be put back over their work. Each step is a transaction: one that
    fails is undone by the database, and both releases can work with the steps before it."""
    if take_back_waits(home):
        raise UpgradeBrokenOff
    steps = upkeep.plan()
    if not steps:
        say_up_to_date()
        return 0
    if breaking := additive.judged(steps):
        raise NotSideBySide(breaking)
    back_up_first(folder)
    begun = time.monotonic()
    migrate()
    seconds = round(time.monotonic() - begun, 3)
    diary.note("upgrade", at=at, seconds=seconds, version=__version__, clean=True, side_by_side=True)
    say(
        Text(
            "结构已升级：{v}，{n} 步，用时 {s:.1f} 秒。现在启动新版本的进程，再停止旧的。",
            "The structure is upgraded to {v}, {n} steps in {s:.1f} s. Start processes of the new release now, then stop the old.",
        ).format(v=__version__, n=len(steps), s=seconds)
    )
    return 0


def say_up_to_date() -> None:
    say(Text("数据库已是最新（{v}），无需升级。", "The database is up to date ({v}).").format(v=__version__))


def back_up_first(chosen: Path | None) -> None:
    if folder := chosen or (Path(settings.BIHUAN_BACKUP) if settings.BIHUAN_BACKUP else None):
        head = taking.take(folder, at=clock.now())
        say(Text("已备份：{p}", "Backed up: {p}").format(p=head.id))


def require_room(home: Path) -> None:
    needed = database_bytes() * 3
    if shutil.disk_usage(home).free < needed:
        raise NoRoom(
            Text(
                "磁盘空间不够：升级前要保留一份数据库，需要约 {n} MB。",
                "Not enough room: a copy of the database is kept during the upgrade, about {n} MB are needed.",
            ).format(n=needed // 1024**2)
        )


def migrate() -> None:
    call_command("migrate", interactive=False, verbosity=0)


def carry_out(home: Path, *, at: datetime, work: Callable[[], None] = migrate) -> int:
    """The upgrade itself. Status 1: it failed and everything is as before."""
    begun, before = time.monotonic(), Counted.now()
    keep(home)
    try:
        work()
        verify(before)
    except Exception as wrong:  # whatever it is, the database goes back to what it was
        log.exception("the upgrade failed and is taken back")
        try:
            take_back_unfinished(home)
        except Exception:  # the database itself is away
            log.exception("the upgrade could not be taken back yet")
            say(
                Text(
                    "升级中断（{e}），数据库没有应答。数据库恢复后再运行 bihuan upgrade 或启动系统，会先退回到升级前。",
                    "The upgrade broke off ({e}) and the database does not answer. Once it does, run bihuan upgrade or start the "
                    "system: the upgrade is taken back first.",
                ).format(e=type(wrong).__name__)
            )
            return 1
        diary.note("upgrade", at=at, seconds=round(time.monotonic() - begun, 3), version=__version__, clean=False)
        say(
            Text(
                "升级失败（{e}），数据库已恢复到升级前。请保留日志并联系开发者；原版本可以继续使用。",
                "The upgrade failed ({e}); the database is as it was before. Keep the log and tell the makers; the old release works.",
            ).format(e=type(wrong).__name__)
        )
        return 1
    shutil.rmtree(home / FOLDER)
    seconds = time.monotonic() - begun
    diary.note("upgrade", at=at, seconds=round(seconds, 3), version=__version__, clean=True)
    say(Text("升级完成：{v}，用时 {s:.1f} 秒。", "Upgraded to {v} in {s:.1f} s.").format(v=__version__, s=seconds))
    return 0


def verify(before: Counted) -> None:
    """Structure complete, nothing gone, and the audit as it was."""
    count = len(upkeep.plan())
    after = Counted.now()
    report = verifying.verify_database()
    if count or after.rows < before.rows or after.seals < before.seals or not report.is_clean:
        raise NotVerified(Text("升级后的核验未通过。", "The verification after the upgrade failed."))


def keep(home: Path) -> None:
    """The mark is written last: without it there is nothing to take back."""
    folder = home / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)

    def put(content: bytes) -> str:
        digest = records.digest_of(content)
        (folder / digest).write_bytes(content)
        return digest

    snapshot = records.take(put, scratch=home)
    draft = folder / f"{MARK}.new"
    draft.write_text(json.dumps(asdict(snapshot)), encoding="utf-8")
    draft.replace(folder / MARK)


def take_back_waits(home: Path) -> bool:
    """An upgrade was broken off and its copy waits to be put back."""
    return (home / FOLDER / MARK).exists()


def take_back_unfinished(home: Path) -> bool:
    folder = home / FOLDER
    if not take_back_waits(home):
        return False
    said = json.loads((folder / MARK).read_text(encoding="utf-8"))

    def read(digest: str, out: BinaryIO) -> None:
        with (folder / digest).open("rb") as block:
            shutil.copyfileobj(block, out)

    records.put_back(records.Snapshot(**said), read=read, replace=True)
    shutil.rmtree(folder)
    return True
