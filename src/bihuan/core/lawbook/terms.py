"""条文核对的术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class LawbookGrants(Term):
    CHECK = "lawbook.check", "核对条文", "Check values of the law in"
