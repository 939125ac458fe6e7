"""阶段成果: what has to exist when a phase ends, by what the phase is called. 依据 A12."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bihuan.domains.campaign.terms import PhaseCheck


@dataclass(frozen=True, slots=True)
class Product:
    what: str
    check: PhaseCheck


_PRODUCTS: tuple[tuple[re.Pattern[str], tuple[Product, ...]], ...] = (
    (
        re.compile(r"动员|部署|启动|制定"),
        (
            Product("各地、各部门具体方案和任务清单", PhaseCheck.PLANS_FILED),
            Product("任务派发并签收", PhaseCheck.TASKS_OUT),
        ),
    ),
    (re.compile(r"排查|自查|摸底|调查"), (Product("底数清单和基础台账", PhaseCheck.BY_HAND),)),
    (
        re.compile(r"攻坚|集中治理|整治|完成治理|治理任务"),
        (Product("到期任务和问题逐项销号", PhaseCheck.TASKS_DUE_CLOSED),),
    ),
    (
        re.compile(r"巩固|提升|总结|验收"),
        (
            Product("总结验收报告", PhaseCheck.REPORTS_IN),
            Product("典型经验和长效机制", PhaseCheck.BY_HAND),
        ),
    ),
)


def products_of(phase: str) -> list[Product]:
    """All that its name calls for: 排查整治 asks for base data and for a cleared list."""
    return [product for pattern, products in _PRODUCTS if pattern.search(phase) for product in products]
