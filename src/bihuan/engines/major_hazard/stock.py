"""单元与物料: what is put into a calculation."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bihuan.engines.major_hazard.terms import MixtureRule, UnitKind


@dataclass(frozen=True, slots=True)
class Stock:
    """One chemical in one vessel, tank or room. Amounts in tonnes.

    `serial` is the row of Table 1 that somebody chose; 0 says it isn't any of them. `symbols` are the categories of
    Table 2 that a person confirmed on the `basis` of the data sheet; `no_category` says it has none of them.
    """

    name: str
    design_maximum: Decimal
    holder: str = ""
    cas: str = ""
    serial: int | None = None
    symbols: tuple[str, ...] = ()
    no_category: bool = False
    basis: str = ""
    live: Decimal | None = None
    mixture: MixtureRule | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """单元. `residents`: people who live within 500 m outside the site's boundary; employees are never counted."""

    code: str
    name: str
    kind: UnitKind
    residents: int
    stocks: tuple[Stock, ...]
    enterprise: str = ""
