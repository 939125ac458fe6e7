"""Declaration of project screening."""

from __future__ import annotations

from bihuan.core.evidence.reach import EvidenceReach
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.modules import MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import Look, RowSource
from bihuan.core.records.declaring import module_of
from bihuan.core.records.fields import Field
from bihuan.core.records.mapping import MapLayer
from bihuan.core.records.register import DetailPanel, Register, Values
from bihuan.domains.project_screening import actions, queries
from bihuan.domains.project_screening.models import PlanLayer, Project, RestrictedChemical, evidence_seen_by
from bihuan.domains.project_screening.terms import Decision, ScreeningGrants
from bihuan.engines.screening.terms import Outcome, PlanUse, Restriction, Verdict
from bihuan.kernel.text import Text
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.chemicals.rules.particulars import wrong_cas
from bihuan.registers.enterprises.models import Enterprise

LABEL = Text("项目准入", "Admission of projects")


def check_entry(values: Values) -> dict[str, Text]:
    begins, ends = values.get("from_on"), values.get("until_on")
    if begins is not None and ends is not None and ends <= begins:
        return {"until_on": Text("应晚于开始日期。", "Must be later than its beginning.")}
    return {}


def derive(values: Values) -> dict[str, object]:
    region = values.get("region")
    return {"region_path": region.path} if region is not None else {}


CATALOGUE = Register(
    code="restricted_chemicals",
    label=Text("禁限控目录", "Forbidden and restricted chemicals"),
    icon="shield",
    model=RestrictedChemical,
    read=(ScreeningGrants.READ,),
    edit=(ScreeningGrants.EDIT,),
    marker="sheet",
    retired=("is_ended", True),
    derive=derive,
    check=check_entry,
    fields=(
        Field("code", Text("条目编号", "Code"), in_list=True, sort=True, filter=True, width=16, example="JXK-2026-001"),
        Field("region", Text("区域", "Place"), in_list=True, fixed=True, width=16),
        Field("restriction", Text("类别", "Kind"), terms=Restriction, in_list=True, filter=True, width=10),
        Field("name", Text("化学品名称", "Chemical"), in_list=True, search=True, width=26, example="光气"),
        Field("cas", Text("CAS号", "CAS number"), in_list=True, search=True, check=wrong_cas, width=14, example="75-44-5"),
        Field("condition", Text("条件", "Condition"), width=34, example="只作配套自用，不外销"),
        Field("document", Text("目录文件", "Document"), in_list=True, search=True, width=30, example="云州市禁限控目录（2026年版）"),
        Field("from_on", Text("自", "From"), in_list=True, filter=True, sort=True, width=14),
        Field("until_on", Text("至（不含）", "Until (not on it)"), filter=True, width=14),
    ),
)  # fmt: skip

_catalogue = module_of(CATALOGUE, grants=ScreeningGrants, order=45)

MODULE = Module(
    name="project_screening",
    label=LABEL,
    grants=ScreeningGrants,
    actions=(*_catalogue.actions, actions.register_project, actions.screen_again, actions.decide, actions.import_plan, actions.end_plan, actions.draw_site),
    roles=(
        *_catalogue.roles,
        RoleSpec(
            "project_registrar",
            Text("项目登记", "Registers projects"),
            (ScreeningGrants.READ, ScreeningGrants.SUBMIT, PartiesGrants.READ, EvidenceGrants.ADD),
        ),
        RoleSpec(
            "project_decider",
            Text("项目准入决定", "Decides on projects"),
            (ScreeningGrants.READ, ScreeningGrants.DECIDE, PartiesGrants.READ, EvidenceGrants.ADD),
            needs_second_factor=True,
        ),
    ),
    urls="bihuan.domains.project_screening.urls",
    url_prefix="",
    menu=(
        *_catalogue.menu,
        MenuItem(LABEL, "projects", "gavel", (ScreeningGrants.READ, ScreeningGrants.SUBMIT, ScreeningGrants.DECIDE), section="insight", order=58),
        MenuItem(Text("规划图层", "Plans"), "plan-layers", "map", (ScreeningGrants.EDIT,), section="insight", order=59),
    ),
    serves={
        "F04": Text(
            "“禁限控目录”按区域和日期维护、可导入 Excel；项目筛查和企业页“目录命中”自动列出",
            "The catalogue per place and date, with Excel import; projects and the page of an enterprise list what it hits",
        ),
        "F06": Text(
            "“项目准入”筛查：新上一、二级重大危险源原则上不予，例外须理由与论证材料、由他人签批",
            "Screening: new major hazards of level 1 or 2 are refused in principle; an exception needs reasons, evidence and somebody else",
        ),
        "F08": Text(
            "“项目准入”筛查：新建 10 亿元、搬迁 2 亿元下限，可用地方参数改；例外同上",
            "Screening: floors of 1 000 and 200 million yuan, which a place may set anew; exceptions as above",
        ),
        "F07": Text(
            "部分：“项目准入”比较改扩建前后的级别，上升原则上不予；原级别取自台账计算书，建成后的级别由申报填写",
            "Partly: screening compares the level before and after, a rise is refused in principle; the level before is that of the calculation sheets, the one after is as declared",
        ),
        "F10": Text(
            "“规划图层”导入城乡、产业规划图斑；“项目准入”画出用地范围，筛查说明在内、在外和比例，园区四至同样比对；没有图层的按申报",
            "Areas of town and industry plans are imported; screening says how much of a drawn site lies inside them and inside park bounds; without a layer what is declared counts",
        ),
    },
    declares=(
        *_catalogue.declares,
        RowSource(Project, queries.find_projects),
        RowSource(PlanLayer, queries.find_layers),
        MapLayer("plans", Text("规划图斑", "Areas of plans"), "map", "green", queries.plan_map, tuple(ScreeningGrants), order=7),
        Look(PlanUse.ALLOWS, "green", "circle-check"),
        Look(PlanUse.REFUSES, "red", "circle-x"),
        EvidenceReach("projects", evidence_seen_by),
        DetailPanel("catalogue_hits", Text("禁限控目录命中", "Hits in the catalogue"), Enterprise, "project_screening/hits.html", queries.hits_of_enterprise, order=40),
        Look(Outcome.PASSED, "green", "circle-check"),
        Look(Outcome.FAILED, "red", "circle-x"),
        Look(Outcome.NOT_APPLICABLE, "neutral", "minus"),
        Look(Outcome.UNKNOWN, "yellow", "alert-circle"),
        Look(Verdict.ADMITTED, "green", "circle-check"),
        Look(Verdict.REFUSED_IN_PRINCIPLE, "orange", "alert-triangle"),
        Look(Verdict.REFUSED, "red", "circle-x"),
        Look(Verdict.INCOMPLETE, "yellow", "alert-circle"),
        Look(Decision.OPEN, "yellow", "clock"),
        Look(Decision.ADMITTED, "green", "circle-check"),
        Look(Decision.EXCEPTION, "orange", "gavel"),
        Look(Decision.REFUSED, "red", "circle-x"),
        Look(Restriction.FORBIDDEN, "red", "circle-x"),
        Look(Restriction.RESTRICTED, "orange", "alert-triangle"),
        Look(Restriction.CONTROLLED, "yellow", "eye"),
    ),
)  # fmt: skip
