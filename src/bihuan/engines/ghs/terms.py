"""GHS 术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class Signal(Term):
    """信号词."""

    DANGER = "danger", "危险", "Danger"
    WARNING = "warning", "警告", "Warning"


class Weight(Term):
    """核对结果的轻重: a contradiction stops the printing of a label; what is missing is said, and nothing is guessed."""

    WRONG = "wrong", "矛盾", "Contradiction"
    MISSING = "missing", "缺项", "Missing"
    NOTE = "note", "提示", "Note"


class Group(Term):
    """防范说明的分组, in the order they stand on a label."""

    GENERAL = "general", "一般", "General"
    PREVENTION = "prevention", "预防措施", "Prevention"
    RESPONSE = "response", "事故响应", "Response"
    STORAGE = "storage", "安全储存", "Storage"
    DISPOSAL = "disposal", "废弃处置", "Disposal"
