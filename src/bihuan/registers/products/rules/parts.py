"""组分与代码的读法: what people write in one line becomes components, statements and pictograms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from bihuan.engines.ghs.checks import Component
from bihuan.kernel.cas import require_cas
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

_CODES = re.compile(r"[;；,，、\s]+")
_COLUMNS = re.compile(r"\s*[;；|｜\t]\s*")
_SHARE = re.compile(r"(?:(≥|>=|>|≤|<=|<)?\s*([0-9.]+)|([0-9.]+)\s*[-–~～至]\s*([0-9.]+))\s*%?")
MOST_COMPONENTS = 60


class BadComponent(Problem):
    code = "bad_component"


def codes_of(written: str) -> tuple[str, ...]:
    """H225；H301 → the codes, each once. A combination keeps its plus: P301+P310."""
    text = re.sub(r"\s*\+\s*", "+", unicodedata.normalize("NFKC", written)).upper()
    return tuple(dict.fromkeys(code for code in _CODES.split(text) if code))


def component_of(line: str, *, number: int) -> Component:
    """甲醇；67-56-1；60–70 → a component. The number may be left out: 水；；30."""
    columns = _COLUMNS.split(line.strip())
    if len(columns) == 2:
        columns = [columns[0], "", columns[1]]
    if len(columns) != 3 or not columns[0]:
        raise BadComponent(
            Text(
                "第 {n} 行应为“名称；CAS号；含量%”，如“甲醇；67-56-1；60–70”。",
                "Line {n} should read “name; CAS number; share in %”, such as “甲醇；67-56-1；60–70”.",
            ).format(n=number)
        )
    name, cas, share = columns
    if cas:
        try:
            cas = require_cas(cas)
        except Problem as problem:
            raise BadComponent(Text("第 {n} 行：{why}", "Line {n}: {why}").format(n=number, why=problem.text)) from None
    least, most = _share(share, number=number)
    return Component(name[:120], cas, least, most)


def _share(written: str, *, number: int) -> tuple[Decimal, Decimal]:
    said = _SHARE.fullmatch(unicodedata.normalize("NFKC", written).strip())
    try:
        if said is None:
            raise InvalidOperation
        if said[2] is None:
            return Decimal(said[3]), Decimal(said[4])
        value = Decimal(said[2])
    except InvalidOperation:
        raise BadComponent(
            Text(
                "第 {n} 行：“{v}”不是含量。请填 99.9、≥99 或 60–70（单位 %）。",
                "Line {n}: “{v}” is no share. Write 99.9, ≥99 or 60–70, in %.",
            ).format(n=number, v=written[:20])
        ) from None
    if said[1] in ("≥", ">=", ">"):
        return value, max(value, Decimal(100))
    return (Decimal(0), value) if said[1] else (value, value)


def components_of(lines: Sequence[str]) -> tuple[Component, ...]:
    """All lines, or the first that is wrong; together not above 100 %."""
    said = [line for line in lines if line.strip()]
    if len(said) > MOST_COMPONENTS:
        raise BadComponent(Text("最多 {n} 个组分。", "At most {n} components.").format(n=MOST_COMPONENTS))
    found = tuple(component_of(line, number=n) for n, line in enumerate(said, start=1))
    least = sum((part.least for part in found), Decimal(0))
    for number, part in enumerate(found, start=1):
        if part.most > 100 or part.least > part.most or part.most == 0:
            raise BadComponent(
                Text(
                    "第 {n} 行：含量应在 0 与 100 之间，且下限不大于上限。",
                    "Line {n}: a share lies between 0 and 100, from the lower to the higher.",
                ).format(n=number)
            )
    if least > 100:
        raise BadComponent(
            Text(
                "各组分含量（取下限）合计 {s}%，超过 100%。请核对单位与数值。",
                "The components are at least {s}% together, above 100%. Check units and values.",
            ).format(s=f"{least.normalize():f}")
        )
    return found


def stored(components: Iterable[Component]) -> list[dict[str, str]]:
    return [{"name": c.name, "cas": c.cas, "least": str(c.least), "most": str(c.most)} for c in components]


def from_store(rows: Iterable[Mapping[str, Any]]) -> tuple[Component, ...]:
    return tuple(Component(r["name"], r["cas"], Decimal(r["least"]), Decimal(r["most"])) for r in rows)


def written(component: Component) -> str:
    """As `component_of` reads it."""
    return f"{component.name}；{component.cas}；{component.share}"
