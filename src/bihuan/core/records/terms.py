"""台账术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class SheetState(Term):
    """导入批次的状态."""

    CHECKING = "checking", "检查中", "Being checked"
    REFUSED = "refused", "无法读取", "Unreadable"
    CHECKED = "checked", "待确认", "Waiting for your decision"
    APPLYING = "applying", "写入中", "Being written"
    APPLIED = "applied", "已写入", "Written"
    GIVING_UP = "giving_up", "撤回中", "Being taken back"
    WITHDRAWN = "withdrawn", "已放弃", "Dropped"


class RowState(Term):
    """一行的检查结果."""

    NEW = "new", "新增", "New"
    UPDATE = "update", "更新", "Update"
    SAME = "same", "无变化", "Unchanged"
    WRONG = "wrong", "有误", "Wrong"
    ASKED = "asked", "待核对", "To be checked"
    WRITTEN = "written", "已写入", "Written"
    FAILED = "failed", "写入时被拒", "Refused when written"
    TAKEN_BACK = "taken_back", "已撤回", "Taken back"


class ExistingRows(Term):
    """编码已存在时怎么办: the user's choice at upload."""

    REFUSE = "refuse", "编码已存在时报错", "An existing code is an error"
    UPDATE = "update", "编码已存在时更新", "An existing code is updated"
