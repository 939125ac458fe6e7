"""Declaration of process units, warehouses with their stock, and equipment."""

from __future__ import annotations

from bihuan.core.modules import Module
from bihuan.core.records.declaring import module_of
from bihuan.core.records.fields import Field
from bihuan.core.records.register import DetailPanel, Register, Values
from bihuan.kernel.text import Text
from bihuan.parties.satellites import lying_with, register_of_things, wrong_kind
from bihuan.registers.chemicals.rules.particulars import wrong_cas
from bihuan.registers.installations import queries, rules
from bihuan.registers.installations.models import Equipment, ProcessUnit, Warehouse, WarehouseStock
from bihuan.registers.installations.terms import (
    EQUIPMENT_KIND,
    UNIT_KIND,
    WAREHOUSE_KIND,
    EquipmentType,
    FireClass,
    GoodsClass,
    InstallationsGrants,
    WarehouseType,
)

READ, EDIT = (InstallationsGrants.READ,), (InstallationsGrants.EDIT,)
NO_WAREHOUSE = Text("“{n}”不是仓库。", "“{n}” is no warehouse.")
_LIMIT = Field("people_limit", Text("限员", "People limit"), width=8, example="9", hint=Text("同一时间允许的最多人数。", "The most people at one time."))  # fmt: skip
_PRESENT = Field("people_present", Text("现有人数", "People present"), width=8)
_LIFE = Field("design_life", Text("设计使用年限（年）", "Design life (years)"), width=10, check=rules.wrong_life, hint=Text("不填则按地方参数“老旧装置年限”。", "Left empty the years that the place has set count."))  # fmt: skip

UNITS = register_of_things(
    code="process_units",
    kind=UNIT_KIND,
    label=Text("生产装置", "Process units"),
    icon="building-factory",
    model=ProcessUnit,
    read=READ,
    edit=EDIT,
    fields=(
        Field("processes", Text("涉及危险化工工艺", "Dangerous processes"), in_list=True, search=True, width=24, example="氯化工艺"),
        Field("fire_class", Text("火灾危险性", "Fire class"), terms=FireClass, in_list=True, filter=True, width=10),
        Field("capacity", Text("设计能力", "Capacity"), width=16, example="3万吨/年"),
        Field("in_use_since", Text("投用日期", "In use since"), in_list=True, filter=True, sort=True, width=14),
        _LIFE,
        _LIMIT,
        _PRESENT,
        Field("has_automatic_control", Text("自动控制", "Automatic control"), filter=True, width=10),
        Field("has_safety_system", Text("独立SIS", "Independent safety system"), filter=True, width=10),
        Field("has_emergency_cut_off", Text("紧急切断", "Emergency cut-off"), filter=True, width=10),
    ),
)  # fmt: skip

WAREHOUSES = register_of_things(
    code="warehouses",
    kind=WAREHOUSE_KIND,
    label=Text("危险化学品仓库", "Warehouses"),
    icon="building",
    model=Warehouse,
    read=READ,
    edit=EDIT,
    fields=(
        Field("type", Text("仓库类型", "Kind"), terms=WarehouseType, in_list=True, filter=True, width=12),
        Field("fire_class", Text("火灾危险性", "Fire class"), terms=FireClass, in_list=True, filter=True, width=10),
        Field("floor_area", Text("建筑面积", "Floor area"), unit="m²", width=12, example="750"),
        _LIMIT,
        _PRESENT,
    ),
)


def check_stock(values: Values) -> dict[str, Text]:
    """A stock stands in a warehouse."""
    return wrong_kind(values, "warehouse", WAREHOUSE_KIND, wrong=NO_WAREHOUSE)


