"""重大危险源辨识的术语. 依据 GB 18218-2018."""

from __future__ import annotations

from bihuan.kernel.schemes import Scheme
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text


class UnitKind(Term):
    """单元类型, GB 18218-2018 3.6、3.7: what bounds it."""

    PRODUCTION = "production", "生产单元", "Production unit"
    TANK_FARM = "tank_farm", "储罐区", "Tank farm"
    WAREHOUSE = "warehouse", "仓库", "Warehouse"


class UnitBound(Term):
    """单元划分的界限, GB 18218-2018 3.6、3.7."""

    CUT_OFF_VALVE = "cut_off_valve", "以切断阀为界", "Bounded by cut-off valves"
    DIKE = "dike", "以防火堤为界", "Bounded by its dike"
    BUILDING = "building", "以独立库房（独立建筑物）为界", "An independent building"


BOUND_OF = {
    UnitKind.PRODUCTION: UnitBound.CUT_OFF_VALVE,
    UnitKind.TANK_FARM: UnitBound.DIKE,
    UnitKind.WAREHOUSE: UnitBound.BUILDING,
}


class Grade(Scheme):
    """重大危险源级别, GB 18218-2018 表6: level 1 is the gravest. Not a colour, not the grade of a park."""

    I = "I", "一级", "Level 1"  # noqa: E741  # the Roman numeral of the standard
    II = "II", "二级", "Level 2"
    III = "III", "三级", "Level 3"
    IV = "IV", "四级", "Level 4"

    @classmethod
    def scheme(cls) -> Text:
        return Text("重大危险源级别", "Grade of major hazards")

    @classmethod
    def basis(cls) -> str:
        return "GB 18218-2018"


class Basis(Term):
    """取值依据: which table of the standard a value was taken from."""

    NAMED_THRESHOLD = "table_1", "表1", "Table 1"
    CATEGORY_THRESHOLD = "table_2", "表2", "Table 2"
    NAMED_CORRECTION = "table_3", "表3", "Table 3"
    CATEGORY_CORRECTION = "table_4", "表4", "Table 4"


class MixtureRule(Term):
    """混合物判定, GB 18218-2018 4.2.3."""

    AS_SUBSTANCE = "as_substance", "与纯物质同类别", "Same category as the substance"
    NEW_CATEGORY = "new_category", "按新类别", "By its new category"


class Form(Term):
    """物态, for finding categories that contradict each other."""

    GAS = "gas", "气体", "Gas"
    LIQUID = "liquid", "液体", "Liquid"
    SOLID = "solid", "固体", "Solid"
