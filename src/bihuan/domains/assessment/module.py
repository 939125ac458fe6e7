"""Declaration of assessments."""

from __future__ import annotations

from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.modules import MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import Look
from bihuan.domains.assessment import actions, queries
from bihuan.domains.assessment.models import ScoreSheet
from bihuan.domains.assessment.terms import APPEAL_KIND, AssessmentGrants, SheetState
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
            "部分：考核结果与警示约谈可作责任追究依据；追究记录未单列",
            "Partly: results and warnings are there to go by; pursuit itself has no record of its own",
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
        Look(SheetState.DRAFT, "yellow", "pencil"),
        Look(SheetState.OPEN, "green", "speakerphone"),
        Look(SheetState.APPEALED, "orange", "message"),
        Look(SheetState.FINAL, "blue", "circle-check"),
    ),
)
