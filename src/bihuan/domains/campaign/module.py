"""Declaration of campaigns."""

from __future__ import annotations

from datetime import time

from bihuan.core.evidence.reach import EvidenceReach
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.modules import Job, MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import ChoiceSource, HomePage, Look, RowSource, SearchSource
from bihuan.domains.campaign import events, jobs
from bihuan.domains.campaign.actions import (
    calendar,
    calling,
    cascade,
    indicators,
    limits,
    opening,
    publishing,
    reports,
    reviewing,
)
from bihuan.domains.campaign.models import Campaign, evidence_seen_by
from bihuan.domains.campaign.queries.boards import panel_of, search
from bihuan.domains.campaign.queries.family import filing_panel, find_campaigns
from bihuan.domains.campaign.queries.indicators import formula_choices
from bihuan.domains.campaign.queries.reports import panel_of as report_panel
from bihuan.domains.campaign.terms import (
    CASE_KIND,
    FILING_KIND,
    REPORT_KIND,
    CampaignGrants,
    CampaignState,
    CoverState,
    ExceptionState,
    FilingState,
    GapState,
    ReportState,
)
from bihuan.kernel.text import Text
from bihuan.loop.kinds import CaseKind
from bihuan.loop.terms import LoopGrants, Move
from bihuan.parties.terms import PartiesGrants

