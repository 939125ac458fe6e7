"""问题点从哪里来: the plan's own points, as a journey offers them, and the lists that regulations give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bihuan.core.access.context import Context
from bihuan.core.modules import registry
from bihuan.domains.supervision.rules.points import Point, Topic
from bihuan.law import law

_FILE = "self-examination/self-examination"


@dataclass(frozen=True, slots=True)
class PlanPoints:
    """Whoever knows plans declares this: `points(ctx=…, key=…)` answers the problem points of one plan."""

    points: Callable[..., Sequence[Point]]


def of_plan(*, ctx: Context, key: UUID) -> list[Point]:
    """突出问题 of a plan, in its order."""
    return [p for source in registry().declared(PlanPoints) for p in source.points(ctx=ctx, key=key)]


def topics(*, on: date) -> list[Topic]:
    """问题点目录, as it held on a day."""
    rows = law.at(on).value(_FILE, "points").value
    return [Topic(r["code"], r["name"], r["name_en"], tuple(r["words"].split("|")), r["goes_to"]) for r in rows]


def main_duties(*, on: date) -> list[Point]:
    """企业落实安全生产主体责任重点事项清单: the items, each with its basis."""
    rows = law.at(on).value(_FILE, "main_duties").value
    return [Point(f"{r['text']}（{r['basis']}）", str(r["number"]), r["group"]) for r in rows]
