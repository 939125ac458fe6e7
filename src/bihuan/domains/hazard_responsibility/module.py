"""Declaration of the responsibility for major hazards."""

from __future__ import annotations

from datetime import time

from bihuan.core.modules import Job, Module, Receiver, RoleSpec
from bihuan.core.records.register import DetailPanel
from bihuan.domains.hazard_responsibility import actions, events, jobs, queries, reactions
from bihuan.domains.hazard_responsibility.terms import DUTY_KIND, ResponsibilityGrants
from bihuan.kernel.text import Text
from bihuan.loop.kinds import CaseKind
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.major_hazards.events import GradeChanged
from bihuan.registers.major_hazards.models import HazardUnit
from bihuan.registers.major_hazards.terms import MajorHazardsGrants

MAKES = (ResponsibilityGrants.MAKE, ResponsibilityGrants.READ, MajorHazardsGrants.READ, PartiesGrants.READ)
_SEES = (ResponsibilityGrants.READ, MajorHazardsGrants.READ, PartiesGrants.READ)

MODULE = Module(
    name="hazard_responsibility",
    label=Text("包保责任", "Responsibility for major hazards"),
    grants=ResponsibilityGrants,
    actions=(actions.appoint, actions.relieve, actions.make_duty_cases),
    events=(events.LeadAppointed,),
    receivers=(
        Receiver("hazard_responsibility.on_lead_appointed", events.LeadAppointed, reactions.on_lead_appointed, grants=MAKES),
        Receiver("hazard_responsibility.on_grade_changed", GradeChanged, reactions.on_grade_changed, grants=MAKES),
    ),
    jobs=(
        Job(
            "hazard_responsibility.make_duty_cases",
            Text("派发包保职责", "Make the cases of duties"),
            jobs.make_duty_cases,
            grants=MAKES,
            daily_at=time(0, 20),
        ),
    ),
    roles=(
        RoleSpec("hazard_appointer", Text("任免包保责任人", "Appoints leads of major hazards"), (*_SEES, ResponsibilityGrants.APPOINT)),
        RoleSpec("hazard_responsibility_reader", Text("查看包保责任", "Sees who leads major hazards"), _SEES),
    ),
    urls="bihuan.domains.hazard_responsibility.urls",
    url_prefix="",
    serves={
        "N01": Text(
            "部分：单元页“包保责任”任免三类责任人，按周期的职责自动成为事项，公示牌可打印；AQ 3072-2026 正文待核",
            "Partly: the page of a unit appoints the three leads, their periodic duties become cases, the notice board prints; the text of AQ 3072-2026 is not checked",
        ),
    },
    declares=(
        CaseKind(DUTY_KIND, Text("包保履职", "Duty of a lead"), icon="user-check"),
        DetailPanel("responsibility", Text("包保责任", "Responsibility"), HazardUnit, "hazard_responsibility/panel.html", queries.panel_of_unit, order=15),
    ),
)  # fmt: skip
