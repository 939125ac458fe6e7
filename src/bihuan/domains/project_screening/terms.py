"""项目准入术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class ScreeningGrants(Term):
    READ = "project_screening.read", "查看项目准入", "See projects and their screening"
    EDIT = "project_screening.edit", "维护禁限控目录", "Keep the catalogue of restricted chemicals"
    SUBMIT = "project_screening.submit", "登记项目", "Register projects"
    DECIDE = "project_screening.decide", "作出准入决定", "Decide on projects"


class Decision(Term):
    """准入决定."""

    OPEN = "open", "待决定", "To be decided"
    ADMITTED = "admitted", "准入", "Admitted"
    EXCEPTION = "exception", "例外准入", "Admitted by exception"
    REFUSED = "refused", "不予准入", "Refused"


class Said(Term):
    """是、否、未说明."""

    YES = "yes", "是", "Yes"
    NO = "no", "否", "No"
    UNKNOWN = "unknown", "未说明", "Not said"

    @property
    def truth(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.value)


class HazardGrade(Term):
    """项目场地重大危险源最高级别, as it is said of a project: 未说明 isn't 不构成."""

    UNKNOWN = "unknown", "未说明", "Not said"
    NONE = "none", "不构成", "None"
    I = "I", "一级", "Level 1"  # noqa: E741  # the Roman numeral of the standard
    II = "II", "二级", "Level 2"
    III = "III", "三级", "Level 3"
    IV = "IV", "四级", "Level 4"


#: 地方参数: a place's own investment floor (10 000 yuan).
FLOORS = {"investment_new": "准入投资下限_新建化工", "investment_relocation": "准入投资下限_搬迁改造"}
