"""期限类型、软性数字、配合上级的任务: what the words of a plan say about how a task ends. 依据 A10, A18."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation

from bihuan.domains.campaign.terms import LimitKind

#: 原则上不低于…, 力争达到…: to be missed only with a reason on record.
_SOFT = re.compile(r"原则上|力争|争取|尽可能|尽量|一般应|一般不")
#: A clause ends here; a soft word reaches no further.
_CLAUSE = re.compile(r"[，。；！？\n]")
_SUPPORT = re.compile(
    r"^(?:积极|全力|主动|切实)?(?:做好)?(?:配合|协助)(?:好|做好)?"
    r"(?:国家|中央|国务院|应急管理部|部委|上级|省|自治区|市(?!场))"
)


def limit_of(*, dates: Iterable[str], due_on: date | None, is_ongoing: bool) -> LimitKind:
    """期限类型. A task with two dates has two milestones; one without any goes with the plan's own."""
    several = len(set(dates)) > 1
    if is_ongoing:
        return LimitKind.THEN_ONGOING if due_on or several else LimitKind.ONGOING
    if several:
        return LimitKind.MILESTONES
    return LimitKind.FIXED if due_on else LimitKind.CAMPAIGN


def is_soft(text: str, raw: str) -> bool:
    """软性数字: whether the clause that holds the number begins it with 原则上, 力争 …"""
    at = text.find(raw)
    if at < 0:
        return bool(_SOFT.search(raw))
    start = max((m.end() for m in _CLAUSE.finditer(text, 0, at)), default=0)
    return bool(_SOFT.search(text, start, at + len(raw)))


def is_supporting(text: str) -> bool:
    """配合省厅…: somebody above finishes it."""
    return bool(_SUPPORT.match(text.strip()))


def decimal_of(said: object) -> Decimal | None:
    try:
        found = Decimal(str(said).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def meets(*, op: str, target: Decimal, value: Decimal) -> bool:
    """以上、以下、不少于、不低于 contain the number itself; 超过、不满 do not. 参照《民法典》第一千二百五十九条."""
    return {
        ">=": value >= target,
        "<=": value <= target,
        ">": value > target,
        "<": value < target,
        "==": value == target,
    }[op]


def shortfall(*, op: str, target: Decimal, value: Decimal) -> Decimal:
    """差距: how far the value is from the target; 0 when it is met exactly at or beyond it."""
    if meets(op=op, target=target, value=value):
        return Decimal(0)
    return abs(target - value)
