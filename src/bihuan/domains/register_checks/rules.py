"""核查结果: one thing that is wrong with one object, in the words of its case. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from bihuan.domains.register_checks.terms import Check
from bihuan.kernel.problem import Problem


class StillFound(Problem):
    code = "finding_still_there"
    status = 409


@dataclass(frozen=True, slots=True)
class Finding:
    """核查结果. One open case an object and check: `key` says which."""

    check: Check
    thing_id: UUID
    code: str
    name: str
    region_path: str
    organisation_code: str
    text: str
    due_on: date | None = None

    @property
    def title(self) -> str:
        return f"{self.name}：{self.check.label.zh}"[:300]


def limit(*, today: date, days: int, ends_on: date | None) -> date:
    """期限: the day it ends when that is later, but never later than the usual days from today when it has ended."""
    usual = today + timedelta(days=days)
    return max(usual, ends_on) if ends_on is not None and ends_on > usual else usual
