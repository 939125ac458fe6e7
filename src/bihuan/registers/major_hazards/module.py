"""Declaration of the register of major hazards."""

from __future__ import annotations

from bihuan.core.modules import Job, MenuItem, Module
from bihuan.core.pages.declared import LiveFeed, Look, RowSource
from bihuan.core.records.declaring import module_of
from bihuan.core.records.fields import Field
from bihuan.core.records.register import DetailPanel, Once, Register, Values
from bihuan.engines.major_hazard.terms import Grade, MixtureRule, UnitKind
from bihuan.kernel.text import Text
from bihuan.loop.kinds import Population
from bihuan.parties.satellites import lying_with, register_of_things, wrong_kind
from bihuan.registers.chemicals.rules.particulars import wrong_cas
from bihuan.registers.major_hazards import actions, events, jobs, queries, rules
from bihuan.registers.major_hazards.models import HazardStock, HazardUnit
from bihuan.registers.major_hazards.terms import UNIT_KIND, MajorHazardsGrants, ProcessConditions

LABEL = Text("重大危险源", "Major hazards")

UNITS = register_of_things(
    code="hazard_units",
    kind=UNIT_KIND,
    label=Text("重大危险源单元", "Units of major hazards"),
    icon="alert-triangle",
    model=HazardUnit,
    read=(MajorHazardsGrants.READ,),
    edit=(MajorHazardsGrants.EDIT,),
    fields=(
        Field("kind", Text("单元类型", "Kind of unit"), terms=UnitKind, in_list=True, filter=True, width=12,
              hint=Text("生产单元以切断阀为界，储罐区以防火堤为界，仓库以独立库房为界。", "Production units end at cut-off valves, tank farms at their dike, warehouses are independent buildings.")),
        Field("residents", Text("500米内常住人口（人）", "Residents within 500 m"), in_list=True, width=12, example="20",
              hint=Text("厂区边界外 500 m 内的常住人口，不含本厂员工。", "People living within 500 m outside the boundary, without employees.")),
        Field("residents_basis", Text("人口依据", "Basis of residents"), width=24, example="2026年5月走访核实"),
        Field("processes", Text("涉及危险化工工艺", "Dangerous processes"), search=True, width=24, example="氯化"),
    ),
)  # fmt: skip

NO_UNIT = Text("“{n}”不是重大危险源单元。", "“{n}” is no unit of a major hazard.")


def check_stock(values: Values) -> dict[str, Text]:
    return rules.wrong_in(values) | wrong_kind(values, "unit", UNIT_KIND, wrong=NO_UNIT)


STOCK = Register(
    code="hazard_stock",
    label=Text("重大危险源物料", "Stock of major hazards"),
    icon="flask",
    model=HazardStock,
    read=(MajorHazardsGrants.READ,),
    edit=(MajorHazardsGrants.EDIT,),
    marker="sheet",
    retired=("is_removed", True),
    derive=lying_with("unit"),
    check=check_stock,
    question=queries.doubts_of_stock,
    once=(
        Once(
            ("organisation_code", "vessel", "name"),
            "vessel",
            Text("同一单位同一设备的同一物料", "This chemical in this vessel of the enterprise"),
        ),
    ),
    fields=(
        Field("code", Text("物料编号", "Code"), in_list=True, sort=True, filter=True, width=18, example="U-01-V101"),
        Field("unit", Text("所属单元", "Unit"), in_list=True, fixed=True, width=18, hint=Text("填单元编码或名称。", "Code or name of the unit.")),
        Field("vessel", Text("设备或储罐编号", "Vessel"), in_list=True, search=True, width=14, example="V-101"),
        Field("name", Text("危险化学品名称", "Chemical"), in_list=True, search=True, filter=True, width=20, example="甲醇"),
        Field("cas", Text("CAS号", "CAS number"), search=True, check=wrong_cas, width=14, example="67-56-1"),
        Field("serial", Text("表1序号", "Row of Table 1"), width=8, hint=Text("名称有歧义或有含量条件时填；都不符合填“无”。", "Where the name is ambiguous or has a condition; 无 if none fits.")),
        Field("symbols", Text("危险性类别", "Category"), width=14, example="易燃液体2", hint=Text("表2符号，或“易燃液体1–3”；由人按安全技术说明书确认，都不属于填“无”。", "Symbols of Table 2, or 易燃液体1–3; confirmed by a person from the data sheet; 无 if none.")),
        Field("conditions", Text("工艺条件", "Process conditions"), terms=ProcessConditions, width=14),
        Field("basis", Text("类别依据", "Basis"), width=24, example="SDS 2025-03 第2部分"),
        Field("mixture", Text("混合物判定", "Mixture"), terms=MixtureRule, width=16),
        Field("design_maximum", Text("设计最大量", "Design maximum"), unit="t", in_list=True, width=12, example="600",
              plausible=rules.USUAL_TONNES, doubt=rules.KILOGRAMS),
        Field("live", Text("现存量", "Present stock"), unit="t", in_list=True, width=12, example="480", hint=Text("只作趋势，不参与判级；超过设计最大量另立事项。", "A trend; the grade doesn't follow it. Above the design maximum it opens a case.")),
    ),
)  # fmt: skip

_units = module_of(UNITS, grants=MajorHazardsGrants, order=30, section="insight")
_stock = module_of(STOCK, grants=MajorHazardsGrants, order=31, section="insight")

MODULE = Module(
    name="major_hazards",
    label=LABEL,
    grants=MajorHazardsGrants,
    actions=(*_units.actions, *_stock.actions, actions.announce),
    events=(events.GradeChanged, events.OverStored),
    jobs=(
        Job(
            queries.ANNOUNCE_JOB,
            Text("通报辨识结果", "Announce results"),
            jobs.announce,
            grants=(MajorHazardsGrants.ANNOUNCE, MajorHazardsGrants.READ),
        ),
    ),
    roles=(*_units.roles, *_stock.roles),
    menu=(
        MenuItem(LABEL, "major-hazards", "alert-triangle", (MajorHazardsGrants.READ, MajorHazardsGrants.EDIT), section="insight", order=29),
        *_units.menu,
        *_stock.menu,
    ),
    urls="bihuan.registers.major_hazards.urls",
    url_prefix="",
    serves={
        "N05": Text(
            "“重大危险源”页按级别列出，每次变化重新计算并留版本；计算书可导出 Word、Excel、JSON",
            "The page of major hazards lists them by grade; each change is calculated anew and kept; sheets in Word, Excel, JSON",
        ),
    },
    declares=(
        *_units.declares,
        *_stock.declares,
        queries.Recalculation(),
        RowSource(HazardUnit, queries.find_units),
        DetailPanel("calculation", Text("辨识与分级计算书", "Calculation sheet"), HazardUnit, "major_hazards/panel.html", queries.panel_of_unit, order=10),
        Population("major_hazards", LABEL, queries.members),
        LiveFeed("major_hazards", (events.GradeChanged, events.OverStored), (MajorHazardsGrants.READ,)),
        Look(Grade.I, "red", "alert-triangle"),
        Look(Grade.II, "orange", "alert-triangle"),
        Look(Grade.III, "yellow", "alert-triangle"),
        Look(Grade.IV, "blue", "alert-triangle"),
    ),
)  # fmt: skip
