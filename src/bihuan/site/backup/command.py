"""`bihuan backup-key FILE`, `bihuan backup DIR`, `bihuan restore DIR`."""

from __future__ import annotations

import argparse
import fcntl
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.site.environment import home as chosen_home
from bihuan.site.environment import override, setting

#: A process of ours reads our settings, whatever the shell says.
OWN = {"DJANGO_SETTINGS_MODULE": "bihuan.site.settings"}
PARTS = ("keys", "records", "evidence", "history", "bus")


class StillRunning(Problem):
    code = "backup.still_running"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "系统还在运行。请先停止（systemctl stop bihuan），再恢复。",
                "It is still running. Stop it first (systemctl stop bihuan), then restore.",
            )
        )


class NotEnoughRoom(Problem):
    code = "backup.not_enough_room"


def say(text: Text) -> None:
    print(text, flush=True)  # noqa: T201  # speaks to a terminal


def backup_key(argv: Sequence[str]) -> int:
    """Makes the identity that alone opens backups, and leaves its public half with the installation."""
    from bihuan.core.secrets import write_secret  # late: only now are the settings read
    from bihuan.site.backup import sealed, taking

    parser = argparse.ArgumentParser(prog="bihuan backup-key")
    parser.add_argument("file", type=Path)
    chosen = parser.parse_args(list(argv))
    if taking.recipient_path().exists() or chosen.file.exists():
        say(
            Text(
                "已有恢复密钥或该文件已存在，没有改动。要更换：先删除 {p}，再用新的备份目录。",
                "There is an identity, or the file exists; nothing was changed. To replace it: delete {p}, then use a new folder for backups.",
            ).format(p=taking.recipient_path())
        )
        return 1
    recipient = sealed.new_identity(chosen.file)
    write_secret(taking.recipient_path(), f"{recipient}\n".encode())
    say(
        Text(
            "恢复密钥已写入 {f}。请把它复制到两个 U 盘，分开锁好，然后从本机删除：没有它，备份谁也打不开。",
            "The identity is in {f}. Copy it to two sticks, lock them up apart, then delete it here: without it nobody opens a backup.",
        ).format(f=chosen.file)
    )
    return 0


def backup(argv: Sequence[str]) -> int:
    from bihuan.core import clock  # late: only now are the settings read
    from bihuan.site.backup import taking

    parser = argparse.ArgumentParser(prog="bihuan backup")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument(
        "--keep", type=int, default=0, help=str(Text("只保留最近几个恢复点", "keep the newest so many points"))
    )
    chosen = parser.parse_args(list(argv))
    folder = chosen.folder or (Path(setting("BIHUAN_BACKUP")) if setting("BIHUAN_BACKUP") else None)
    if folder is None:
        parser.error(str(Text("请指明备份目录", "name the folder of backups")))
    head = taking.take(folder, at=clock.now())
    say(
        Text(
            "恢复点 {i}：{s:.1f} MB，其中新增 {n:.1f} MB，用时 {t:.1f} 秒",
            "Recovery point {i}: {s:.1f} MB, {n:.1f} MB of it new, in {t:.1f} s",
        ).format(i=head.id, s=head.size / 1e6, n=head.new_bytes / 1e6, t=head.seconds)
    )
    if chosen.keep > 0:
        taking.vault_at(folder).forget(keep=chosen.keep)
    return 0


def restore(argv: Sequence[str]) -> int:
    from bihuan.site.backup import restoring, sealed  # late: a command line that restores nothing needs neither
    from bihuan.site.backup.vault import Vault

    parser = argparse.ArgumentParser(prog="bihuan restore")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--identity", type=Path, help=str(Text("恢复密钥文件", "file of the identity")))
    parser.add_argument(
        "--point", default="", help=str(Text("恢复点编号，缺省为最近一个", "which point; the newest without it"))
    )
    parser.add_argument("--list", action="store_true", help=str(Text("列出恢复点", "list the points")))
    parser.add_argument(
        "--home",
        type=Path,
        help=str(Text("恢复到此目录，缺省为 BIHUAN_HOME", "into this folder; BIHUAN_HOME without it")),
    )
    parser.add_argument(
        "--only",
        choices=PARTS,
        action="append",
        help=str(Text("只恢复这一部分，可重复", "only this part; may be repeated")),
    )
    parser.add_argument(
        "--replace", action="store_true", help=str(Text("覆盖现有数据库", "overwrite the database there is"))
    )
    parser.add_argument("--drill", action="store_true", help=str(Text("演练：恢复到临时目录，核验后删除", "rehearse: into a scratch folder, verified, then removed")))  # fmt: skip
    chosen = parser.parse_args(list(argv))
    vault = Vault(chosen.folder)
    if chosen.list:
        for head in vault.points():
            print(f"{head.id}  {head.at.isoformat(timespec='seconds')}  {head.size / 1e6:.1f} MB  {head.version}")  # noqa: T201
        return 0
    if chosen.identity is None:
        parser.error(str(Text("请用 --identity 指明恢复密钥文件", "name the file of the identity with --identity")))
    head = vault.point(chosen.point)
    if chosen.drill:
        return drill(chosen.folder, head, chosen.identity)
    home = (chosen.home or chosen_home()).resolve()
    parts = list(dict.fromkeys(chosen.only)) if chosen.only else list(PARTS)
    begun = time.monotonic()
    identity = sealed.read_identity(chosen.identity)
    manifest = vault.manifest(head, identity=identity)
    if not chosen.only:
        restoring.require_empty(home)
    if not restoring.room_for(head, home):
        raise NotEnoughRoom(Text("{h} 所在磁盘空间不够。", "There is not enough room at {h}.").format(h=home))
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with nobody_runs(home):
        # Keys before the settings are read: they would make new ones.
        done = restoring.put_back_files(
            vault, manifest, home=home, parts=[p for p in parts if p != "records"], identity=identity
        )
        override(BIHUAN_HOME=str(home))
        return _with_database(vault, manifest, head, parts, done, identity, chosen.replace, begun)


