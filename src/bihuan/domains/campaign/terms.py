"""专项行动术语."""

from __future__ import annotations

from bihuan.engines.plan_reader.terms import Role
from bihuan.kernel.term import Term
from bihuan.loop.terms import PartyRole

#: The kind of case a dispatched task is.
CASE_KIND = "campaign_task"

#: One transaction makes at most this many cases, so that nobody else waits long for the database.
CHUNK = 100

#: A document of more tasks than this is no plan but a register; it is refused rather than half read.
MOST_TASKS = 2_000


#: A collective name may mean many; more than this are not ticked one by one.
MOST_SUGGESTED = 300


class CampaignGrants(Term):
    READ = "campaign.read", "查看专项行动", "See campaigns"
    DRAFT = "campaign.draft", "导入与校核方案", "Import and review plans"
    PUBLISH = "campaign.publish", "发布专项行动", "Publish campaigns"
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


#: Who answers first, when several roles stand in one statement.
ROLE_ORDER = (Role.LEAD, Role.OWNER, Role.BY_DUTY, Role.COOP)

#: What a unit is in the case when it does not own it.
PARTNER_ROLE = {
    Role.LEAD: PartyRole.LEAD,
    Role.OWNER: PartyRole.SEPARATE_LEAD,
    Role.BY_DUTY: PartyRole.BY_DUTY,
    Role.COOP: PartyRole.COOPERATE,
}
