"""化工园区术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class ParksGrants(Term):
    READ = "parks.read", "查看化工园区", "See chemical parks"
    EDIT = "parks.edit", "维护化工园区", "Keep chemical parks"
    DRAW = "parks.draw", "绘制边界", "Draw boundaries"


class ParkKind(Term):
    """园区类型."""

    CHEMICAL = "chemical", "化工园区", "Chemical park"
    BY_ANALOGY = "by_analogy", "参照化工园区管理", "Kept like a chemical park"
    CONCENTRATED = "concentrated", "化工集中区", "Chemical cluster"


class BoundaryKind(Term):
    """边界种类."""

    BOUNDS = "bounds", "四至范围（厂区边界）", "Bounds"
    CONTROL_LINE = "control_line", "土地安全控制线", "Land safety control line"


PARK_KIND = "park"
