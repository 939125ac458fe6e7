"""项目准入术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class ProjectKind(Term):
    """项目性质."""

    NEW = "new", "新建", "New"
    REBUILD = "rebuild", "改建", "Rebuilt"
    EXTEND = "extend", "扩建", "Extended"
    RELOCATE = "relocate", "搬迁改造", "Relocated"


class Restriction(Term):
    """禁限控: forbidden, restricted, controlled."""

    FORBIDDEN = "forbidden", "禁止", "Forbidden"
    RESTRICTED = "restricted", "限制", "Restricted"
    CONTROLLED = "controlled", "控制", "Controlled"


class Outcome(Term):
    """一条规则的结果."""

    PASSED = "passed", "符合", "Passed"
    FAILED = "failed", "不符合", "Failed"
    NOT_APPLICABLE = "not_applicable", "不适用", "Not applicable"
    UNKNOWN = "unknown", "资料不全", "Not enough is known"


class Verdict(Term):
    """筛查结论. 原则上不予: an exception needs a reasoned decision, signed off by somebody else."""

    ADMITTED = "admitted", "符合准入", "Meets the rules"
    REFUSED_IN_PRINCIPLE = "refused_in_principle", "原则上不予准入", "Refused in principle"
    REFUSED = "refused", "不予准入", "Refused"
    INCOMPLETE = "incomplete", "资料不全", "Incomplete"


class PlanKind(Term):
    """规划: 城乡（国土空间）规划与产业规划, which a project has to fit both."""

    TOWN = "town", "城乡（国土空间）规划", "Town (land use) plan"
    INDUSTRY = "industry", "产业规划", "Industry plan"


class PlanUse(Term):
    """规划图斑对化工项目的意思."""

    ALLOWS = "allows", "可布局化工项目", "Chemical projects may lie here"
    REFUSES = "refuses", "不得布局化工项目", "Chemical projects may not lie here"
