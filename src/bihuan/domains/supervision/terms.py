"""督导检查术语."""

from __future__ import annotations

from bihuan.kernel.term import Term

#: Kinds of case this domain brings.
PROBLEM_KIND = "problem"
CHECK_KIND = "supervision_check"
WARNING_KIND = "warning"
RULING_KIND = "ruling"
EXAMINATION_KIND = "self_examination"
PLANNED_KIND = "planned_inspection"

#: The choices of an input that names the campaigns a finding counts in; a journey offers them.
DRIVES = "supervision.drives"

#: Candidates a check is drawn from; more are no list a person can check.
MOST_CANDIDATES = 5_000
#: Items of one group: each is an object of its case.
MOST_ITEMS = 300

OPEN_CASES = "cases:open"
CLOSED_CASES = "cases:closed"
UNITS = "units"
POPULATION = "population:"


class SupervisionGrants(Term):
    READ = "supervision.read", "查看督导检查", "See supervision"
    CONDUCT = "supervision.conduct", "开展督导检查", "Conduct supervision"


class CheckKind(Term):
    """检查形式. 依据 A15, C10, C12."""

    TABLE = "table", "定期对表", "Regular table check"
    RANDOM = "random", "双随机抽查", "Check by random draw"
    ROUND = "round", "督导轮次", "Supervision round"
    LOOK_BACK = "look_back", "“回头看”", "Look-back round"

    @property
    def least_inspectors(self) -> int:
        """行政检查不得少于两人（《行政处罚法》第四十二条，待核）; a table is compared at a desk."""
        return 1 if self is CheckKind.TABLE else 2


class Result(Term):
    """检查结果. A look-back says held or relapsed; the others whether the place is as reported."""

    AS_REPORTED = "as_reported", "属实、正常", "As reported"
    LAGGING = "lagging", "进度滞后", "Lagging"
    UNTRUE = "untrue", "与上报不符", "Not as reported"
    PROBLEM = "problem", "发现问题", "Problem found"
    HELD = "held", "整改保持", "Still in order"
    RELAPSED = "relapsed", "问题反弹", "Relapsed"

    @property
    def is_good(self) -> bool:
        return self in (Result.AS_REPORTED, Result.HELD)


class FoundBy(Term):
    """问题来源."""

    CHECK = "check", "督导检查", "A check"
    SELF = "self", "自查", "Self-examination"
    REPORTED = "reported", "举报与移送", "Tip-off or referral"
    OTHER = "other", "其他", "Other"


class WarningStep(Term):
    """警示链的一步: what a warning still needs. 依据 C14."""

    TALK = "talk", "待约谈", "Talk to come"
    PROMISE = "promise", "待承诺", "Promise to come"
    KEEP = "keep", "履行承诺", "Promise to be kept"


class RulingBody(Term):
    """裁定机关. 依据 A17."""

    OFFICE = "office", "联席会议办公室", "Office of the joint conference"
    CONFERENCE = "conference", "联席会议", "Joint conference"
    GOVERNMENT = "government", "本级政府", "The government"
    STAFFING = "staffing", "编办", "Staffing commission office"


class PracticeState(Term):
    """典型经验. 依据 A20."""

    RECOMMENDED = "recommended", "待评审", "Recommended"
    DECLINED = "declined", "未采纳", "Not taken"
    ACCEPTED = "accepted", "已评审", "Reviewed"
    PUBLISHED = "published", "已推广", "Published"
    STANDING = "standing", "已固化为制度", "A standing rule"


class Answer(Term):
    """对照问题的结果."""

    PRESENT = "present", "存在", "Present"
    ABSENT = "absent", "不存在", "Not present"
    NOT_CONCERNED = "not_concerned", "不涉及", "Doesn't concern us"


class Asks(Term):
    """自查内容: problems that may be present, or items that must be done."""

    PROBLEMS = "problems", "突出问题", "Problems"
    ITEMS = "items", "重点事项", "Items to be done"


class ItemAnswer(Term):
    """重点事项的落实情况. 依据 B16. What is not done is a problem that is present."""

    DONE = "done", "已落实", "Done"
    NOT_DONE = "not_done", "未落实", "Not done"
    NOT_CONCERNED = "item_not_concerned", "不涉及", "Doesn't concern us"

    @property
    def answer(self) -> Answer:
        return {
            ItemAnswer.DONE: Answer.ABSENT,
            ItemAnswer.NOT_DONE: Answer.PRESENT,
            ItemAnswer.NOT_CONCERNED: Answer.NOT_CONCERNED,
        }[self]

    @classmethod
    def saying(cls, answer: Answer) -> ItemAnswer:
        return next(item for item in cls if item.answer is answer)
