"""装置、仓库、设备术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class InstallationsGrants(Term):
    READ = "installations.read", "查看装置、仓库与设备", "See installations and equipment"
    EDIT = "installations.edit", "维护装置、仓库与设备", "Keep installations and equipment"


class FireClass(Term):
    """火灾危险性类别, 依据 GB 50016, 待核."""

    A = "A", "甲类", "Class A"
    B = "B", "乙类", "Class B"
    C = "C", "丙类", "Class C"
    D = "D", "丁类", "Class D"
    E = "E", "戊类", "Class E"


class WarehouseType(Term):
    """仓库类型."""

    CLOSED = "closed", "封闭库房", "Closed building"
    SHED = "shed", "库棚", "Shed"
    OPEN = "open", "露天堆场", "Open yard"
    COLD = "cold", "低温库", "Cold store"


class EquipmentType(Term):
    """设备类型."""

    REACTOR = "reactor", "反应器", "Reactor"
    COLUMN = "column", "塔器", "Column"
    VESSEL = "vessel", "容器", "Vessel"
    EXCHANGER = "exchanger", "换热器", "Heat exchanger"
    FURNACE = "furnace", "加热炉", "Furnace"
    PIPELINE = "pipeline", "管道", "Pipeline"
    ROTATING = "rotating", "动设备", "Rotating machine"
    OTHER = "other", "其他", "Other"


class GoodsClass(Term):
    """危险货物类别（项别）, 依据 GB 6944, 待核. Here: what storage rules ask for."""

    EXPLOSIVE = "1", "1 爆炸品", "1 Explosives"
    FLAMMABLE_GAS = "2.1", "2.1 易燃气体", "2.1 Flammable gases"
    GAS = "2.2", "2.2 非易燃无毒气体", "2.2 Other gases"
    TOXIC_GAS = "2.3", "2.3 毒性气体", "2.3 Toxic gases"
    FLAMMABLE_LIQUID = "3", "3 易燃液体", "3 Flammable liquids"
    FLAMMABLE_SOLID = "4.1", "4.1 易燃固体等", "4.1 Flammable solids"
    SELF_IGNITING = "4.2", "4.2 易于自燃", "4.2 Liable to self-ignite"
    WATER_REACTIVE = "4.3", "4.3 遇水放出易燃气体", "4.3 Gives off flammable gas with water"
    OXIDISER = "5.1", "5.1 氧化性物质", "5.1 Oxidisers"
    ORGANIC_PEROXIDE = "5.2", "5.2 有机过氧化物", "5.2 Organic peroxides"
    TOXIC = "6.1", "6.1 毒性物质", "6.1 Toxic substances"
    CORROSIVE = "8", "8 腐蚀性物质", "8 Corrosives"
    OTHER = "9", "9 杂项", "9 Miscellaneous"


UNIT_KIND = "process_unit"
WAREHOUSE_KIND = "warehouse"
EQUIPMENT_KIND = "equipment"
#: 地方参数: after how many years in use equipment without a design life of its own counts as old.
AGEING_YEARS = "老旧装置年限"
DEFAULT_AGEING_YEARS = 20