SEES = (CampaignGrants.READ, CampaignGrants.DRAFT, CampaignGrants.PUBLISH)
#: Whoever has to do with cases has dates and a unit.
WORKS = (LoopGrants.READ, LoopGrants.HANDLE, LoopGrants.VERIFY, LoopGrants.DIRECT)

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
        indicators.add_indicator,
        indicators.change_indicator,
        indicators.drop_indicator,
        indicators.measure,
        indicators.note_values,
        indicators.ask_exception,
        indicators.decide_exception,
        calendar.issue_calendar_feed,
        calendar.revoke_calendar_feed,
        reports.name_reporter,
        reports.end_reporter,
        reports.call_reports,
        calling.request_reports,
        reports.open_report,
        reports.write_report,
        reports.sign_report,
        reports.say_nothing,
        reports.send_report,
        reports.supplement_report,
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
        Job(
            "campaign.call_reports",
            Text("布置报告", "Call for reports"),
            jobs.call_reports,
            grants=(CampaignGrants.DISPATCH, PartiesGrants.READ, LoopGrants.READ),
            daily_at=time(6, 30),
        ),
        Job(
            "campaign.compute_indicators",
            Text("计算指标", "Compute indicators"),
            jobs.compute_indicators,
            grants=(CampaignGrants.DISPATCH, PartiesGrants.READ, LoopGrants.READ),
            daily_at=time(5, 30),
        ),
    ),
    roles=(
        RoleSpec(
            "campaign_office",
            Text("专项行动办公室", "Campaign office"),
            (
                *(g for g in CampaignGrants if g not in (CampaignGrants.DISPATCH, CampaignGrants.SIGN)),
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
            "report_signer",
            Text("报告签批（单位负责人）", "Signs reports (head of a unit)"),
            (CampaignGrants.SIGN, LoopGrants.READ, PartiesGrants.READ),
            needs_second_factor=True,
        ),
        RoleSpec(
            "campaign_reader",
            Text("专项行动查看", "Campaign reader"),
            (CampaignGrants.READ, LoopGrants.READ, PartiesGrants.READ),
        ),
    ),
    menu=(
        MenuItem(Text("今日工作", "This morning"), "office", "clock", (CampaignGrants.PUBLISH,), order=5),
        MenuItem(Text("本单位", "My unit"), "my-unit", "building", WORKS, order=15),
        MenuItem(Text("日历", "Calendar"), "calendar", "calendar", WORKS, order=35),
        MenuItem(Text("专项行动", "Campaigns"), "campaigns", "target", SEES, section="campaign", order=40),
        MenuItem(
            Text("指标缺口", "Gaps of indicators"),
            "indicators",
            "chart-bar",
            (*SEES, LoopGrants.HANDLE),
            section="campaign",
            order=45,
        ),
    ),
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
            "看板时间轴与“阶段成果”页：每个阶段结束时应有的成果，由台账核对或附佐证确认，逾期标红",
            "The board's time line and Phases: what must exist when each ends, counted by the ledger or confirmed with proof; late in red",
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
            "指标缺口：各单位实测值（日期、来源、佐证）或由公式计算，目标、差距、未达标自何日起、走势；软性指标由核验单位准予例外；任务指标也在事项页",
            "Gaps of indicators: values with day, source and proof, or computed; target, gap, since when, trend; exceptions to soft ones are the verifier's; also on the case page",
        ),
        "C01": Text(
            "看板 → 报告：确定报送单位和专人后，方案写明的季报前十五天自动布置；已报、逾期台账；数字取自台账，逐个点开看明细",
            "Board → Reports: once the units are named, each quarterly report is called for fifteen days ahead; received and late; every figure leads to its rows",
        ),
        "C02": Text(
            "同一页：验收总结报告覆盖整个行动期；报送后定格，报告期未满的另发补充报告",
            "The same page: the acceptance report covers the whole campaign; frozen when sent, supplements follow by number",
        ),
        "C03": Text(
            "同一页：每月与季度末月的报送日各自布置月报、季报",
            "The same page: monthly and quarterly reports, each on its day",
        ),
        "C04": Text(
            "报告 → 起草上报的报告：合并全行动台账，列明应报、已报、未报单位",
            "Reports → Draft a report upward: the whole ledger, with who has sent and who is missing",
        ),
        "C05": Text(
            "报告页确定专人，未定专人有提示；专人为事项责任人，布置和到期提醒只发给专人的账号，逾期后催办、督办才告知全单位",
            "Reporters are named on the page and warned of when missing; call and reminder go to the reporter's account alone, the whole unit hears of it once it is late",
        ),
        "C06": Text(
            "报告页：方案写明日期的进展报告、全面总结，其余用“布置报告”；方案报备在方案谱系页",
            "Reports page: progress and full summary on the plan's days, others by Ask for reports; plans are filed on the family page",
        ),
        "C07": Text(
            "给报送单位定“须签字的身份”，两人分别签齐才能报送，签后再改须重签；承担小化工任务的单位，季报单列小化工任务、对象和完成数，点开见明细",
            "Two capacities must sign, by two people, before sending, and a change voids them; with tasks on small chemical works a report tells tasks, works and those rectified apart, each figure with its rows",
        ),
        "C18": Text(
            "报告 → 起草上报的报告 → 全面总结材料（方案写明“全面总结”的自动布置）：做法、制度取自典型经验，成效取自台账，补写后报送定格，Word",
            "Reports → Draft a report → Summing-up material (called for where a plan asks for it): ways and systems from good practice, results from the ledger; completed, frozen when sent, Word",
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
            rules={Move.SUBMIT: indicators.before_submitting},
        ),
        CaseKind(
            FILING_KIND,
            Text("方案报备", "Plan to be filed"),
            icon="hierarchy",
            guarded=frozenset({Move.SUBMIT}),
            panel=filing_panel,
            panel_template="campaign/filing_panel.html",
        ),
        CaseKind(
            REPORT_KIND,
            Text("专项行动报告", "Campaign report"),
            icon="file-text",
            required_evidence=0,
            guarded=frozenset({Move.SUBMIT}),
            panel=report_panel,
            panel_template="campaign/report_panel.html",
            tells_named_person=True,
        ),
        EvidenceReach("campaigns", evidence_seen_by),
        HomePage("office", (CampaignGrants.PUBLISH,), order=5),
        HomePage("my-unit", (CampaignGrants.SIGN,), order=8),
        RowSource(Campaign, find_campaigns),
        ChoiceSource("campaign.formulas", formula_choices),
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
        Look(GapState.MET, "green", "circle-check"),
        Look(GapState.GAP, "red", "alert-triangle"),
        Look(GapState.EXCEPTED, "yellow", "shield"),
        Look(GapState.UNMEASURED, "neutral", "circle-dashed"),
        Look(ExceptionState.ASKED, "blue", "help"),
        Look(ExceptionState.GRANTED, "yellow", "shield"),
        Look(ExceptionState.REFUSED, "red", "x"),
        Look(FilingState.FILED, "green", "file-check"),
        Look(FilingState.FILED_LATE, "yellow", "file-check"),
        Look(FilingState.WAITING, "blue", "clock"),
        Look(FilingState.LATE, "red", "alert-triangle"),
        Look(ReportState.RECEIVED, "green", "file-check"),
        Look(ReportState.RECEIVED_LATE, "yellow", "file-check"),
        Look(ReportState.NOTHING, "green", "minus"),
        Look(ReportState.IN_WORK, "teal", "pencil"),
        Look(ReportState.WAITING, "blue", "clock"),
        Look(ReportState.LATE, "red", "alert-triangle"),
    ),
)
