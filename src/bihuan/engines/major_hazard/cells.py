"""清单的列与单元格: the columns of an inventory, and how each cell is read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from bihuan.engines.major_hazard.categories import FLAMMABLE_LIQUID_CATEGORIES, flammable_liquid_symbol
from bihuan.engines.major_hazard.terms import MixtureRule, UnitKind
from bihuan.kernel.problem import Problem
from bihuan.kernel.quantity import Dimension, Quantity, Unit, unit_from
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text


class CellWrong(Problem):
    code = "inventory_cell_wrong"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell that holds no value of its own: a formula, or an error such as #N/A."""

    text: str

    @staticmethod
    def problem(cell: Unreadable) -> CellWrong:
        return CellWrong(
            Text(
                "是公式或错误值（{v}），读取结果可能与所见不同。请“复制—选择性粘贴—数值”。",
                "Holds a formula or an error ({v}); what is read may differ from what you see. Paste it as a value.",
            ).format(v=cell.text[:40])
        )


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet."""

    key: str
    heading: Text
    hint: Text
    example: str
    required: bool = False
    width: int = 14
    choices: tuple[str, ...] = ()

    def is_called(self, heading: str) -> bool:
        plain = _plain(heading).rstrip("*").casefold()
        return plain in (_plain(self.heading.zh).casefold(), _plain(self.heading.en).casefold())


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


YES, NO, NONE = "是", "否", "无"

COLUMNS = (
    Column("enterprise", Text("企业", "Enterprise"), Text("企业名称；以“示例”开头的行不读取", "Name; rows that begin with 示例 are passed over"), "示例：云州东方化工有限公司", True, 28),
    Column("unit_code", Text("单元编号", "Unit code"), Text("企业内唯一", "Unique in the enterprise"), "U-01", True, 12),
    Column("unit_name", Text("单元名称", "Unit"), Text("如 甲罐区", "Such as Tank farm A"), "甲罐区", True, 18),
    Column("unit_kind", Text("单元类型", "Kind of unit"), Text("生产单元以切断阀为界，储罐区以防火堤为界，仓库以独立库房为界", "Production units end at cut-off valves, tank farms at their dike, warehouses are independent buildings"), "储罐区", True, 12, tuple(k.label.zh for k in UnitKind)),
    Column("residents", Text("500米内常住人口", "Residents within 500 m"), Text("厂区边界外 500 m 内的常住人口，不含本厂员工", "People living within 500 m outside the boundary, without employees"), "20", True, 12),
    Column("holder", Text("设备或储罐编号", "Vessel"), Text("同一设备只属于一个单元", "A vessel belongs to one unit"), "V-101"),
    Column("name", Text("危险化学品名称", "Chemical"), Text("中文名称或别名", "Chinese name or alias"), "甲醇", True, 22),
    Column("cas", Text("CAS号", "CAS number"), Text("核对校验位", "Its check digit is verified"), "67-56-1"),
    Column("serial", Text("表1序号", "Row of Table 1"), Text("名称有歧义或有含量条件时填；都不符合填“无”", "Where the name is ambiguous or has a condition; 无 if none fits"), "", False, 10),
    Column("symbols", Text("危险性类别", "Category"), Text("表2符号如 W5.3、J5，可多个用分号隔开；或“易燃液体2”（按工艺条件取 W5.x）；都不属于填“无”", "Symbols of Table 2 such as W5.3; J5; or 易燃液体2 (W5.x follows from the process); 无 if none"), "易燃液体2", False, 16),
    Column("basis", Text("类别依据", "Basis"), Text("填了类别必填：安全技术说明书版本与章节", "Needed with a category: version and section of the data sheet"), "SDS 2025-03 第2部分", False, 24),
    Column("design_maximum", Text("设计最大量", "Design maximum"), Text("辨识只按设计最大量", "Only the design maximum counts"), "600", True, 12),
    Column("mass_unit", Text("单位", "Unit of mass"), Text("t 或 kg", "t or kg"), "t", True, 8, ("t", "kg")),
    Column("live", Text("现存量", "Present stock"), Text("同一单位；只作趋势，超过设计最大量单独提示", "Same unit; a trend only, told where above the design maximum"), "480", False, 12),
    Column("volume", Text("容积m³", "Volume m³"), Text("用于发现单位写错", "Finds a wrong unit of mass"), "800", False, 10),
    Column("mixture", Text("混合物判定", "Mixture"), Text("混合物填：与纯物质同类别 / 按新类别", "For a mixture: same category as the substance / by its new category"), "", False, 18, tuple(m.label.zh for m in MixtureRule)),
    Column("components", Text("组分", "Components"), Text("如 甲醇60%；水40%，合计不超过100%", "Such as 甲醇60%; 水40%, at most 100% together"), "", False, 20),
    Column("above_boiling_point", Text("操作温度高于沸点", "Above boiling point"), Text("易燃液体类别2、3必填：是/否", "For flammable liquids of category 2 and 3: 是/否"), "否", False, 10, (YES, NO)),
    Column("special_conditions", Text("特殊工艺条件", "Special conditions"), Text("危险化工工艺、爆炸极限内操作、压力＞1.6MPa 等：是/否", "Dangerous processes, within explosion limits, above 1.6 MPa …: 是/否"), "否", False, 10, (YES, NO)),
)  # fmt: skip


def column_letter(place: int) -> str:
    """0 → A, as Excel names columns."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_text(*, required: bool = False) -> Callable[[Any], str]:
    def read(raw: Any) -> str:
        if raw is None and not required:
            return ""  # most cells of an inventory
        if isinstance(raw, bool):
            text = YES if raw else NO
        elif isinstance(raw, float):
            text = format(Decimal(f"{raw:.15g}"), "f")
        else:
            text = "" if raw is None else unicodedata.normalize("NFC", str(raw)).strip()
        if required and not text:
            raise CellWrong(Text("此项必填。", "This is required."))
        if len(text) > 300 or (not text.isprintable() and any(ord(c) < 32 and c not in "\n\t" for c in text)):
            raise CellWrong(Text("文字过长或含控制字符。", "Too long, or holds control characters."))
        return text

    return read


