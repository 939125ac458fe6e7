"""专项行动术语."""

from __future__ import annotations

from bihuan.engines.plan_reader.terms import Role
from bihuan.kernel.term import Term
from bihuan.loop.terms import PartyRole

#: The kind of case a dispatched task is.
CASE_KIND = "campaign_task"

#: One transaction makes at most this many cases, so that nobody else waits long for the database.
CHUNK = 100

#: The kinds of case by which a plan is asked for from below, and a report.
FILING_KIND = "plan_filing"
REPORT_KIND = "campaign_report"

#: How many days ahead a report is called for: time for its reminder a week before.
CALL_AHEAD = 15

#: A document of more tasks than this is no plan but a register; it is refused rather than half read.
MOST_TASKS = 2_000


#: A collective name may mean many; more than this are not ticked one by one.
MOST_SUGGESTED = 300


class CampaignGrants(Term):
    READ = "campaign.read", "查看专项行动", "See campaigns"
    DRAFT = "campaign.draft", "导入与校核方案", "Import and review plans"
    PUBLISH = "campaign.publish", "发布专项行动", "Publish campaigns"
    SIGN = "campaign.sign", "签批报告", "Sign reports"
    DISPATCH = "campaign.dispatch", "读取与派发（仅系统服务）", "Read and dispatch (services only)"


class CampaignState(Term):
    DRAFT = "draft", "校核中", "Under review"
    PUBLISHING = "publishing", "派发中", "Being dispatched"
    PUBLISHED = "published", "推进中", "Running"
    CLOSED = "closed", "已结束", "Closed"
    DISCARDED = "discarded", "已作废", "Discarded"


class ReadingState(Term):
    """文档读取: done by a job after the upload."""

    WAITING = "waiting", "正在读取", "Being read"
    READ = "read", "已读取", "Read"
    UNREADABLE = "unreadable", "未能读取", "Could not be read"


class Decision(Term):
    """单位认定: who is meant by a name as the plan writes it."""

    UNDECIDED = "undecided", "待认定", "Undecided"
    ORGANISATION = "organisation", "对应单位", "One organisation"
    LIST = "list", "对应多家单位", "A list of organisations"
    NOT_OURS = "not_ours", "不由本级派发", "Not ours"


class Dispatch(Term):
    """派发方式."""

    ONE = "one", "一事一单：一家负责，其余为参与单位", "One case: one owner, the others partners"
    EACH = "each", "逐家派发：每家各办各的", "A case for each unit"


class DueFrom(Term):
    """期限来源: where the limit of a task comes from. 依据 A11: tasks without a date of their own."""

    OWN = "own", "方案写明", "Written in the plan"
    MILESTONE = "milestone", "方案未写期限，随方案节点", "Not written: due with the plan's milestone"
    END = "end", "方案未写期限，随行动结束日", "Not written: due with the end of the campaign"
    RHYTHM = "rhythm", "持续推进，按周期提交证明", "Ongoing: proof by rhythm"
    MISSING = "missing", "未定期限", "No limit yet"


class Relation(Term):
    """方案关系: how one plan stands to another. A plan may have several superior plans."""

    SUPERIOR = "superior", "上级方案", "Superior plan"
    PREDECESSOR = "predecessor", "前序方案", "Predecessor plan"


class CoverState(Term):
    """对应情况: what a lower plan makes of one task of the superior plan. 依据 A04."""

    COVERED = "covered", "已对应", "Covered"
    DOUBTFUL = "doubtful", "对应存疑", "Doubtful"
    NOT_APPLICABLE = "not_applicable", "不适用", "Not applicable"
    GAP = "gap", "未对应", "Not covered"


class FilingState(Term):
    """报备情况: of a plan that a locality or department owes."""

    FILED = "filed", "已报备", "Filed"
    FILED_LATE = "filed_late", "逾期报备", "Filed late"
    WAITING = "waiting", "待报备", "Awaited"
    LATE = "late", "逾期未报", "Late"


class LimitKind(Term):
    """期限类型. 依据 A10, A11."""

    FIXED = "fixed", "固定日期", "A fixed date"
    ONGOING = "ongoing", "持续推进", "Ongoing, with periodic proof"
    THEN_ONGOING = "then_ongoing", "到期完成后持续推进", "By a date, then ongoing"
    MILESTONES = "milestones", "多个节点", "Several dates, each a milestone"
    CAMPAIGN = "campaign", "随方案节点", "With the plan's own milestone"


class ReportKind(Term):
    """报告种类."""

    MONTHLY = "monthly", "月报", "Monthly report"
    QUARTERLY = "quarterly", "季报", "Quarterly report"
    PROGRESS = "progress", "进展报告", "Progress report"
    PHASE = "phase", "阶段报告", "Phase report"
    ACCEPTANCE = "acceptance", "验收总结报告", "Acceptance report"
    SUMMING_UP = "summing_up", "全面总结材料", "Summing-up material"


class ReportState(Term):
    """报送情况."""

    RECEIVED = "received", "已报", "Received"
    RECEIVED_LATE = "received_late", "逾期报送", "Received late"
    NOTHING = "nothing", "已报（无情况）", "Nothing to report, as said"
    IN_WORK = "in_work", "编写中", "Being written"
    WAITING = "waiting", "待报", "Awaited"
    LATE = "late", "逾期未报", "Late"


class PhaseCheck(Term):
    """阶段成果的核对: what the ledger itself can tell, and what a person has to say."""

    PLANS_FILED = "plans_filed", "应报方案全部报备", "Every plan that was asked for is filed"
    TASKS_OUT = "tasks_out", "任务全部派发并签收", "Every task is out and acknowledged"
    TASKS_DUE_CLOSED = "tasks_due_closed", "到期任务全部销号", "Every task due by then is closed out"
    REPORTS_IN = "reports_in", "应报报告全部报送", "Every report due by then is in"
    BY_HAND = "by_hand", "附佐证确认", "Confirmed by a person, with proof"


class Comparison(Term):
    """比较. 以上、以下、不低于、不超过 contain the number itself; 超过、不满 do not. 参照《民法典》第一千二百五十九条."""

    AT_LEAST = ">=", "不低于（含本数）", "At least"
    AT_MOST = "<=", "不超过（含本数）", "At most"
    ABOVE = ">", "超过（不含本数）", "More than"
    BELOW = "<", "低于（不含本数）", "Less than"
    EXACTLY = "==", "等于", "Exactly"


class ExceptionState(Term):
    """软性指标例外: 原则上、力争 may be missed with a reason that the verifier's side accepts."""

    ASKED = "asked", "待决定", "To be decided"
    GRANTED = "granted", "准予例外", "Granted"
    REFUSED = "refused", "不予例外", "Refused"


class GapState(Term):
    """指标情况 of one unit."""

    MET = "met", "达标", "Met"
    GAP = "gap", "未达标", "Not met"
    EXCEPTED = "excepted", "准予例外", "Excepted"
    UNMEASURED = "unmeasured", "未填报", "Not measured"


#: Who answers first, when several roles stand in one statement.
ROLE_ORDER = (Role.LEAD, Role.OWNER, Role.BY_DUTY, Role.COOP)

#: What a unit is in the case when it does not own it.
PARTNER_ROLE = {
    Role.LEAD: PartyRole.LEAD,
    Role.OWNER: PartyRole.SEPARATE_LEAD,
    Role.BY_DUTY: PartyRole.BY_DUTY,
    Role.COOP: PartyRole.COOPERATE,
}
