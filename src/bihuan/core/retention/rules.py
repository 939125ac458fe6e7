"""期限的算法: pure. A record may go from the instant its days are over, and not an instant before."""

from __future__ import annotations

from datetime import datetime, timedelta

DAY = timedelta(days=1)


def goes_before(at: datetime, *, days: int) -> datetime:
    """Records whose moment is not later than this may go: the moment plus the days is now or past."""
    return at - days * DAY


def may_go(moment: datetime, *, days: int, at: datetime) -> bool:
    return moment <= goes_before(at, days=days)


def is_long_enough(days: int, *, at_least: int | None) -> bool:
    """An office may keep longer than the law asks, never shorter."""
    return days >= 1 and (at_least is None or days >= at_least)
