"""看门狗: a process of its own that asks what should have moved and has not. Its heartbeat goes to somebody outside.

It changes nothing in the loop: it writes what it found, tells the operators, and says that it is alive. Whoever hears
nothing from it for three rounds knows that the machine, the database or the watchdog itself stands still.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import sleep

import httpx
from django.conf import settings
from django.db import connections, transaction

from bihuan.core import clock
from bihuan.core.audit.models import AuditRow
from bihuan.core.events.models import OutboxEvent
from bihuan.core.jobs.models import Task
from bihuan.core.jobs.queue import last_due
from bihuan.core.jobs.terms import TaskState
from bihuan.core.modules import registry
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop.models import Case, WatchFinding

log = logging.getLogger("bihuan.watchdog")

#: Seconds between two rounds; the heartbeat goes out with each.
ROUND = 30

#: How long each thing may stand still before it is said.
PATIENCE = {
    "escalation": timedelta(hours=2),
    "jobs": timedelta(minutes=10),
    "failed_jobs": timedelta(0),
    "periodic": timedelta(minutes=15),
    "events": timedelta(minutes=2),
    "seals": timedelta(minutes=2),
}


@dataclass(frozen=True, slots=True)
class Standstill:
    """Something that should have moved: what, since when, in words."""

    what: str
    since: datetime
    detail: Text


def look(*, at: datetime) -> list[Standstill]:
    """Everything that stands still at this instant."""
    return [found for found in _looks(at) if found.since + PATIENCE[found.what] < at]


def _looks(at: datetime) -> Iterator[Standstill]:
    today = day_of(at)
    late = Case.objects.filter(is_open=True, next_escalation_on__lt=today)
    if (first := late.order_by("next_escalation_on").first()) is not None:
        assert first.next_escalation_on is not None
        since = datetime.combine(first.next_escalation_on + timedelta(days=1), datetime.min.time(), at.tzinfo)
        yield Standstill(
            "escalation",
            since,
            Text("{n} 件事项到了催办日没有催办", "{n} cases were not escalated on their day").format(n=late.count()),
        )
    waiting = Task.objects.filter(state=TaskState.WAITING, run_at__lt=at).order_by("run_at").first()
    if waiting is not None:
        yield Standstill(
            "jobs",
            waiting.run_at,
            Text("作业“{j}”到时没有执行", "The job “{j}” was not run when due").format(j=waiting.job),
        )
    failed = Task.objects.filter(state=TaskState.FAILED)
    if (oldest := failed.order_by("finished_at").first()) is not None and oldest.finished_at is not None:
        yield Standstill(
            "failed_jobs",
            oldest.finished_at,
            Text("{n} 个作业多次失败，已停止重试", "{n} jobs failed for good").format(n=failed.count()),
        )
    yield from _missed_periodic(at)
    if (event := OutboxEvent.objects.filter(position__isnull=True).order_by("id").first()) is not None:
        yield Standstill("events", event.at, Text("事件没有排序递送", "Events are not being placed"))
    if (row := AuditRow.objects.filter(seal__isnull=True).order_by("id").first()) is not None:
        yield Standstill("seals", row.at, Text("审计记录没有封存", "Audit rows are not being sealed"))


def _missed_periodic(at: datetime) -> Iterator[Standstill]:
    """A periodic job whose due instant nobody has even put into the queue: no worker is running."""
    for job in registry().jobs.values():
        due = last_due(job, at - PATIENCE["periodic"])
        if due is None:
            continue
        if not Task.objects.filter(job=job.name, run_at__gte=due).exists():
            yield Standstill(
                "periodic",
                due,
                Text("周期作业“{j}”没有排入队列", "The periodic job “{j}” was not enqueued").format(j=job.label),
            )
            return


def note(*, found: list[Standstill], at: datetime) -> tuple[int, int]:
    """Keep what was found, once a standstill; clear what moves again. Answers how many are new and how many cleared.

    The watchdog's own notes are no business records: they go past the door on purpose, so that it works when the
    door does not.
    """
    with transaction.atomic():
        open_ones = {f.what: f for f in WatchFinding.objects.filter(cleared_at__isnull=True)}
        names = {f.what for f in found}
        fresh = [f for f in found if f.what not in open_ones]
        WatchFinding.objects.bulk_create(
            [WatchFinding(what=f.what, detail=f.detail.zh[:300], since=f.since, seen_at=at) for f in fresh]
        )
        cleared = WatchFinding.objects.filter(
            cleared_at__isnull=True, what__in=[w for w in open_ones if w not in names]
        ).update(cleared_at=at)
        WatchFinding.objects.filter(cleared_at__isnull=True, what__in=names).update(seen_at=at)
    return len(fresh), cleared


def heartbeat_path() -> Path:
    return Path(settings.BIHUAN_HOME) / "heartbeat.json"


def heartbeat_at() -> datetime | None:
    """When the watchdog last said that it is alive."""
    try:
        return datetime.fromisoformat(json.loads(heartbeat_path().read_text(encoding="utf-8"))["at"])
    except (OSError, ValueError, KeyError):
        return None


def beat(
    *, at: datetime, found: list[Standstill], post: Callable[[str, dict[str, object]], None] | None = None
) -> None:
    """Say that it is alive: into a file, and to the address outside the machine, where one is set."""
    said: dict[str, object] = {
        "at": at.isoformat(),
        "standing_still": [{"what": f.what, "since": f.since.isoformat(), "detail": f.detail.zh} for f in found],
    }
    path = heartbeat_path()
    temporary = path.with_suffix(".new")
    try:
        temporary.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        os.replace(temporary, path)  # noqa: PTH105  # one atomic step
    except OSError as wrong:  # a full disk is just what somebody outside must hear of
        log.warning("the heartbeat could not be written: %s", type(wrong).__name__)
    if url := settings.BIHUAN_HEARTBEAT_URL:
        (post or _post)(url, said)


def _post(url: str, said: dict[str, object]) -> None:
    try:
        httpx.post(url, json=said, timeout=5, follow_redirects=False).raise_for_status()
    except httpx.HTTPError as wrong:
        log.warning("the heartbeat could not be delivered: %s", type(wrong).__name__)


def run_watchdog(
    *,
    stop: Callable[[], bool],
    beside: Callable[[datetime], list[Standstill]] = lambda at: [],
    alive: Callable[[], None] = lambda: None,
    tell: Callable[[list[Standstill], datetime], object] = lambda found, at: None,
) -> None:
    """The process: a round, then a pause, for ever. A database that is away is itself a standstill, and is said.

    `beside`: what the installation finds out about itself without the database (disk, silent processes, backup).
    `tell`: hears each round what stands still, and tells people on a way of its own.
    """
    while not stop():
        at = clock.now()
        alive()
        try:
            found = [*look(at=at), *beside(at)]
            fresh, cleared = note(found=found, at=at)
            if fresh or cleared:
                log.warning("watchdog: %d new standstills, %d moving again", fresh, cleared)
        except Exception:  # whatever is wrong with the database, the heartbeat must say so
            log.exception("watchdog: the database does not answer")
            connections.close_all()
            found = [Standstill("database", at, Text("数据库没有应答", "The database does not answer")), *beside(at)]
        beat(at=at, found=found)
        tell(found, at)
        for _ in range(ROUND * 2):
            if stop():
                return
            sleep(0.5)