def _one_of(raw: Any, terms: type[Term]) -> Any:
    text = read_text()(raw)
    for term in terms:
        if text.casefold() in (term.value.casefold(), term.label.zh, term.label.en.casefold()):
            return term
    raise CellWrong(
        Text("“{v}”应为：{zh}。", "“{v}” should be one of {en}.").format(
            v=text[:30], zh="、".join(t.label.zh for t in terms), en=", ".join(t.label.en for t in terms)
        )
    )


def read_kind(raw: Any) -> UnitKind:
    kind: UnitKind = _one_of(raw, UnitKind)
    return kind


def read_mixture(raw: Any) -> MixtureRule | None:
    if not read_text()(raw):
        return None
    rule: MixtureRule = _one_of(raw, MixtureRule)
    return rule


def read_residents(raw: Any) -> int:
    text = read_text(required=True)(raw).removesuffix("人")
    if not re.fullmatch(r"[0-9]{1,7}", text):
        raise CellWrong(Text("应为 0 或正整数（人）。", "A whole number of people, 0 or more."))
    return int(text)


def read_answer(raw: Any) -> bool | None:
    text = read_text()(raw).casefold()
    if not text:
        return None
    if text in (YES, "yes", "y"):
        return True
    if text in (NO, "no", "n"):
        return False
    raise CellWrong(Text("请填“是”或“否”。", "Write 是 or 否."))


def read_serial(raw: Any) -> int | None:
    text = read_text()(raw)
    if not text:
        return None
    if text in (NONE, "none", "0"):
        return 0
    if not re.fullmatch(r"[0-9]{1,3}", text):
        raise CellWrong(Text("应为表1的序号，或“无”。", "The number of a row of Table 1, or 无."))
    return int(text)


def read_unit_of_mass(raw: Any) -> Unit:
    unit = unit_from(read_text(required=True)(raw))
    if unit.scale[0] is not Dimension.MASS:
        raise CellWrong(
            Text(
                "“{u}”不是质量单位；体积请按密度折算成吨。",
                "“{u}” is no unit of mass; convert a volume by its density.",
            ).format(u=unit.label)
        )
    return unit


_AMOUNT = re.compile(r"(?P<number>[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)\s*(?P<unit>[^0-9\s]*)")


def read_amount(raw: Any, *, unit: Unit | None, required: bool = False) -> Decimal | None:
    """Tonnes. A unit in the cell must not contradict the column of units."""
    text = unicodedata.normalize("NFKC", read_text(required=required)(raw)).replace(",", "")
    if not text:
        return None
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise CellWrong(Text("“{v}”不是数量。", "“{v}” is no amount.").format(v=text[:30]))
    if unit is None:
        return None
    if found["unit"] and unit_from(found["unit"]) is not unit:
        raise CellWrong(
            Text(
                "单元格写的是“{a}”，单位列写的是“{b}”，请统一。", "The cell says “{a}”, the column of units “{b}”."
            ).format(a=found["unit"], b=unit.value)
        )
    try:
        return Quantity(Decimal(found["number"]), unit).to(Unit.TONNE).amount
    except InvalidOperation:
        raise CellWrong(Text("数量超出范围。", "The amount is out of range.")) from None


def read_categories(raw: Any, *, above: bool | None, special: bool | None) -> tuple[tuple[str, ...], bool]:
    """Symbols of Table 2, and whether a person said that there is none."""
    text = unicodedata.normalize("NFKC", read_text()(raw))
    words = [word for word in re.split(r"[;,、\s]+", text) if word]
    if words in ([NONE], ["none"]):
        return (), True
    return tuple(_symbol(word, above, special) for word in words), False


def _symbol(word: str, above: bool | None, special: bool | None) -> str:
    flammable = re.fullmatch(r"易燃液体(?:类别)?([0-9])", word)
    if flammable is None:
        return word.upper()
    category = int(flammable[1])
    if category not in FLAMMABLE_LIQUID_CATEGORIES:
        raise CellWrong(Text("表2只列易燃液体类别 1–3。", "Table 2 lists flammable liquids of category 1–3 only."))
    return flammable_liquid_symbol(category=category, above_boiling_point=above, special_conditions=special)


_COMPONENT = re.compile(r"(?P<name>.+?)\s*(?P<share>-?[0-9]+(?:\.[0-9]+)?)\s*%")


def read_components(raw: Any) -> tuple[tuple[str, Decimal], ...]:
    """组分: names with their shares, which can't be more than the whole."""
    text = unicodedata.normalize("NFKC", read_text()(raw))
    found = []
    for part in (p.strip() for p in re.split(r"[;、\n]", text)):
        if not part:
            continue
        component = _COMPONENT.fullmatch(part)
        if component is None:
            raise CellWrong(Text("“{v}”应写成“甲醇60%”。", "“{v}” should look like 甲醇60%.").format(v=part[:30]))
        found.append((component["name"], Decimal(component["share"])))
    if any(not 0 < share <= 100 for _, share in found) or sum(share for _, share in found) > 100:
        raise CellWrong(
            Text(
                "组分合计 {n}%，应大于 0 且不超过 100%。",
                "The components are {n}% together; at most 100%, each above 0.",
            ).format(n=f"{sum(share for _, share in found):f}")
        )
    return tuple(found)
