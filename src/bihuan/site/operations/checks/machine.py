"""机器: interpreter, account, disk, clock, limits, fonts."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from bihuan.core.audit.models import AuditRow
from bihuan.kernel.text import Text
from bihuan.loop.watchdog import heartbeat_at
from bihuan.site import collecting
from bihuan.site.operations.checks.finding import Finding, bad, fine, warn
from bihuan.site.operations.gauges import LITTLE_SPACE

#: A database file on one of these is corrupted sooner or later: their locks are not kept.
NETWORK_FILES = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph", "glusterfs")
OPEN_FILES = 1024
_TIME_ERROR = 5


def interpreter(at: datetime) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield fine("interpreter", "Python {v}", "Python {v}", v=version)


def account(at: datetime) -> Iterator[Finding]:
    if os.geteuid() == 0:
        yield warn(
            "account",
            Text("系统以 root 身份运行", "The system runs as root"),
            Text("请建立专用账号（安装脚本会建立 bihuan），以它运行。", "Run it as an account of its own (the installer makes bihuan)."),
        )  # fmt: skip
    else:
        yield fine("account", "以普通账号运行", "Runs as an ordinary account")


def space(at: datetime) -> Iterator[Finding]:
    home = Path(settings.BIHUAN_HOME)
    free = shutil.disk_usage(home).free
    size = f"{free / 1024**3:.1f} GB"
    said = Text("状态目录 {h}，剩余空间 {s}", "State lives in {h}, {s} free").format(h=home, s=size)
    if free < LITTLE_SPACE:
        yield bad(
            "space",
            said,
            Text(
                "请清理或扩充磁盘：少于 2 GB 时数据库随时可能写不进去。",
                "Clear or enlarge the disk: below 2 GB the database may stop writing at any moment.",
            ),
        )
    else:
        yield Finding("space", fine("space", "", "").state, said)


def writable(at: datetime) -> Iterator[Finding]:
    home = Path(settings.BIHUAN_HOME)
    if not os.access(home, os.W_OK):
        yield bad(
            "writable",
            Text("状态目录 {h} 不可写", "The folder of state {h} can't be written").format(h=home),
            Text("请核对目录属主和只读挂载。", "Check who owns the folder, and that it isn't mounted read-only."),
        )
    else:
        yield fine("writable", "状态目录可写", "The folder of state can be written")


def file_system(at: datetime) -> Iterator[Finding]:
    """SQLite relies on locks that network file systems do not keep."""
    kind = file_system_of(Path(settings.BIHUAN_HOME))
    if kind in NETWORK_FILES and connection.vendor == "sqlite":
        yield bad(
            "file_system",
            Text("SQLite 数据库放在网络文件系统（{k}）上", "The SQLite database lies on a network file system ({k})").format(k=kind),
            Text("请把状态目录移到本机磁盘，或改用 PostgreSQL。", "Move the state to a disk of this machine, or use PostgreSQL."),
        )  # fmt: skip
    else:
        yield fine("file_system", "状态目录在本机磁盘上", "State lies on a disk of this machine")


def file_system_of(path: Path, *, mounts: Path = Path("/proc/mounts")) -> str:
    """The kind of the longest mount point that holds the path; empty where the system does not tell."""
    best, kind = "", ""
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        return ""
    for line in lines:
        _, point, found = line.split(" ")[:3]
        if (path == Path(point) or Path(point) in path.parents) and len(point) >= len(best):
            best, kind = point, found
    return kind


def open_files(at: datetime) -> Iterator[Finding]:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < OPEN_FILES:
        yield warn(
            "open_files",
            Text("允许同时打开的文件只有 {n} 个", "Only {n} files may be open at once").format(n=soft),
            Text("请设为 1024 以上（systemd 的 LimitNOFILE）。", "Allow 1024 or more (LimitNOFILE of systemd)."),
        )
    else:
        yield fine("open_files", "可打开的文件数足够", "Enough files may be open")


def clock(at: datetime) -> Iterator[Finding]:
    """时间同步: what was written lies in the future, or nobody sets this clock."""
    newest = AuditRow.objects.order_by("-id").values_list("at", flat=True).first()
    ahead = [m for m in (newest, heartbeat_at()) if m is not None and m > at + timedelta(seconds=5)]
    if ahead:
        yield bad(
            "clock",
            Text("时钟比已有记录慢了 {s} 秒：时钟被往回拨过", "The clock is {s} s behind what is already written: it was set back").format(
                s=round((max(ahead) - at).total_seconds())
            ),
            Text("请立即校正时钟并启用时间同步（chrony）；之前不要办理业务。", "Set the clock right and have it kept right (chrony) before anybody works."),
        )  # fmt: skip
    elif is_unsynchronised():
        yield warn(
            "clock",
            Text("没有时间服务校正本机时钟", "Nothing keeps this machine's clock right"),
            Text("请启用 chrony 或 systemd-timesyncd，指向本单位的时间服务器。", "Turn on chrony or systemd-timesyncd with your office's time server."),
        )  # fmt: skip
    else:
        yield fine("clock", "时钟正常", "The clock is right")


def is_unsynchronised() -> bool:
    """The kernel's own word (Linux): its clock is disciplined, or it is not."""
    if sys.platform != "linux":
        return False
    room = ctypes.create_string_buffer(512)  # struct timex, all zero: only asks
    return bool(ctypes.CDLL(None, use_errno=True).adjtimex(room) == _TIME_ERROR)


def browser_files(at: datetime) -> Iterator[Finding]:
    if collecting.NEEDED not in collecting.listing():
        yield bad(
            "browser_files",
            Text("缺少浏览器端文件（static/vendor）", "The browser's files (static/vendor) are missing"),
            Text(
                "请重新安装；源码目录中请运行 ./run set-up。",
                "Install again; in a checkout run ./run set-up.",
            ),
        )
    else:
        yield fine("browser_files", "浏览器端文件齐全", "The browser's files are there")


def fonts(at: datetime) -> Iterator[Finding]:
    """Pictures that the server draws (watermarks, previews) need Chinese characters."""
    if has_chinese_font():
        yield fine("fonts", "有中文字体", "There is a Chinese font")
    else:
        yield warn(
            "fonts",
            Text("本机没有中文字体，服务器生成的图片和打印件会缺字", "No Chinese font: what the server draws or prints lacks characters"),
            Text("请安装一种中文字体（安装包 fonts 目录内有）。", "Install a Chinese font (the bundle has one under fonts)."),
        )  # fmt: skip


def has_chinese_font() -> bool:
    listing = shutil.which("fc-list")
    if listing is None:
        return False
    done = subprocess.run([listing, ":lang=zh-cn", "family"], capture_output=True, check=False, timeout=60)  # noqa: S603
    return bool(done.stdout.strip())
