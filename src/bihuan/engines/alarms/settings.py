"""报警设定: the limits of a point, a versioned input of the fold. Whoever changes one leaves a version and an
audit id.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bihuan.engines.alarms.terms import KIND, LimitKind
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: 离线判定: how long a point may be silent when nobody said otherwise (data of the installation; 5 × 60 s
# here).
DEFAULT_LOST_AFTER_MS = 300_000
MOST_ACKNOWLEDGEMENTS = 5
LONGEST_DELAY_MS = 7 * 24 * 3600 * 1000


class BadLimits(Problem):
    code = "alarms.bad_limits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """报警限: `value` is reached when the sample is at or beyond it; it returns strictly inside value ∓
    deadband.

    RATE: value is units per second, either direction. STUCK: value is the tolerance, on_delay_ms how long.
    BAD and LOST
    need no value; LOST's on_delay_ms is the silence allowed.
    """

    kind: LimitKind
    value: float = 0.0
    deadband: float = 0.0
    on_delay_ms: int = 0
    off_delay_ms: int = 0
    latch: bool = False
    enabled: bool = True
    acknowledgements: int = 1  # 确认人数: how many different people must acknowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class PointSettings:
    """测点设定: everything the engine knows of one point. `group` is the post that answers for it (flood,
    first-out).
    """

    point: int
    version: int
    audit: str = ""
    group: str = ""
    limits: tuple[Limit, ...] = ()
    lost_after_ms: int = DEFAULT_LOST_AFTER_MS
    filed: bool = False  # 报备: reported as out of use; its silence is nobody's alarm

    def __post_init__(self) -> None:
        check(self)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"limits": [_limit_json(x) for x in self.limits]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PointSettings:
        known = {k: v for k, v in data.items() if k != "limits"}
        limits = tuple(Limit(**{**x, "kind": KIND[x["kind"]]}) for x in data.get("limits", ()))
        return cls(**known, limits=limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """报警管理指标: thresholds of ISA-18.2 / EEMUA 191 practice (general knowledge: editable defaults,
    待核).
    """

    lateness_ms: int = 120_000
    future_ms: int = 60_000
    chatter_count: int = 3
    chatter_within_ms: int = 60_000
    stale_after_ms: int = 24 * 3600 * 1000
    flood_window_ms: int = 600_000
    flood_from: int = 10  # begins above this many in the window
    flood_until: int = 5  # ends below this many
    repeat_within_ms: int = 24 * 3600 * 1000
    longest_shelf_ms: int = 8 * 3600 * 1000
    longest_acknowledgement_ms: int = (
        24 * 3600 * 1000
    )  # of one that expires; one without an end holds while the alarm does
    shelving_roles: tuple[str, ...] = field(default=("shift_lead", "operations_lead", "technical_lead"))


def _limit_json(limit: Limit) -> dict[str, Any]:
    """What an older release doesn't know is said only where it matters: it would pass by the whole entry."""
    found = asdict(limit) | {"kind": str(limit.kind)}
    if limit.acknowledgements == 1:
        del found["acknowledgements"]
    return found


def check(settings: PointSettings) -> None:
    """阈值校验: refuses inverted levels (LL < L < H < HH), negative or endless delays, values that are no
    numbers.
    """
    kinds = [x.kind for x in settings.limits]
    if len(set(kinds)) != len(kinds):
        raise _bad(settings, "同一种限值出现两次", "a kind of limit appears twice")
    if settings.lost_after_ms <= 0:
        raise _bad(settings, "离线判定时间必须大于 0", "the silence allowed must be more than 0")
    for x in settings.limits:
        if not (math.isfinite(x.value) and math.isfinite(x.deadband)) or x.deadband < 0:
            raise _bad(
                settings,
                f"{x.kind} 的限值或回差不是有效数值",
                f"{x.kind}: value or deadband is no usable number",
            )
        if not (0 <= x.on_delay_ms <= LONGEST_DELAY_MS and 0 <= x.off_delay_ms <= LONGEST_DELAY_MS):
            raise _bad(settings, f"{x.kind} 的延时超出 0–7 天", f"{x.kind}: a delay is outside 0–7 days")
        if not 1 <= x.acknowledgements <= MOST_ACKNOWLEDGEMENTS:
            raise _bad(
                settings,
                f"{x.kind} 的确认人数应为 1–{MOST_ACKNOWLEDGEMENTS}",
                f"{x.kind}: 1 to {MOST_ACKNOWLEDGEMENTS} people can be asked to acknowledge",
            )
        if x.kind in (LimitKind.RATE, LimitKind.STUCK) and x.value < 0:
            raise _bad(settings, f"{x.kind} 的限值不能为负", f"{x.kind}: the value can't be negative")
    levels = {x.kind: x.value for x in settings.limits if x.enabled}
    order = [levels[k] for k in (LimitKind.LL, LimitKind.L, LimitKind.H, LimitKind.HH) if k in levels]
    if any(a >= b for a, b in itertools.pairwise(order)):
        raise _bad(settings, "阈值倒挂：应当低低 < 低 < 高 < 高高", "levels are inverted: LL < L < H < HH is needed")


def _bad(settings: PointSettings, zh: str, en: str) -> BadLimits:
    return BadLimits(
        Text(
            "测点 {p} 的报警设定有误：{zh}。请改正后重新提交。",
            "Point {p}: {en}. Correct it and submit again.",
        ).format(p=settings.point, zh=zh, en=en)
    )
