"""方案谱系: superior and predecessor plans, without circles; what a plan must answer for; inherited responsibility. 依据 A03–A05, A09."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from bihuan.domains.campaign.terms import CoverState, FilingState
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

Key = TypeVar("Key", bound=Hashable)

#: 以下均需各级安委会落实，不再列出: from this task on every one binds every level.
_FROM_HERE_ON = re.compile(
    r"以下[^。；（）()]{0,16}(?:各级|安委会|安全生产委员会)[^。；（）()]{0,12}不再[^。；（）()]{0,6}列"
)


class CircularFamily(Problem):
    code = "campaign_circular_family"
    status = 409


class FalseCover(Problem):
    code = "campaign_false_cover"


class CoverIncomplete(Problem):
    code = "campaign_cover_incomplete"
    status = 409


def require_no_circle(*, child: Key, to: Key, links: Iterable[tuple[Key, Key]]) -> None:
    """A plan is never above or before itself, through however many others. `links`: (a plan, one above or before it)."""
    above: dict[Key, list[Key]] = {}
    for lower, upper in links:
        above.setdefault(lower, []).append(upper)
    seen: set[Key] = set()
    waiting = [to]
    while waiting:
        here = waiting.pop()
        if here == child:
            raise CircularFamily(
                Text(
                    "这样会绕成一圈：所选方案本身（直接或间接）以本方案为上级或前序。请核对后另选。",
                    "That would make a circle: the plan chosen already stands below or behind this one. Choose another.",
                )
            )
        if here not in seen:
            seen.add(here)
            waiting += above.get(here, ())


def inherited(statements: Sequence[str]) -> list[bool]:
    """各级均须落实: for each task in the order of the plan, whether it binds every level below too."""
    found, from_here_on = [], False
    for statement in statements:
        from_here_on = from_here_on or bool(_FROM_HERE_ON.search(statement))
        found.append(from_here_on)
    return found


def require_honest_cover(*, is_live: bool, is_of_superior: bool, parent_is_live: bool, reason: str | None) -> None:
    """对应须属实: a task that stands in this plan, for one that stands in a plan above it; or a reason in words."""
    if not is_of_superior or not parent_is_live:
        raise FalseCover(
            Text(
                "所选的上级任务不在本方案的上级方案中（或已删去）。请先登记上级方案。",
                "The superior task does not stand in a plan above this one (or was dropped). Record the superior plan first.",
            )
        )
    if not is_live:
        raise FalseCover(
            Text(
                "用来对应的任务不在本方案中，或已删去。请选本方案现有的任务。",
                "The task that should cover it does not stand in this plan, or was dropped. Choose one that does.",
            )
        )
    if reason is not None and len(reason.strip()) < 4:
        raise FalseCover(
            Text("不适用须写明理由（至少四个字）。", "Say why it is not applicable (four characters or more)."),
            where={"because": Text("请写理由。", "Say why.")},
        )


def cover_state(*, live: int, doubts: int, not_applicable: bool) -> CoverState:
    """`live`: tasks of the lower plan that stand for it; `doubts`: those of them that promise less or later."""
    if live:
        return CoverState.DOUBTFUL if doubts >= live else CoverState.COVERED
    return CoverState.NOT_APPLICABLE if not_applicable else CoverState.GAP


def require_covered(*, gaps: Sequence[str]) -> None:
    if gaps:
        raise CoverIncomplete(
            Text(
                "上级方案还有 {n} 项任务没有对应，也没有注明不适用（{nos}）。请先补齐，再报备。",
                "{n} tasks of the superior plan are neither covered nor marked not applicable ({nos}). Settle them, then file.",
            ).format(n=len(gaps), nos="、".join(gaps[:8]) + ("…" if len(gaps) > 8 else ""))
        )


def filing_state(*, filed_on: date | None, due_on: date | None, today: date) -> FilingState:
    """报备情况: the due day itself is still in time."""
    if filed_on is not None:
        return FilingState.FILED_LATE if due_on is not None and filed_on > due_on else FilingState.FILED
    return FilingState.LATE if due_on is not None and today > due_on else FilingState.WAITING
