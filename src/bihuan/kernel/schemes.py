"""分级体系: colours and grades of different schemes look alike and mean different things; none may stand for another.

Park grade D is good, enterprise grade D is poor; 红 of 19号文 is not 红 of supervision. Each scheme is a type of its own:
mypy refuses to pass one for another (`strict_equality` refuses to compare them), and at run time mixing two raises.
The grades of GB 18218 (一级–四级) are a scheme too; they live with their engine.
"""

from __future__ import annotations

from typing import Any, Self

from bihuan.kernel.problem import Problem
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text


class SchemesMixed(Problem):
    """A fault of whoever wrote the code, caught before a wrong colour reaches a screen."""

    code = "schemes_mixed"
    status = 500


class Scheme(Term):
    """分级体系: members stand from the gravest to the mildest. Compare with `is_graver_than`, never by the letter."""

    @classmethod
    def scheme(cls) -> Text:
        """The name by which a legend calls it."""
        raise NotImplementedError

    @classmethod
    def basis(cls) -> str:
        """The document it comes from."""
        raise NotImplementedError

    @property
    def do_not_call_in_templates(self) -> bool:
        """A template calls whatever can be called, and a class of terms can; a scheme is named there, not called."""
        return True

    @property
    def rank(self) -> int:
        """1 is the gravest."""
        return list(type(self)).index(self) + 1

    def is_graver_than(self, other: Self) -> bool:
        _require_same(self, other)
        return self.rank < other.rank

    def __eq__(self, other: object) -> bool:
        _require_same(self, other)
        return str.__eq__(self, other) if isinstance(other, str) else False

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: Any) -> bool:
        raise _by_letter(self)

    __le__ = __gt__ = __ge__ = __lt__
    __hash__ = str.__hash__

    @classmethod
    def gravest(cls, members: Any) -> Self | None:
        """最严重的一级; nothing where there is none."""
        found = list(members)
        for member in found:
            if type(member) is not cls:
                raise _mixed(cls, type(member))
        return min(found, key=lambda m: m.rank, default=None)


def _require_same(one: Scheme, other: object) -> None:
    if isinstance(other, Scheme) and type(other) is not type(one):
        raise _mixed(type(one), type(other))


def _mixed(one: type[Scheme], other: type[Any]) -> SchemesMixed:
    name = other.scheme() if issubclass(other, Scheme) else Text(other.__name__, other.__name__)
    return SchemesMixed(
        Text("“{a}”与“{b}”是两套分级，不能混用。", "“{a}” and “{b}” are two schemes and can't be mixed.").format(
            a=one.scheme(), b=name
        )
    )


def _by_letter(one: Scheme) -> SchemesMixed:
    return SchemesMixed(
        Text(
            "“{a}”不能按字母比较大小，请用 is_graver_than。", "Members of “{a}” aren't ordered by their letter."
        ).format(a=type(one).scheme())
    )


class Doc19Colour(Scheme):
    """19号文诊断分级, 依据 应急〔2018〕19号."""

    RED = "red", "红色（重大风险）", "Red (major)"
    ORANGE = "orange", "橙色（较大风险）", "Orange (considerable)"
    YELLOW = "yellow", "黄色（一般风险）", "Yellow (general)"
    BLUE = "blue", "蓝色（低风险）", "Blue (low)"

    @classmethod
    def scheme(cls) -> Text:
        return Text("19号文企业安全风险诊断分级", "Diagnostic grading of enterprises (document 19)")

    @classmethod
    def basis(cls) -> str:
        return "应急〔2018〕19号"


class ParkGrade(Scheme):
    """化工园区安全风险等级: A is the gravest, D is good. 依据 应急〔2023〕123号."""

    A = "A", "A级（高安全风险）", "A (high risk)"
    B = "B", "B级（较高安全风险）", "B (higher risk)"
    C = "C", "C级（一般安全风险）", "C (general risk)"
    D = "D", "D级（较低安全风险）", "D (lower risk)"

    @classmethod
    def scheme(cls) -> Text:
        return Text("化工园区安全风险等级（D级为好）", "Safety risk grade of chemical parks (D is good)")

    @classmethod
    def basis(cls) -> str:
        return "应急〔2023〕123号"


class EnterpriseGrade(Scheme):
    """企业分类分级监管: D is poor, the other way round than parks. 依据 地方分级监管制度."""

    D = "D", "D级（差）", "D (poor)"
    C = "C", "C级（较差）", "C (weak)"
    B = "B", "B级（较好）", "B (fair)"
    A = "A", "A级（好）", "A (good)"

    @classmethod
    def scheme(cls) -> Text:
        return Text("企业分级监管等级（D级为差）", "Supervision grade of enterprises (D is poor)")

    @classmethod
    def basis(cls) -> str:
        return "地方企业分级监管制度"


class RiskColour(Scheme):
    """风险单元四色（红橙黄蓝）, 依据 AQ 3064.3-2025 7.1."""

    MAJOR = "major", "红色（重大）", "Red (major)"
    CONSIDERABLE = "considerable", "橙色（较大）", "Orange (considerable)"
    GENERAL = "general", "黄色（一般）", "Yellow (general)"
    LOW = "low", "蓝色（低）", "Blue (low)"

    @classmethod
    def scheme(cls) -> Text:
        return Text("安全风险单元四色", "Four colours of risk units")

    @classmethod
    def basis(cls) -> str:
        return "AQ 3064.3-2025 7.1"


class SupervisionColour(Scheme):
    """监管红黄绿, of enterprises with major hazards."""

    RED = "red", "红（特别管控）", "Red (special control)"
    YELLOW = "yellow", "黄（重点关注）", "Yellow (special attention)"
    GREEN = "green", "绿（一般监管）", "Green (ordinary)"

    @classmethod
    def scheme(cls) -> Text:
        return Text("监管红黄绿", "Red, yellow, green of supervision")

    @classmethod
    def basis(cls) -> str:
        return "地方治理方案"


class SafetyCodeColour(Scheme):
    """安全码."""

    RED = "red", "红码", "Red code"
    YELLOW = "yellow", "黄码", "Yellow code"
    GREEN = "green", "绿码", "Green code"

    @classmethod
    def scheme(cls) -> Text:
        return Text("安全码", "Safety code")

    @classmethod
    def basis(cls) -> str:
        return "地方安全码应用要求"


class WarningColour(Scheme):
    """预警红橙黄蓝."""

    RED = "red", "红色预警", "Red warning"
    ORANGE = "orange", "橙色预警", "Orange warning"
    YELLOW = "yellow", "黄色预警", "Yellow warning"
    BLUE = "blue", "蓝色预警", "Blue warning"

    @classmethod
    def scheme(cls) -> Text:
        return Text("预警等级", "Levels of warnings")

    @classmethod
    def basis(cls) -> str:
        return "监测预警系统建设要求"