STOCK = Register(
    code="warehouse_stock",
    label=Text("仓库库存", "Stock of warehouses"),
    icon="stack-2",
    model=WarehouseStock,
    read=READ,
    edit=EDIT,
    marker="sheet",
    retired=("is_removed", True),
    derive=lying_with("warehouse"),
    check=check_stock,
    fields=(
        Field("code", Text("库存编号", "Code"), in_list=True, sort=True, filter=True, width=18, example="W-01-A-001"),
        Field("warehouse", Text("所属仓库", "Warehouse"), in_list=True, fixed=True, width=18),
        Field("room", Text("库房（防火分区）", "Room (fire compartment)"), in_list=True, filter=True, width=14, example="A区"),
        Field("name", Text("危险化学品名称", "Chemical"), in_list=True, search=True, width=20, example="甲醇"),
        Field("cas", Text("CAS号", "CAS number"), search=True, check=wrong_cas, width=14, example="67-56-1"),
        Field("goods_class", Text("危险货物类别", "Class of dangerous goods"), terms=GoodsClass, in_list=True, filter=True, width=18,
              hint=Text("按安全技术说明书第14部分填写，用于禁配核对。", "From section 14 of the data sheet; what may not stand together is checked by it.")),
        Field("design_maximum", Text("设计最大量", "Design maximum"), unit="t", in_list=True, width=12, example="40",
              check=rules.wrong_maximum, plausible=rules.USUAL_TONNES, doubt=rules.KILOGRAMS),
        Field("live", Text("现存量", "Present stock"), unit="t", in_list=True, width=12, example="22",
              check=rules.wrong_live, plausible=rules.USUAL_LIVE, doubt=rules.KILOGRAMS),
    ),
)  # fmt: skip


def check_equipment(values: Values) -> dict[str, Text]:
    """Equipment stands in an installation of the same organisation; special equipment bears its number."""
    found: dict[str, Text] = {}
    where, organisation = values.get("installation"), values.get("organisation")
    if where is not None and organisation is not None and where.organisation_code != organisation.code:
        found["installation"] = Text("装置属于另一单位。", "The installation is another organisation's.")
    if values.get("is_special") and not values.get("registration_number"):
        found["registration_number"] = Text(
            "特种设备须填使用登记编号。", "Special equipment bears a registration number."
        )
    return found


EQUIPMENT = register_of_things(
    code="equipment",
    kind=EQUIPMENT_KIND,
    label=Text("设备", "Equipment"),
    icon="settings",
    model=Equipment,
    read=READ,
    edit=EDIT,
    check=check_equipment,
    fields=(
        Field("type", Text("设备类型", "Kind"), terms=EquipmentType, in_list=True, filter=True, width=12),
        Field("installation", Text("所在装置", "Installation"), in_list=True, width=18),
        Field("built_on", Text("投用日期", "In use since"), in_list=True, filter=True, sort=True, width=14),
        _LIFE,
        Field("is_special", Text("特种设备", "Special equipment"), filter=True, width=10),
        Field("registration_number", Text("使用登记编号", "Registration number"), search=True, width=20),
        Field("inspected_until", Text("检验有效期至", "Inspected until"), in_list=True, filter=True, sort=True, width=14),
        Field("is_obsolete", Text("属淘汰落后设备", "Obsolete"), filter=True, width=10),
        Field("assessed_on", Text("超年限评估日期", "Assessed after its life on"), width=14),
    ),
)  # fmt: skip

_parts = [
    module_of(UNITS, grants=InstallationsGrants, order=21),
    module_of(WAREHOUSES, grants=InstallationsGrants, order=22),
    module_of(STOCK, grants=InstallationsGrants, order=23),
    module_of(EQUIPMENT, grants=InstallationsGrants, order=24),
]

MODULE = Module(
    name="installations",
    label=Text("装置与仓储", "Installations and storage"),
    grants=InstallationsGrants,
    actions=tuple(a for part in _parts for a in part.actions),
    roles=tuple(r for part in _parts for r in part.roles),
    menu=tuple(m for part in _parts for m in part.menu),
    serves={
        "M04": Text(
            "部分：“设备”台账按设计使用年限或地方参数“老旧装置年限”算出届满日，“底数核查”立项；许可、工艺等选取条件由人核",
            "Partly: the register of equipment knows when a design life ends, by its own or by the place's years, and a case follows; the other conditions are for a person",
        ),
    },
    declares=(
        *(d for part in _parts for d in part.declares),
        DetailPanel("stock", Text("库存与禁配", "Stock, and what may not stand together"), Warehouse, "installations/stock.html", queries.panel_of_warehouse, order=10),
        DetailPanel("life", Text("使用年限", "Years of use"), Equipment, "installations/life.html", queries.panel_of_equipment, order=10),
    ),
)  # fmt: skip
