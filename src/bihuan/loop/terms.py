"""闭环术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class LoopGrants(Term):
    READ = "case.read", "查看事项", "See cases"
    HANDLE = "case.handle", "办理事项", "Handle cases"
    VERIFY = "case.verify", "核验事项", "Verify cases"
    DIRECT = "case.direct", "交办与督办", "Dispatch and supervise"
    CONFIGURE = "loop.configure", "设置催办规则与周期职责", "Set up escalation and duties"
    ESCALATE = "loop.escalate", "自动催办", "Escalate by the clock"


class Stage(Term):
    """阶段."""

    ISSUED = "issued", "待签收", "Issued"
    ACKNOWLEDGED = "acknowledged", "已签收", "Acknowledged"
    IN_HAND = "in_hand", "办理中", "In hand"
    SUBMITTED = "submitted", "待核验", "Submitted"
    CLOSED_OUT = "closed_out", "已销号", "Closed out"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"

    @property
    def is_open(self) -> bool:
        return self not in (Stage.CLOSED_OUT, Stage.WITHDRAWN)


class Move(Term):
    """动作: everything that can happen to a case."""

    ISSUE = "issue", "下发", "Issue"
    ACKNOWLEDGE = "acknowledge", "签收", "Acknowledge"
    PROGRESS = "progress", "报告进展", "Report progress"
    SUBMIT = "submit", "提交核验", "Submit for verification"
    CLOSE_OUT = "close_out", "核验销号", "Verify and close out"
    ACCEPT_PROOF = "accept_proof", "认可本期证明", "Accept this period's proof"
    SEND_BACK = "send_back", "退回", "Send back"
    EXTEND = "extend", "延期", "Extend"
    HAND_OVER = "hand_over", "移交", "Hand over"
    CHASE = "chase", "催办", "Chase"
    SUPERVISE = "supervise", "督办", "Supervise"
    WITHDRAW = "withdraw", "撤回", "Withdraw"
    REOPEN = "reopen", "重新打开", "Reopen"


class PartyRole(Term):
    """一个单位在事项中的身份."""

    OWNER = "owner", "责任单位", "Owner"
    LEAD = "lead", "牵头单位", "Lead"
    SEPARATE_LEAD = "separate_lead", "分别牵头", "Separate lead"
    COOPERATE = "coop", "配合单位", "Cooperating"
    BY_DUTY = "by_duty", "按职责分工", "By division of duty"
    SUPERVISOR = "supervisor", "核验单位", "Supervisor"
    ISSUER = "issuer", "交办单位", "Issuer"


class Level(Term):
    ORDINARY = "ordinary", "一般", "Ordinary"
    IMPORTANT = "important", "重要", "Important"
    MAJOR = "major", "重大", "Major"


class DeadlineColour(Term):
    """到期提示（红黄绿）. Never the only sign: the words stand beside it."""

    RED = "red", "已逾期", "Overdue"
    YELLOW = "yellow", "临近到期", "Due soon"
    GREEN = "green", "期限内", "In time"
    GREY = "grey", "无固定期限", "No fixed limit"


class ProofRhythm(Term):
    """持续推进事项的定期证明."""

    MONTHLY = "monthly", "每月", "Monthly"
    QUARTERLY = "quarterly", "每季度", "Quarterly"
    HALF_YEARLY = "half_yearly", "每半年", "Half-yearly"
    YEARLY = "yearly", "每年", "Yearly"
    PRE_HOLIDAY = "pre_holiday", "节前（放假三天以上）", "Before holidays of three days or more"

    @property
    def months(self) -> int:
        """For the rhythms of the calendar year; before a holiday is not one of them."""
        return {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}[self.value]


class EscalationDeed(Term):
    """到点做什么."""

    REMIND = "remind", "提醒", "Remind"
    CHASE = "chase", "催办", "Chase"
    SUPERVISE = "supervise", "列入督办", "Put under supervision"
    REPORT = "report", "报告上级", "Report upward"
