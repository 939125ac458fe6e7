"""进程脉搏: the pulses of this home, and which processes ought to have one."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from bihuan.core.meters import COUNTS
from bihuan.kernel import pulse
from bihuan.kernel.text import Text

#: What each process does, for somebody who has never heard of it.
PROCESSES = {
    "web": Text("网页：供人办事的页面和接口", "Pages and API that people work with"),
    "live": Text("实时事件：让打开的页面自动更新", "Live events: open pages update by themselves"),
    "worker": Text("作业：到点提醒、催办、导入导出", "Jobs: reminders, escalation, imports and exports"),
    "clerk": Text("书记员：封存审计、递送事件", "Clerk: seals the audit, places events"),
    "watchdog": Text("看门狗：查有没有该动却没动的", "Watchdog: looks for what should have moved and has not"),
    "monitor": Text("监测：健康检查与指标", "Monitor: health checks and metrics"),
    "intake": Text("遥测接收", "Intake of telemetry"),
    "folds": Text("报警判断", "Judging of alarms"),
    "history": Text("监测历史入库", "Writing of history"),
}
EXPECTED = "expected.txt"
STARTING = 120.0


def of(name: str) -> pulse.Pulse:
    """The pulse of this process, with its counters."""
    return pulse.Pulse(Path(settings.BIHUAN_HOME), name, counts=COUNTS.snapshot)


def expect(names: Sequence[str]) -> None:
    """`bihuan up` says which processes it looks after: one that never came up is missed too."""
    folder = Path(settings.BIHUAN_HOME) / pulse.FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / EXPECTED).write_text(" ".join(names), encoding="utf-8")


def are_starting(*, now: float) -> bool:
    """They were told to start a moment ago: not yet having spoken is no silence."""
    with suppress(OSError):
        told = (Path(settings.BIHUAN_HOME) / pulse.FOLDER / EXPECTED).stat().st_mtime
        return 0 <= now - told < STARTING
    return False


def health(*, now: float) -> dict[str, bool]:
    """Every process that is expected or has been seen: is one of that name alive?"""
    home = Path(settings.BIHUAN_HOME)
    expected: list[str] = []
    with suppress(OSError):
        expected = (home / pulse.FOLDER / EXPECTED).read_text(encoding="utf-8").split()
    return dict.fromkeys(expected, False) | pulse.health(home, now=now)


def beats(*, now: float) -> list[pulse.Beat]:
    return list(pulse.beats(Path(settings.BIHUAN_HOME), now=now))


def keep_beating(name: str, *, every: float = 5.0) -> None:
    """For a server whose loop is not ours: a thread of its own. That the server also answers, the monitor asks it."""
    mine = of(name)

    def beat_on() -> None:
        while True:
            mine.beat()
            time.sleep(every)

    threading.Thread(target=beat_on, name="pulse", daemon=True).start()
