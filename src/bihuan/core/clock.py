"""时钟: the one place that asks what time it is. Only edges (web, worker, command line) call it."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
