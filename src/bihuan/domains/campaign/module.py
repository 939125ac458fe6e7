"""Declaration of campaigns."""

from __future__ import annotations

from bihuan.core.evidence.reach import EvidenceReach
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.modules import Job, MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import Look, RowSource, SearchSource
from bihuan.domains.campaign import events, jobs
from bihuan.domains.campaign.actions import cascade, limits, opening, publishing, reviewing
from bihuan.domains.campaign.models import Campaign, evidence_seen_by
from bihuan.domains.campaign.queries.boards import panel_of, search
from bihuan.domains.campaign.queries.family import filing_panel, find_campaigns
from bihuan.domains.campaign.terms import CASE_KIND, FILING_KIND, CampaignGrants, CampaignState, CoverState, FilingState
from bihuan.kernel.text import Text
from bihuan.loop.kinds import CaseKind
from bihuan.loop.terms import LoopGrants, Move
from bihuan.parties.terms import PartiesGrants

SEES = (CampaignGrants.READ, CampaignGrants.DRAFT, CampaignGrants.PUBLISH)

MODULE = Module(
    name="campaign",
    label=Text("专项行动", "Campaigns"),
    grants=CampaignGrants,
    actions=(
        opening.open_campaign,
        opening.take_reading,
        opening.note_unreadable,
        opening.discard,
        reviewing.set_frame,
        reviewing.change_item,
        reviewing.split_item,
        reviewing.merge_item,
        reviewing.drop_item,
        reviewing.restore_item,
        reviewing.add_item,
        reviewing.decide_unit,
        publishing.publish,
        publishing.resume,
        publishing.dispatch_chunk,
        publishing.finish_dispatching,
        publishing.note_stop,
        publishing.close,
        cascade.relate,
        cascade.unrelate,
        cascade.cover,
        cascade.exempt,
        cascade.withdraw_cover,
        cascade.copy_down,
        cascade.carry_over,
        cascade.ask_for_plans,
        cascade.file_plan,
        limits.reach_milestone,
        limits.expect_product,
        limits.confirm_product,
    ),
    events=(events.PlanRead, events.CampaignPublished, events.CampaignClosed),
    jobs=(
        Job(
            "campaign.read_document",
            Text("读取方案", "Read a plan"),
            jobs.read_document,
            grants=(CampaignGrants.DISPATCH, PartiesGrants.READ, EvidenceGrants.READ),
        ),
        Job(
            "campaign.dispatch",
            Text("派发任务", "Dispatch the tasks"),
            jobs.dispatch,
            grants=(CampaignGrants.DISPATCH, PartiesGrants.READ, LoopGrants.READ),
        ),
    ),
    roles=(
        RoleSpec(
            "campaign_office",
            Text("专项行动办公室", "Campaign office"),
            (
                *(g for g in CampaignGrants if g is not CampaignGrants.DISPATCH),
                EvidenceGrants.ADD,
                LoopGrants.READ,
                LoopGrants.VERIFY,
                LoopGrants.DIRECT,
                PartiesGrants.READ,
            ),
            needs_second_factor=True,
        ),
        RoleSpec(
            "campaign_clerk",
            Text("方案校核人员", "Plan reviewer"),
            (CampaignGrants.READ, CampaignGrants.DRAFT, EvidenceGrants.ADD, LoopGrants.READ, PartiesGrants.READ),
        ),
        RoleSpec(
            "campaign_reader",
            Text("专项行动查看", "Campaign reader"),
            (CampaignGrants.READ, LoopGrants.READ, PartiesGrants.READ),
        ),
    ),
    menu=(MenuItem(Text("专项行动", "Campaigns"), "campaigns", "target", SEES, order=40),),
    serves={
        "A01": Text(
            "专项行动 → 导入方案：上传或粘贴方案，左原文右任务对照校核后发布",
            "Campaigns → Import a plan: upload or paste, review beside the document, publish",
        ),
        "A02": Text(
            "专项行动列表与看板；几个行动并行；看板 → 方案谱系：上级、前序方案",
            "The list and board of campaigns, several side by side; Board → Family: superior and predecessor plans",
        ),
        "A03": Text(
            "方案谱系：登记上级、前序方案（不能绕成圈）；结转前序方案未完成的任务；事项页“对应上级任务”列出一项任务服务的各个方案",
            "Plan family: superior and predecessor plans without circles; open tasks carried over; the case page names every plan a task serves",
        ),
        "A04": Text(
            "方案谱系 → 要求报备方案：逐地到期提醒、已报与逾期；逐项对照上级方案；覆盖情况矩阵。有缺口的方案不能报备",
            "Plan family → Ask for plans: reminders, filed and late; compare with the superior plan; coverage matrix. A plan with gaps can't be filed",
        ),
        "A05": Text(
            "方案谱系：按行业领域要求部门专项方案，行业与部门矩阵；部门方案对照其参与的任务",
            "Plan family: special plans by sector, sector by department matrix; a department answers the tasks it has a part in",
        ),
        "A09": Text(
            "校核页标出“各级均须落实”的任务；下级方案对照页一键逐项承接，责任单位为其发文单位",
            "The review marks tasks that bind every level; the plan below takes them over one by one, owned by its issuer",
        ),
        "A08": Text(
            "看板 → 按单位 → 单位页：牵头、分别牵头、配合、按职责分工各有身份",
            "Board → By unit → a unit: its role in each task",
        ),
        "A10": Text(
            "校核页与事项页的期限类型：固定、持续、到期后持续、多个节点（逐个附佐证，提交前须全部完成）、随方案节点；看板颜色与逾期",
            "Kinds of limit in the review and on the case: fixed, ongoing, then ongoing, several milestones (each with proof, all before submitting), with the plan; colours and overdue on the board",
        ),
        "A11": Text(
            "看板的时间轴与日程；未写期限的任务随完成治理的节点到期，事项页写明",
            "Time line and calendar of the board; tasks without a date fall due with the milestone, as the case page says",
        ),
        "A12": Text(
            "部分：看板的时间轴显示各阶段与今天；各阶段应有成果尚未核对",
            "Partly: phases and today on the board's time line; what must exist at the end of each is not checked yet",
        ),
        "A13": Text(
            "看板与台账（Excel）：提交佐证、他人核验后销号；剩余任务按期限颜色",
            "Board and ledger (Excel): struck off with evidence verified by another; the rest by deadline colour",
        ),
        "A19": Text(
            "校核页给任务列出对象（一行一个），派发后在事项页逐个完成；全部完成才能提交",
            "List a task's objects in the review; each is done by itself on the case page, all before submitting",
        ),
        "A18": Text(
            "部分：任务的量化指标在校核页与事项页列出，尚不填报实测值",
            "Partly: indicators are listed in the review and on the case; measured values are not entered yet",
        ),
        "C01": Text(
            "部分：看板 → 日程列出季度进展报送日期，尚不收取报告",
            "Partly: Board → Calendar lists the days of quarterly reports; reports are not collected yet",
        ),
    },
    urls="bihuan.domains.campaign.urls",
    url_prefix="",
    declares=(
        CaseKind(
            CASE_KIND,
            Text("专项行动任务", "Campaign task"),
            icon="target",
            panel=panel_of,
            panel_template="campaign/panel.html",
            rules={Move.SUBMIT: limits.require_milestones},
        ),
        CaseKind(
            FILING_KIND,
            Text("方案报备", "Plan to be filed"),
            icon="hierarchy",
            guarded=frozenset({Move.SUBMIT}),
            panel=filing_panel,
            panel_template="campaign/filing_panel.html",
        ),
        EvidenceReach("campaigns", evidence_seen_by),
        RowSource(Campaign, find_campaigns),
        SearchSource(Text("专项行动", "Campaigns"), search, SEES, order=30),
        Look(CampaignState.DRAFT, "yellow", "pencil"),
        Look(CampaignState.PUBLISHING, "blue", "send"),
        Look(CampaignState.PUBLISHED, "teal", "player-play"),
        Look(CampaignState.CLOSED, "green", "circle-check"),
        Look(CampaignState.DISCARDED, "neutral", "x"),
        Look(CoverState.COVERED, "green", "check"),
        Look(CoverState.DOUBTFUL, "orange", "help"),
        Look(CoverState.NOT_APPLICABLE, "neutral", "minus"),
        Look(CoverState.GAP, "red", "alert-triangle"),
        Look(FilingState.FILED, "green", "file-check"),
        Look(FilingState.FILED_LATE, "yellow", "file-check"),
        Look(FilingState.WAITING, "blue", "clock"),
        Look(FilingState.LATE, "red", "alert-triangle"),
    ),
)
