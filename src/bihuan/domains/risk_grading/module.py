"""Declaration of risk grading."""

from __future__ import annotations

from bihuan.core.evidence.reach import EvidenceReach
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.modules import MenuItem, Module, RoleSpec
from bihuan.core.records.mapping import MapLayer
from bihuan.core.records.register import DetailPanel
from bihuan.domains.risk_grading import actions, queries
from bihuan.domains.risk_grading.models import evidence_seen_by
from bihuan.domains.risk_grading.terms import RiskGradingGrants
from bihuan.kernel.schemes import Doc19Colour
from bihuan.kernel.text import Text
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.enterprises.models import Enterprise
from bihuan.registers.enterprises.terms import EnterprisesGrants
from bihuan.registers.parks.models import Park
from bihuan.registers.parks.terms import ParksGrants

_SEES = (RiskGradingGrants.READ, EnterprisesGrants.READ, ParksGrants.READ, PartiesGrants.READ)
LABEL = Text("静态风险分级", "Static risk")

MODULE = Module(
    name="risk_grading",
    label=LABEL,
    grants=RiskGradingGrants,
    actions=(actions.assess, actions.grade_park, actions.grade_enterprise),
    roles=(
        RoleSpec("risk_reader", Text("查看风险分级", "Sees risk grades"), _SEES),
        RoleSpec(
            "risk_assessor",
            Text("风险诊断与分级", "Assesses and grades"),
            (*_SEES, RiskGradingGrants.ASSESS, RiskGradingGrants.GRADE, EvidenceGrants.ADD),
        ),
    ),
    urls="bihuan.domains.risk_grading.urls",
    url_prefix="",
    menu=(MenuItem(LABEL, "risk-grading", "gauge", tuple(RiskGradingGrants), section="insight", order=55),),
    serves={
        "G02": Text(
            "部分：园区页录入等级 A–D（D级为好）、否决项和失分清单，须附佐证；核对得分与等级、失分与得分，显示升一级还差几分；公式“D 级化工园区占比”供“超过 50%”的指标取数；评分表各要素分值公开资料不全，等级不自动评",
            "Partly: the page of a park takes its grade A–D (D is good), vetoes and points lost, with evidence; score, grade and points lost are held against each other, and what the next grade needs is shown; a formula gives the share of D; the points of the elements aren't fully public, so no grade is calculated",
        ),
        "F18": Text(
            "部分：企业页录入分级监管等级 A–D（D级为差）及沿革，C、D 级须有提升措施；由各地制度评定，系统不自动评",
            "Partly: the page of an enterprise takes its supervision grade A–D (D is poor) with history, C and D with a plan to rise; it isn't calculated",
        ),
    },
    declares=(
        queries.D_SHARE,
        EvidenceReach("park_gradings", evidence_seen_by),
        DetailPanel("risk", LABEL, Enterprise, "risk_grading/enterprise.html", queries.panel_of_enterprise, order=12),
        DetailPanel("grades", Text("安全风险等级", "Safety risk grade"), Park, "risk_grading/park.html", queries.panel_of_park, order=5),
        MapLayer("risk_colours", Doc19Colour.scheme(), "gauge", "red", queries.colour_layer, tuple(RiskGradingGrants), order=8, scheme=Doc19Colour),
        MapLayer("area_risk", queries.AREA, "flag", "orange", queries.area_layer, tuple(RiskGradingGrants), order=9, scheme=Doc19Colour),
    ),
)  # fmt: skip
