"""同步术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class ConflictState(Term):
    OPEN = "open", "待处理", "To be settled"
    APPLIED = "applied", "已按所报执行", "Applied anyway"
    DISCARDED = "discarded", "已放弃", "Discarded"
