"""Declaration of the filing of major hazards."""

from __future__ import annotations

from datetime import time

from bihuan.core.modules import Job, Module, Receiver, RoleSpec
from bihuan.core.pages.declared import Look
from bihuan.core.records.register import DetailPanel
from bihuan.domains.major_hazard_filing import actions, jobs, queries, reactions
from bihuan.domains.major_hazard_filing.terms import (
    EVALUATION_KIND,
    FILING_KIND,
    OVER_STORAGE_KIND,
    FilingGrants,
    FilingState,
)
from bihuan.kernel.text import Text
from bihuan.loop.kinds import CaseKind
from bihuan.loop.terms import LoopGrants, Move
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.major_hazards.events import GradeChanged, OverStored
from bihuan.registers.major_hazards.models import HazardUnit
from bihuan.registers.major_hazards.terms import MajorHazardsGrants

_OPENS = (FilingGrants.OPEN, FilingGrants.READ, MajorHazardsGrants.READ, PartiesGrants.READ)

MODULE = Module(
    name="major_hazard_filing",
    label=Text("重大危险源备案", "Filing of major hazards"),
    grants=FilingGrants,
    actions=(
        actions.file,
        actions.record_evaluation,
        actions.deregister,
        actions.open_filing_case,
        actions.open_over_storage_case,
        actions.open_evaluation_case,
    ),
    receivers=(
        Receiver("major_hazard_filing.on_grade_changed", GradeChanged, reactions.on_grade_changed, grants=_OPENS),
        Receiver("major_hazard_filing.on_over_stored", OverStored, reactions.on_over_stored, grants=_OPENS),
    ),
    jobs=(
        Job(
            "major_hazard_filing.open_evaluation_cases",
            Text("安全评估到期立项", "Open cases of evaluations that fall due"),
            jobs.open_evaluation_cases,
            grants=_OPENS,
            daily_at=time(6, 10),
        ),
    ),
    roles=(
        RoleSpec(
            "hazard_filing_officer",
            Text("重大危险源备案受理", "Files major hazards"),
            (FilingGrants.READ, FilingGrants.FILE, FilingGrants.EVALUATE, MajorHazardsGrants.READ, LoopGrants.READ, PartiesGrants.READ),
        ),
        RoleSpec(
            "hazard_enterprise",
            Text("企业重大危险源管理", "Keeps the major hazards of an enterprise"),
            (FilingGrants.READ, FilingGrants.EVALUATE, MajorHazardsGrants.READ, MajorHazardsGrants.EDIT, LoopGrants.READ, LoopGrants.HANDLE, PartiesGrants.READ),
        ),
    ),
    serves={
        "F07": Text(
            "部分：设计最大量等变化使级别上升时自动立项，备案与现状不一致不能销号；建设项目准入筛查未做",
            "Partly: a rise of grade opens a case, which isn't struck off before it is on file; project screening is not there",
        ),
    },
    declares=(
        CaseKind(FILING_KIND, Text("重大危险源备案", "Filing of a major hazard"), icon="file-check", rules={Move.CLOSE_OUT: queries.require_filed}),
        CaseKind(OVER_STORAGE_KIND, Text("超储", "Over-storage"), icon="alert-triangle", rules={Move.CLOSE_OUT: queries.require_no_over_storage}, warn_days=1),
        CaseKind(EVALUATION_KIND, Text("重大危险源安全评估", "Evaluation of a major hazard"), icon="certificate", rules={Move.CLOSE_OUT: queries.require_evaluated}, warn_days=30),
        DetailPanel("filing", Text("备案与评估", "Filing and evaluation"), HazardUnit, "major_hazard_filing/panel.html", queries.panel_of_unit, order=20),
        Look(FilingState.CURRENT, "green", "circle-check"),
        Look(FilingState.SUPERSEDED, "neutral", "history"),
        Look(FilingState.DEREGISTERED, "neutral", "x"),
    ),
)  # fmt: skip
