"""混合物: whether a mixture is managed as a hazardous chemical. It decides nothing else: neither class nor threshold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.registers.chemicals.rules.catalogue import Catalogue, plain


class ComponentsWrong(Problem):
    code = "components_wrong"


_LINE = re.compile(r"\s*(.+?)\s*[;；,，\s]\s*([0-9]+(?:\.[0-9]+)?)\s*%?\s*")


def read_components(lines: str) -> list[tuple[str, Decimal]]:
    """甲醇；60 a line → names and shares in %."""
    found = []
    for number, line in enumerate((one for one in lines.splitlines() if one.strip()), start=1):
        said = _LINE.fullmatch(unicodedata.normalize("NFKC", line))
        if said is None:
            raise ComponentsWrong(
                Text(
                    "第 {n} 行应为“名称；含量%”，如“甲醇；60”。",
                    "Line {n} should read “name; share in %”, such as “甲醇；60”.",
                ).format(n=number)
            )
        found.append((said[1].rstrip(";"), Decimal(said[2])))
    return found


@dataclass(frozen=True, slots=True)
class MixtureVerdict:
    """`listed`: the share of components that stand in the catalogue; `unknown`: those that don't."""

    is_managed: bool
    listed: Decimal
    unknown: tuple[str, ...]


def judge_mixture(*, components: Sequence[tuple[str, Decimal]], catalogue: Catalogue, floor: Decimal) -> MixtureVerdict:
    """主要成分均列入目录且合计不小于下限的，按危险化学品管理. 依据 危险化学品目录（2015版）说明."""
    total = sum((share for _, share in components), Decimal(0))
    if total > 100 or any(share <= 0 for _, share in components):
        raise ComponentsWrong(
            Text(
                "组分合计 {n}%，每项应大于 0，合计不超过 100%。",
                "The components are {n}% together; at most 100%, each above 0.",
            ).format(n=f"{total:f}")
        )
    unknown = tuple(name for name, _ in components if plain(name) not in catalogue.by_name)
    listed = sum((share for name, share in components if name not in unknown), Decimal(0))
    return MixtureVerdict(listed >= floor, listed, unknown)
