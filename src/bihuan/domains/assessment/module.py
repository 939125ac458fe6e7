"""Declaration of assessments."""

from __future__ import annotations

from bihuan.core.evidence.reach import EvidenceReach
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.modules import MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import Look, RowSource
from bihuan.domains.assessment import actions, queries
from bihuan.domains.assessment.models import ScoreSheet
from bihuan.domains.assessment.terms import APPEAL_KIND, AssessmentGrants, PursuitMeasure, SheetState
from bihuan.kernel.text import Text
from bihuan.loop.kinds import CaseKind
from bihuan.loop.terms import LoopGrants, Move
from bihuan.parties.terms import PartiesGrants

MODULE = Module(
    name="assessment",
    label=Text("年度考核", "Assessments"),
    grants=AssessmentGrants,
    actions=(
        actions.set_scheme,
        actions.score_units,
        actions.judge,
        actions.publish,
        actions.appeal,
        actions.decide_appeal,
        actions.record_pursuit,
    ),
    roles=(
        RoleSpec(
            "assessment_office",
            Text("考核组织人员", "Assessment office"),
            (*AssessmentGrants, LoopGrants.READ, LoopGrants.HANDLE, PartiesGrants.READ, EvidenceGrants.ADD),
            needs_second_factor=True,
        ),
        RoleSpec("assessment_reader", Text("考核查看", "Reads assessments"), (AssessmentGrants.READ, LoopGrants.READ)),
    ),
    menu=(
        MenuItem(
            Text("年度考核", "Assessments"),
            "assessments",
            "certificate",
            ScoreSheet.view_grants(),
            section="campaign",
            order=60,
        ),
    ),
    serves={
        "C15": Text(
            "年度考核：分值即数据，合计 100；任务、问题、报告、退回、督办、警示由台账计分，每处扣分点开见事项；公布、申诉、排行榜与上年名次；考核表 Word",
            "Assessments: weights as data, 100 in all; tasks, problems, reports, returns, supervision and warnings scored from the ledger, each deduction leads to its case; publishing, appeals, league table beside last year's; the sheet as Word",
        ),
        "C16": Text(
            "年度考核 → 责任追究：由公布的考核结果或警示等事项登记追究谁、依据哪个办法哪一条、用什么方式、佐证；办法文本见“职责与制度文件”",
            "Assessments → Pursuit: from a published result or a warning, whom it concerns, by which rule and clause, with which measure, with proof; the rules themselves stand under Papers",
        ),
    },
    urls="bihuan.domains.assessment.urls",
    url_prefix="",
    declares=(
        actions.RESULTS,
        CaseKind(
            APPEAL_KIND,
            Text("考核申诉", "Appeal against an assessment"),
            icon="message",
            required_evidence=0,
            guarded=frozenset({Move.SUBMIT}),
            panel=queries.appeal_panel,
            panel_template="assessment/appeal_panel.html",
        ),
        EvidenceReach("pursuits", queries.pursuit_evidence_seen_by),
        RowSource(ScoreSheet, queries.find_sheets),
        Look(PursuitMeasure.WRITTEN, "yellow", "pencil"),
        Look(PursuitMeasure.TALK, "orange", "message"),
        Look(PursuitMeasure.CIRCULAR, "orange", "speakerphone"),
        Look(PursuitMeasure.NO_AWARD, "orange", "x"),
        Look(PursuitMeasure.POST, "red", "user"),
        Look(PursuitMeasure.REFERRED, "red", "gavel"),
        Look(SheetState.DRAFT, "yellow", "pencil"),
        Look(SheetState.OPEN, "green", "speakerphone"),
        Look(SheetState.APPEALED, "orange", "message"),
        Look(SheetState.FINAL, "blue", "circle-check"),
    ),
)
