"""指标的写法: one line a criterion, as an office writes it: `名称，指标，分值，每项扣分`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from bihuan.domains.assessment.rules.scoring import Criterion
from bihuan.domains.assessment.terms import Measure
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

_SEPARATOR = re.compile(r"\s*[,，|｜\t]\s*")

#: The product's own proposal, for an office to change. Basis: none in law (待核).
PROPOSAL = (
    "重点任务完成，任务销号率，30",
    "任务按期，任务按期率，20",
    "问题整改，问题整改率，20",
    "报告报送，报告按期率，10",
    "工作质量，被退回事项，5，0.5",
    "督办情况，被督办事项，5，1",
    "警示约谈，警示约谈，5，2.5",
    "领导重视与工作创新，人工评定，5",
)


class BadCriterion(Problem):
    code = "bad_criterion"


def parse(lines: Iterable[str]) -> list[Criterion]:
    """Each line by itself; which one is wrong, and why, is said."""
    found: list[Criterion] = []
    for number, line in enumerate((text for text in lines if text.strip()), 1):
        parts = _SEPARATOR.split(line.strip())
        if len(parts) not in (3, 4):
            raise _wrong(
                number, Text("应为“名称，指标，分值，每项扣分”。", "Write “name, measure, points, deduction each”.")
            )
        measure = next((m for m in Measure if parts[1] in (m.value, m.label.zh, m.label.en)), None)
        if measure is None:
            names = Text("、".join(m.label.zh for m in Measure), ", ".join(m.label.en for m in Measure))
            raise _wrong(
                number,
                Text("没有指标“{m}”；有：{all}。", "No measure “{m}”; there are: {all}.").format(
                    m=parts[1][:20], all=names
                ),
            )
        found.append(
            Criterion(
                f"c{number}",
                parts[0],
                measure,
                _number(number, parts[2]),
                _number(number, parts[3]) if len(parts) == 4 else Decimal(0),
            )
        )
        if not measure.is_share and measure is not Measure.BY_HAND and found[-1].each <= 0:
            raise _wrong(number, Text("计数指标要写每项扣几分。", "A count needs how much each row takes off."))
    return found


def _number(line: int, said: str) -> Decimal:
    try:
        value = Decimal(said)
    except InvalidOperation:
        raise _wrong(line, Text("“{x}”不是数字。", "“{x}” is no number.").format(x=said[:20])) from None
    if not value.is_finite():
        raise _wrong(line, Text("“{x}”不是数字。", "“{x}” is no number.").format(x=said[:20]))
    return value


def _wrong(number: int, why: Text) -> BadCriterion:
    said = Text("第 {n} 行：{why}", "Line {n}: {why}").format(n=number, why=why)
    return BadCriterion(said, where={"criteria": said})
