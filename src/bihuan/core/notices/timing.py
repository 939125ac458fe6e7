"""何时发送: quiet hours and the daily digest, in local time. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
DIGEST_AT = time(7, 30)


def is_quiet(at: datetime, quiet_from: time | None, quiet_until: time | None) -> bool:
    """Half-open: quiet from the first minute, no longer at the last. Hours may span midnight."""
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return False
    clock = at.astimezone(LOCAL).time()
    if quiet_from < quiet_until:
        return quiet_from <= clock < quiet_until
    return clock >= quiet_from or clock < quiet_until


def after_quiet(at: datetime, quiet_from: time | None, quiet_until: time | None) -> datetime:
    """The first moment not before `at` outside quiet hours."""
    if not is_quiet(at, quiet_from, quiet_until) or quiet_until is None:
        return at
    return next_at(at, quiet_until)


def next_at(at: datetime, clock: time) -> datetime:
    """The next time the local clock shows this, not before `at`."""
    local = at.astimezone(LOCAL)
    due = datetime.combine(local.date(), clock, LOCAL)
    return (due if due >= local else due + timedelta(days=1)).astimezone(UTC)
