"""Declaration of campaigns."""

from __future__ import annotations

from bihuan.core.evidence.reach import EvidenceReach
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.modules import Job, MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import Look, SearchSource
from bihuan.domains.campaign import events, jobs
from bihuan.domains.campaign.actions import opening, publishing, reviewing
from bihuan.domains.campaign.models import evidence_seen_by
from bihuan.domains.campaign.queries.boards import panel_of, search
from bihuan.domains.campaign.terms import CASE_KIND, CampaignGrants, CampaignState
from bihuan.kernel.text import Text
from bihuan.loop.kinds import CaseKind
from bihuan.loop.terms import LoopGrants
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
            "部分：专项行动列表与看板；几个行动并行。上级方案与前序方案的引用尚未登记",
            "Partly: the list and board of campaigns, several side by side. References to superior and earlier plans are not recorded yet",
        ),
        "A08": Text(
            "看板 → 按单位 → 单位页：牵头、分别牵头、配合、按职责分工各有身份",
            "Board → By unit → a unit: its role in each task",
        ),
        "A10": Text(
            "部分：校核页的期限、持续推进与证明周期；看板颜色与逾期。一项多日期以最后一日为期限，其余列出",
            "Partly: limits, ongoing and proof rhythm in the review; colours and overdue on the board. Of several dates the last is the limit, the others are listed",
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
        ),
        EvidenceReach("campaigns", evidence_seen_by),
        SearchSource(Text("专项行动", "Campaigns"), search, SEES, order=30),
        Look(CampaignState.DRAFT, "yellow", "pencil"),
        Look(CampaignState.PUBLISHING, "blue", "send"),
        Look(CampaignState.PUBLISHED, "teal", "player-play"),
        Look(CampaignState.CLOSED, "green", "circle-check"),
        Look(CampaignState.DISCARDED, "neutral", "x"),
    ),
)
