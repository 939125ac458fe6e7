"""危险性类别: which symbols of Table 2 a person may confirm, and which contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from bihuan.engines.major_hazard.tables import Category, Tables
from bihuan.engines.major_hazard.terms import Form
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class CategoryUnknown(Problem):
    code = "category_unknown"


class CategoriesContradict(Problem):
    code = "categories_contradict"


class ProcessConditionsNeeded(Problem):
    code = "process_conditions_needed"


_GAS, _FLUID = frozenset({Form.GAS}), frozenset({Form.LIQUID})
_CONDENSED = frozenset({Form.LIQUID, Form.SOLID})

#: The physical state each symbol speaks of, as its row of Table 2 says. An aerosol (W3) may hold anything.
FORMS = {
    "J1": _GAS,
    "J2": _CONDENSED,
    "J3": _GAS,
    "J4": _FLUID,
    "J5": _CONDENSED,
    "W1.1": _CONDENSED,
    "W1.2": _CONDENSED,
    "W1.3": _CONDENSED,
    "W2": _GAS,
    "W3": frozenset(Form),
    "W4": _GAS,
    "W5.1": _FLUID,
    "W5.2": _FLUID,
    "W5.3": _FLUID,
    "W5.4": _FLUID,
    "W6.1": _CONDENSED,
    "W6.2": _CONDENSED,
    "W7.1": _CONDENSED,
    "W7.2": _CONDENSED,
    "W8": _CONDENSED,
    "W9.1": _CONDENSED,
    "W9.2": _CONDENSED,
    "W10": frozenset({Form.SOLID}),
    "W11": _CONDENSED,
}

FLAMMABLE_LIQUID_CATEGORIES = (1, 2, 3)


def require_categories(*, symbols: Sequence[str], tables: Tables) -> tuple[Category, ...]:
    """The rows of Table 2 of these symbols, each once and none against another."""
    for symbol in symbols:
        if symbol not in tables.categories:
            raise CategoryUnknown(
                Text(
                    "表2没有“{symbol}”这个符号，可用：{known}。", "Table 2 has no “{symbol}”; there are: {known}."
                ).format(symbol=symbol[:20], known="、".join(tables.categories))
            )
    chosen = tuple(tables.categories[symbol] for symbol in dict.fromkeys(symbols))
    for one, other in combinations(chosen, 2):
        if one.hazard_kind == other.hazard_kind:
            raise _contradiction(one, other, Text("同一危险性只能取一档", "one hazard has one category"))
        if not FORMS[one.symbol] & FORMS[other.symbol]:
            raise _contradiction(one, other, Text("物态不同", "they speak of different physical states"))
    return chosen


def _contradiction(one: Category, other: Category, why: Text) -> CategoriesContradict:
    return CategoriesContradict(
        Text(
            "{a}（{a_is}）与 {b}（{b_is}）矛盾：{why}。请核对安全技术说明书第2部分。",
            "{a} ({a_is}) and {b} ({b_is}) contradict each other: {why}. Check section 2 of the data sheet.",
        ).format(
            a=one.symbol,
            a_is=f"{one.hazard_kind}，{one.category}",
            b=other.symbol,
            b_is=f"{other.hazard_kind}，{other.category}",
            why=why,
        )
    )


def flammable_liquid_symbol(*, category: int, above_boiling_point: bool | None, special_conditions: bool | None) -> str:
    """易燃液体: the symbol of its category and of how it is worked with. 依据 GB 18218-2018 表2 W5.1–W5.4."""
    if category == 1:
        return "W5.1"
    if above_boiling_point is None or special_conditions is None:
        raise ProcessConditionsNeeded(
            Text(
                "易燃液体类别{n}须填写“操作温度高于沸点”和“特殊工艺条件”（是/否），才能在 W5.1–W5.4 中取档。",
                "For a flammable liquid of category {n}, say whether it is worked with above its boiling point and under "
                "special conditions (yes/no): W5.1–W5.4 depend on it.",
            ).format(n=category)
        )
    if above_boiling_point:
        return "W5.1"
    if special_conditions:
        return "W5.2"
    return "W5.3" if category == 2 else "W5.4"


def require_process_conditions(
    *, symbols: Sequence[str], above_boiling_point: bool | None, special_conditions: bool | None
) -> None:
    """W5.2–W5.4 written by hand must not contradict what is said of the process."""
    said = next((s for s in symbols if s in ("W5.2", "W5.3", "W5.4")), None)
    if said is None:
        return
    if above_boiling_point:
        right = "W5.1"
    elif special_conditions and said != "W5.2":
        right = "W5.2"
    else:
        return
    raise CategoriesContradict(
        Text(
            "工艺条件表明应取 {right}，不是 {said}。",
            "The conditions of the process call for {right}, not {said}.",
        ).format(right=right, said=said)
    )