def _with_database(
    vault: Any,
    manifest: dict[str, Any],
    head: Any,
    parts: list[str],
    done: Any,
    identity: Any,
    replace: bool,
    begun: float,
) -> int:
    from bihuan.site.main import ready_django  # late: main mounts this command

    ready_django()
    from bihuan.core import clock  # late: only now are the settings read
    from bihuan.site.backup import aftercare, records, restoring
    from bihuan.site.commands import upkeep

    if "records" in parts:
        said = manifest["records"]
        snapshot = records.Snapshot(said["vendor"], said["migrations"], said["tables"])
        records.put_back(snapshot, read=restoring.reader(vault, manifest, identity), replace=replace)
    upkeep.require_database(migrate="records" in parts)
    seconds = time.monotonic() - begun
    given_up = aftercare.tell(at=clock.now(), point=head.id, made_at=head.at, parts=parts, seconds=round(seconds, 3))
    verdict = aftercare.verify()
    say(
        Text(
            "已恢复 {p}：写入 {f} 个文件，{k} 个原样保留，用时 {s:.1f} 秒。核验：审计 {r} 条、证据 {e} 个、历史 {h} 个文件。",
            "Restored {p}: {f} files written, {k} left as they were, in {s:.1f} s. Verified: {r} audit rows, {e} pieces of evidence, {h} files of history.",
        ).format(
            p="、".join(parts),
            f=done.files,
            k=done.kept,
            s=seconds,
            r=verdict.rows,
            e=verdict.evidence,
            h=verdict.history,
        )
    )
    if given_up:
        say(
            Text(
                "备份之后的 {n} 次封存及其记录没有了；审计中已写明。请据锚点和纸质材料补录。",
                "{n} seals made after the backup are gone with what they sealed; the audit says so. Enter that work again.",
            ).format(n=given_up)
        )
    for wrong in verdict.wrong:
        say(Text("✗ {w}", "✗ {w}").format(w=wrong))
    return 0 if verdict.is_clean else 1


def drill(folder: Path, head: Any, identity: Path) -> int:
    """演练: the whole of it in a process of its own with a home of its own; what it took is measured and kept."""
    from bihuan.site.main import ready_django  # late: main mounts this command

    ready_django()
    from bihuan.core import clock  # late: only now are the settings read
    from bihuan.site.operations import diary

    at, begun = clock.now(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bihuan-drill-") as scratch, scratch_database() as url:
        fresh = {"BIHUAN_HOME": f"{scratch}/home", "DATABASE_URL": url, "BIHUAN_BACKUP": ""}
        # Neither the real anchors nor the real log server may hear of a rehearsal.
        apart = {"BIHUAN_AUDIT_ANCHOR": "", "BIHUAN_AUDIT_SYSLOG": ""}
        command = [sys.executable, "-m", "bihuan.site.main", "restore", str(folder.resolve()), "--point", head.id]
        done = subprocess.run(  # noqa: S603  # ourselves
            [*command, "--identity", str(identity.resolve()), "--home", f"{scratch}/home"],
            env=dict(os.environ) | fresh | apart | OWN,
            check=False,
        )
    seconds = time.monotonic() - begun
    behind = (at.astimezone(UTC) - head.at).total_seconds()
    clean = done.returncode == 0
    diary.note("drill", at=at, seconds=round(seconds, 3), point=head.id, behind=round(behind, 1), clean=clean)
    say(
        Text(
            "演练{w}：恢复点落后 {b:.0f} 秒，恢复用时 {s:.1f} 秒",
            "Rehearsal {w}: the point is {b:.0f} s behind, restoring took {s:.1f} s",
        ).format(w=Text("通过", "passed") if clean else Text("失败", "failed"), b=behind, s=seconds)
    )
    return 0 if clean else 1


@contextmanager
def scratch_database() -> Iterator[str]:
    """For PostgreSQL a database beside the real one, taken away afterwards; SQLite lies in the scratch home."""
    url = setting("DATABASE_URL")
    if not url:
        yield ""
        return
    from django.db import connection  # late: the settings are read by now

    name = f"bihuan_drill_{datetime.now(UTC):%Y%m%d%H%M%S}_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)} TEMPLATE template0")
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {connection.ops.quote_name(name)}")


@contextmanager
def nobody_runs(home: Path) -> Iterator[None]:
    """The lock that `bihuan up` holds."""
    with (home / "up.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StillRunning from None
        yield
