"""指标: whether a value meets its target, by how much it misses, and since when. 依据 A18."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from bihuan.domains.campaign.rules.limits import meets
from bihuan.domains.campaign.terms import GapState
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: A spark line shows the last so many values.
SPARKS = 12


class NotSoft(Problem):
    code = "campaign_indicator_not_soft"
    status = 409


class TargetMissed(Problem):
    code = "campaign_target_missed"
    status = 409


class MeasuredAhead(Problem):
    code = "campaign_measured_ahead"


def unmet_since(values: Iterable[tuple[date, Decimal]], *, op: str, target: Decimal) -> date | None:
    """未达标自: the first day of the unbroken run of misses that the last value ends; None when that one meets it."""
    since: date | None = None
    for on, value in values:
        if meets(op=op, target=target, value=value):
            since = None
        elif since is None:
            since = on
    return since


def state_of(*, value: Decimal | None, op: str, target: Decimal, excepted: bool) -> GapState:
    if value is None:
        return GapState.UNMEASURED
    if meets(op=op, target=target, value=value):
        return GapState.MET
    return GapState.EXCEPTED if excepted else GapState.GAP


def require_not_ahead(*, on: date, today: date) -> None:
    if on > today:
        raise MeasuredAhead(
            Text("实测日期不能晚于今天。", "A value can't have been measured after today."),
            where={"on": Text("晚于今天。", "After today.")},
        )


def require_soft(*, is_soft: bool, name: str) -> None:
    if not is_soft:
        raise NotSoft(
            Text(
                "“{name}”不是软性指标（原则上、力争），不能申请例外；请继续整改或申请延期。",
                "“{name}” is not softened by the plan (in principle, strive), so there is no exception to it. Go on, or ask for an extension.",
            ).format(name=name)
        )


def require_met(missed: Sequence[tuple[str, bool]]) -> None:
    """提交前: a value that has been entered and misses its target holds the task back; a soft one until excepted."""
    if missed:
        names = "、".join(f"{name}（{'软性，可申请例外' if soft else '硬性'}）" for name, soft in missed)
        raise TargetMissed(
            Text(
                "指标尚未达到：{names}。达到目标、更正实测值，或（软性指标）经核验单位准予例外后再提交。",
                "Targets are missed: {names}. Reach them, correct the values, or have the verifying side except a soft one, then submit.",
            ).format(names=names)
        )


def spark(values: Sequence[Decimal], *, target: Decimal, width: int = 100, height: int = 24) -> tuple[str, int]:
    """The points of a small line, and the height at which the target lies; the target is always within."""
    shown = list(values[-SPARKS:])
    low, high = min([*shown, target]), max([*shown, target])
    span = (high - low) or Decimal(1)

    def y(value: Decimal) -> int:
        return round(2 + (height - 4) * (1 - float((value - low) / span)))

    step = width / max(len(shown) - 1, 1)
    points = [f"{round(n * step)},{y(v)}" for n, v in enumerate(shown)]
    if len(points) == 1:
        points.append(f"{width},{y(shown[0])}")
    return " ".join(points), y(target)
