"""重大危险源台账术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class MajorHazardsGrants(Term):
    READ = "major_hazards.read", "查看重大危险源台账", "See the register of major hazards"
    EDIT = "major_hazards.edit", "维护重大危险源台账", "Keep the register of major hazards"
    ANNOUNCE = "major_hazards.announce", "通报辨识结果", "Announce results of identification"


class ProcessConditions(Term):
    """工艺条件, which set the category of flammable liquids of category 2 and 3 (GB 18218-2018 表2)."""

    ORDINARY = "ordinary", "常规", "Ordinary"
    ABOVE_BOILING_POINT = "above_boiling_point", "操作温度高于沸点", "Above the boiling point"
    SPECIAL = "special", "特殊工艺条件", "Special conditions"


UNIT_KIND = "hazard_unit"
