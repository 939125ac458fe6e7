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
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from bihuan import __version__
from bihuan.core import clock
from bihuan.core.audit import verifying
from bihuan.core.audit.models import AuditRow, Seal
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.site.backup import records, taking
from bihuan.site.backup.command import nobody_runs, say
from bihuan.site.commands.upkeep import pending
from bihuan.site.operations import diary
from bihuan.site.operations.gauges import database_bytes

log = logging.getLogger("bihuan.upgrade")
FOLDER = "before-upgrade"
MARK = "snapshot.json"


class NewerDatabase(Problem):
    code = "upgrade.newer_database"


class NoRoom(Problem):
    code = "upgrade.no_room"


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
    chosen = parser.parse_args(list(argv))
    home = Path(settings.BIHUAN_HOME)
    with nobody_runs(home):
        if take_back_unfinished(home):
            say(Text("上次升级中断，已先恢复到升级前。", "The last upgrade was broken off; it was taken back first."))
        require_known()
        count, _ = pending()
        if not count:
            say(Text("数据库已是最新（{v}），无需升级。", "The database is up to date ({v}).").format(v=__version__))
            return 0
        require_room(home)
        if folder := chosen.backup or (Path(settings.BIHUAN_BACKUP) if settings.BIHUAN_BACKUP else None):
            head = taking.take(folder, at=clock.now())
            say(Text("已备份：{p}", "Backed up: {p}").format(p=head.id))
        return carry_out(home, at=clock.now())


def require_known() -> None:
    """A database that a newer release has been at is left alone."""
    loader = MigrationRecorder(connection)
    if not loader.has_table():
        return
    from django.db.migrations.loader import MigrationLoader  # late: it reads every migration of every app

    known = MigrationLoader(connection).disk_migrations
    if unknown := [f"{a}.{n}" for a, n in loader.applied_migrations() if (a, n) not in known]:
        raise NewerDatabase(
            Text(
                "数据库是更新的版本升级过的（{m}），本程序不能用它。请安装较新的版本。",
                "A newer release has upgraded this database ({m}). Install that release.",
            ).format(m=", ".join(unknown[:3]))
        )


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
        take_back_unfinished(home)
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
    count, _ = pending()
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


def take_back_unfinished(home: Path) -> bool:
    folder = home / FOLDER
    if not (folder / MARK).exists():
        return False
    said = json.loads((folder / MARK).read_text(encoding="utf-8"))

    def read(digest: str, out: BinaryIO) -> None:
        with (folder / digest).open("rb") as block:
            shutil.copyfileobj(block, out)

    records.put_back(records.Snapshot(**said), read=read, replace=True)
    shutil.rmtree(folder)
    return True
