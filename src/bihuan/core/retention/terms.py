"""保存期限术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class RetentionGrants(Term):
    CONFIRM = "retention.confirm", "确认保存期限", "Confirm how long records are kept"
    HOLD = "retention.hold", "设置留存（法律保留）", "Hold records back from removal"
    REMOVE = "retention.remove", "按期删除（仅定时作业）", "Remove what is due (the timer only)"
