"""词汇: roles in a responsibility statement, what the reader warns of, and what a document turned out to
be.
"""

from __future__ import annotations

from bihuan.kernel.term import Term


class Role(Term):
    """承担方式: how a unit answers for a task."""

    LEAD = "lead", "牵头", "Lead"
    COOP = "coop", "配合", "Cooperate"
    BY_DUTY = "by_duty", "按职责分工", "By division of duty"
    OWNER = "owner", "负责", "Responsible"


class Doubt(Term):
    """存疑: what a person should look at before the ledger is used."""

    IMPOSSIBLE_DATE = "impossible_date", "日期不存在", "No such date"
    NO_YEAR = "no_year", "未写年份", "No year to be found"
    MONTH_ONLY = "month_only", "只写到月", "Only a month is written"
    UNREAD_ASSIGNMENT = (
        "unread_assignment",
        "此章节的分工未列为任务",
        "Assigned in a chapter that gives no tasks",
    )
    UNASSIGNED = "unassigned", "未写责任单位", "No unit is named"
    INHERITED = "inherited", "责任延及以下各项", "Binds every later task too"
    NUMBERING = "numbering", "编号不连续", "Numbers out of order"
    NO_SUCH_RHYTHM = "no_such_rhythm", "报送周期未能识别", "Rhythm of reporting not understood"
    NOT_A_PLAN = "not_a_plan", "不是任务方案", "Not a plan"


class Genre(Term):
    """文种: whether the title announces a plan."""

    PLAN = "plan", "方案类", "A plan"
    OTHER = "other", "其他文种", "Another kind of document"
    UNKNOWN = "unknown", "未知", "Unknown"
