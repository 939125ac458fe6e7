"""报警邮件: the watchdog itself mails what stands still. It needs neither the pages nor a worker nor the database for it.

Each standstill once when it is first seen, once a day while it lasts, once when it is over. One that comes and goes is
mailed at most once an hour. What could not be delivered is tried again with the next round.
"""

from __future__ import annotations

import json
import logging
import os
import socket
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

from bihuan.core.notices import mail
from bihuan.kernel.calendar import LOCAL
from bihuan.kernel.identity import new_id
from bihuan.kernel.text import Text
from bihuan.loop.watchdog import Standstill

log = logging.getLogger("bihuan.watchdog")
NAME = "alarm-mail.json"
EVERY_DAY = timedelta(hours=24)
COMES_AND_GOES = timedelta(hours=1)

WHAT_TO_DO = Text(
    "怎么办：在服务器上运行 bihuan doctor，按提示处理；或打开“运行状态”页面。",
    "What to do: run bihuan doctor on the server and follow it; or open the page “State of the system”.",
)


@dataclass(slots=True)
class Told:
    """`told_at`: the last mail about it; `over_at`: when it was seen to be over, empty while it lasts."""

    told_at: str
    over_at: str = ""


def addresses() -> list[str]:
    return [a.strip() for a in settings.BIHUAN_ALARM_MAIL.split(",") if a.strip()]


def tell(found: list[Standstill], at: datetime) -> bool:
    """One mail about all that changed. Answers whether one was sent."""
    if not addresses() or not settings.BIHUAN_MAIL_URL:
        return False
    known = read()
    fresh = [f for f in found if _is_due(known.get(f.what), at)]
    standing = {f.what for f in found}
    over = [what for what, said in known.items() if what not in standing and not said.over_at]
    if not fresh and not over:
        return False
    try:
        mail.send(compose(fresh, over, at=at), url=settings.BIHUAN_MAIL_URL)
    except Exception as wrong:  # whatever a mail server does, the watchdog goes on looking
        log.warning("the alarm mail could not be delivered: %s", type(wrong).__name__)
        return False
    for found_one in fresh:
        known[found_one.what] = Told(at.isoformat())
    for what in over:
        known[what].over_at = at.isoformat()
    keep({w: s for w, s in known.items() if not s.over_at or at - _moment(s.over_at) < EVERY_DAY})
    return True


def _is_due(said: Told | None, at: datetime) -> bool:
    if said is None:
        return True
    return at - _moment(said.told_at) >= (COMES_AND_GOES if said.over_at else EVERY_DAY)


def compose(fresh: list[Standstill], over: list[str], *, at: datetime) -> EmailMessage:
    """Chinese first, then the same in English: whoever has the duty reads one of them."""
    where = settings.BIHUAN_PUBLIC_URL or socket.gethostname()
    counted = Text("{n} 项需要处理，{k} 项已恢复", "{n} to look at, {k} over").format(n=len(fresh), k=len(over))
    lines = []
    for language in ("zh", "en"):
        lines += [f"{where}  {at.astimezone(LOCAL):%Y-%m-%d %H:%M}", str(getattr(counted, language)), ""]
        for one in fresh:
            since = Text("{d}（自 {t} 起）", "{d} (since {t})").format(
                d=one.detail, t=f"{one.since.astimezone(LOCAL):%m-%d %H:%M}"
            )
            lines.append(f"✗ {getattr(since, language)}")
        lines += [f"✓ {getattr(OVER.get(what, Text(what, what)), language)}" for what in over]
        lines += ["", getattr(WHAT_TO_DO, language), ""]
    return mail.compose(
        sender=settings.BIHUAN_MAIL_FROM,
        to=", ".join(addresses()),
        subject=f"[闭环 Bihuan] {counted.zh} · {counted.en} · {where}",
        text="\n".join(lines),
        identifier=f"alarm-{new_id()}",
        at=at.timestamp(),
    )


#: What is over, in words; the details of a standstill that is over are no longer known.
OVER = {
    "database": Text("数据库恢复应答", "The database answers again"),
    "disk": Text("磁盘空间恢复", "There is disk space again"),
    "processes": Text("进程恢复应答", "The processes answer again"),
    "backup": Text("备份恢复正常", "Backups are made again"),
    "certificate": Text("证书已更换", "The certificate was renewed"),
    "clock": Text("时钟恢复正常", "The clock is right again"),
    "escalation": Text("催办恢复正常", "Escalation works again"),
    "jobs": Text("作业恢复正常", "Jobs are run again"),
    "failed_jobs": Text("失败的作业已处理", "Failed jobs were dealt with"),
    "periodic": Text("周期作业恢复正常", "Periodic jobs are run again"),
    "events": Text("事件恢复递送", "Events are placed again"),
    "seals": Text("审计恢复封存", "The audit is sealed again"),
    "bus": Text("监测数据平面恢复", "The telemetry plane works again"),
}


def path() -> Path:
    return Path(settings.BIHUAN_HOME) / NAME


def read() -> dict[str, Told]:
    try:
        said = json.loads(path().read_text(encoding="utf-8"))
        return {what: Told(**one) for what, one in said.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # lost: everything is told again, once


def keep(known: dict[str, Told]) -> None:
    """A full disk must not keep the mail from being sent, only from being remembered."""
    draft = path().with_suffix(".new")
    try:
        draft.write_text(json.dumps({w: asdict(s) for w, s in known.items()}), encoding="utf-8")
        os.replace(draft, path())  # noqa: PTH105  # one atomic step
    except OSError as wrong:
        log.warning("what was mailed could not be kept: %s", type(wrong).__name__)


def _moment(said: str) -> datetime:
    return datetime.fromisoformat(said)
