"""评分: from answers to a score, a colour, and for each lost point why and what would win it back. No clock, no table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bihuan.engines.static_risk.tables import Doc19Table, Item
from bihuan.kernel.problem import Problem
from bihuan.kernel.schemes import Doc19Colour
from bihuan.kernel.text import Text
from bihuan.law.state import LawState

ZERO = Decimal(0)
MOST = 999


class WrongAnswer(Problem):
    code = "wrong_risk_answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """How often an item applies (0: not at all), and how one knows. `from_data`: read from the registers."""

    count: int
    why: str = ""
    from_data: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One item as it counted. `change` is what it moved the total by; `gain` what would be won if it were put right."""

    item: Item
    answer: Answer | None
    nominal: Decimal
    gain: Decimal

    @property
    def is_open(self) -> bool:
        return self.answer is None

    @property
    def loses(self) -> bool:
        return not self.item.adds and self.nominal > 0

    @property
    def said(self) -> Text:
        """为什么扣（加）这几分."""
        if self.answer is None:
            return Text("尚未回答。", "Not answered yet.")
        if not self.answer.count:
            return Text("无此情形。", "Doesn't apply.")
        word = Text("加", "adds") if self.item.adds else Text("扣", "costs")
        times = f" × {self.answer.count}" if self.item.counts else ""
        return Text("{w} {p} 分{t}", "{w} {p} points{t}").format(w=word, p=_number(self.item.points), t=times)

    @property
    def wins_back(self) -> Text | None:
        """怎样能拿回来. Within a category that is at 0 already a single repair may win nothing: it says so."""
        if not self.loses:
            return None
        if self.gain <= 0:
            return Text(
                "消除本项暂不加分：本类已扣完，须与同类其他项一并整改。",
                "Putting this right alone wins nothing: the category is at 0 already; others of it must be put right too.",
            )
        return Text("消除本项可拿回 {p} 分。", "Putting this right wins back {p} points.").format(p=_number(self.gain))


@dataclass(frozen=True, slots=True)
class CategoryScore:
    name: str
    full_marks: Decimal
    lost: Decimal
    added: Decimal

    @property
    def score(self) -> Decimal:
        """逐项扣减, down to 0 and no further."""
        return max(self.full_marks - self.lost, ZERO)


@dataclass(frozen=True, slots=True)
class Assessment:
    """诊断结果. While questions are open there is no colour, only the span it must lie in; a direct red is red at once."""

    table: Doc19Table
    lines: tuple[Line, ...]
    categories: tuple[CategoryScore, ...]
    direct: Mapping[str, bool | None]

    @property
    def score(self) -> Decimal:
        """各类得分之和加上加分项; open items count as not applying."""
        return sum((c.score + c.added for c in self.categories), ZERO)

    @property
    def red_rules(self) -> tuple[str, ...]:
        return tuple(code for code, holds in self.direct.items() if holds)

    @property
    def open_questions(self) -> tuple[str, ...]:
        items = [line.item.code for line in self.lines if line.is_open]
        return (*items, *(code for code, holds in self.direct.items() if holds is None))

    @property
    def is_complete(self) -> bool:
        return not self.open_questions

    @property
    def colour(self) -> Doc19Colour | None:
        """直接判红优先于分数. None while it isn't known."""
        if self.red_rules:
            return Doc19Colour.RED
        return self.table.colour_of(self.score) if self.is_complete else None

    @property
    def state(self) -> LawState:
        return self.table.state


def score(
    *, table: Doc19Table, answers: Mapping[str, Answer], direct: Mapping[str, bool | None] | None = None
) -> Assessment:
    """诊断分级, 应急〔2018〕19号: full marks 100, deducted item by item, no category below 0; additions go to the total."""
    require_answers(table=table, answers=answers)
    given = {rule.code: (direct or {}).get(rule.code) for rule in table.direct_red}
    categories = {c.name: c for c in _categories(table, answers)}
    lines = []
    for item in table.items:
        answer = answers.get(item.code)
        nominal, category = _nominal(item, answer), categories[item.category]
        gain = ZERO
        if not item.adds:
            gain = max(category.full_marks - category.lost + nominal, ZERO) - category.score
        lines.append(Line(item, answer, nominal, gain))
    return Assessment(table, tuple(lines), tuple(categories.values()), given)


def what_if(*, assessment: Assessment, put_right: Mapping[str, int]) -> Assessment:
    """假如: the same answers, but these items apply only so often."""
    answers = {line.item.code: line.answer for line in assessment.lines if line.answer is not None}
    changed = {code: Answer(count, "假设") for code, count in put_right.items()}
    return score(table=assessment.table, answers={**answers, **changed}, direct=assessment.direct)


def best_repairs(*, assessment: Assessment) -> tuple[Line, ...]:
    """先改哪几项: what wins back most first."""
    return tuple(sorted((x for x in assessment.lines if x.gain > 0), key=lambda x: (-x.gain, x.item.code)))


def require_answers(*, table: Doc19Table, answers: Mapping[str, Answer]) -> None:
    known = {item.code: item for item in table.items}
    where: dict[str, Text] = {}
    chosen: dict[str, str] = {}
    for code, answer in answers.items():
        item = known.get(code)
        if item is None:
            where[code] = Text("评分表没有这一项。", "The table has no such item.")
            continue
        most = MOST if item.counts else 1
        if not 0 <= answer.count <= most:
            where[code] = Text("应在 0 与 {m} 之间。", "Must lie between 0 and {m}.").format(m=most)
        elif answer.count and item.choice:
            if item.choice in chosen:
                where[code] = Text("{c} 只能选一项，已选 {o}。", "Only one of {c}; {o} is chosen.").format(
                    c=item.choice, o=chosen[item.choice]
                )
            chosen.setdefault(item.choice, code)
    if where:
        raise WrongAnswer(Text("评分填写有误，请改正。", "Some answers are wrong; please correct them."), where=where)


def _nominal(item: Item, answer: Answer | None) -> Decimal:
    return item.points * answer.count if answer is not None else ZERO


def _categories(table: Doc19Table, answers: Mapping[str, Any]) -> tuple[CategoryScore, ...]:
    found = []
    for name, full in table.full_marks.items():
        own = [item for item in table.items if item.category == name]
        lost = sum((_nominal(i, answers.get(i.code)) for i in own if not i.adds), ZERO)
        added = sum((_nominal(i, answers.get(i.code)) for i in own if i.adds), ZERO)
        found.append(CategoryScore(name, full, lost, added))
    return tuple(found)


def _number(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
