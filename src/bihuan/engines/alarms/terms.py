"""报警用语: kinds of limit, what happened to an alarm, its ISA-18.2 state, and the quality of a sample."""

from __future__ import annotations

from typing import Final

from bihuan.kernel.term import Term

SLOTS: Final = 8  # every point has room for each kind of limit, so that adding one moves no state

H, HH, L, LL, RATE, STUCK, BAD, LOST = range(SLOTS)
LEVELS: Final = 4  # H, HH, L, LL stand before the others; within a row H is told before HH

# Phases of a condition, before anybody has acknowledged anything.
CLEAR, PENDING, ACTIVE, RETURNING, LATCHED = range(5)

# What the kernel answers; the life of an alarm (`life.py`) turns these into transitions.
RAW_RAISED, RAW_CLEARED, RAW_RETURNED, RAW_AGAIN, RAW_INPUT_LOST, RAW_INPUT_BACK = range(6)

# What became of a sample row.
JUDGED, DUPLICATE, CONFLICT, LATE, FUTURE, UNKNOWN = range(6)

# Quality of a sample (one byte). Below BAD_FROM the value may be judged.
GOOD: Final = 0
CLOCK_CORRECTED: Final = 1  # the device's clock was off; the time was corrected at receipt, the original is kept
UNCERTAIN: Final = 2
SUBSTITUTED: Final = 3
BAD_FROM: Final = 16
BAD_QUALITY: Final = 16
IMPLAUSIBLE: Final = 17
DEVICE_FAULT: Final = 18
NOT_CONNECTED: Final = 19
MAINTENANCE: Final = 20


class LimitKind(Term):
    """报警限: the limits a point may have, in the order of their slots."""

    H = "H", "高报", "High"
    HH = "HH", "高高报", "High high"
    L = "L", "低报", "Low"
    LL = "LL", "低低报", "Low low"
    RATE = "RATE", "变化率", "Rate of change"
    STUCK = "STUCK", "恒值", "Stuck value"
    BAD = "BAD", "坏点", "Bad quality"
    LOST = "LOST", "断线", "Input lost"

    @property
    def slot(self) -> int:
        return _SLOT[self]


_SLOT = {kind: n for n, kind in enumerate(LimitKind)}
KINDS: Final = tuple(LimitKind)
KIND: Final = {str(kind): kind for kind in LimitKind}


class State(Term):
    """报警状态: the states of ISA-18.2 / IEC 62682 (from general knowledge, to be checked against the
    text).
    """

    NORM = "NORM", "正常", "Normal"
    UNACK = "UNACK", "未确认报警", "Unacknowledged"
    ACKED = "ACKED", "已确认报警", "Acknowledged"
    RTNUN = "RTNUN", "恢复未确认", "Returned, unacknowledged"
    SHLVD = "SHLVD", "搁置", "Shelved"
    DSUPR = "DSUPR", "设计抑制", "Suppressed by design"
    OOSRV = "OOSRV", "停用", "Out of service"


class Happening(Term):
    """报警变化: what happened to an alarm."""

    RAISED = "raised", "报警", "Raised"
    CLEARED = "cleared", "消警", "Cleared"
    RETURNED = "returned", "值已恢复（锁存）", "Returned, latched"
    AGAIN = "again", "锁存中再次越限", "Over the limit again while latched"
    INPUT_LOST = "input_lost", "报警中且断线", "Active, input lost"
    INPUT_BACK = "input_back", "断线恢复", "Input back"
    LIMIT_MOVED = "limit_moved", "报警中改限值", "Limit moved while active"
    ACKNOWLEDGED = "acknowledged", "确认", "Acknowledged"
    ACKNOWLEDGEMENT_EXPIRED = "acknowledgement_expired", "确认到期", "Acknowledgement expired"
    SHELVED = "shelved", "搁置", "Shelved"
    UNSHELVED = "unshelved", "取消搁置", "Unshelved"
    SUPPRESSED = "suppressed", "设计抑制", "Suppressed by design"
    UNSUPPRESSED = "unsuppressed", "解除抑制", "No longer suppressed"
    TAKEN_OUT = "taken_out", "停用", "Taken out of service"
    PUT_BACK = "put_back", "恢复投用", "Back in service"
    REFUSED = "refused", "操作被拒", "Command refused"
    CHATTERING = "chattering", "抖动", "Chattering"
    STALE = "stale", "滞留报警", "Stale"
    FLOOD_BEGAN = "flood_began", "报警洪泛开始", "Flood began"
    FLOOD_ENDED = "flood_ended", "报警洪泛结束", "Flood ended"
