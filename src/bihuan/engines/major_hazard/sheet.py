"""计算书: the result as data, which a reviewer can follow line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from bihuan.engines.major_hazard.choosing import Taken
from bihuan.engines.major_hazard.terms import BOUND_OF, Grade, UnitKind
from bihuan.kernel.text import Text
from bihuan.law.state import LawState

STANDARD = "GB 18218-2018"
_PLACES = Decimal("0.0001")


def shown(value: Fraction) -> str:
    """At most four decimals, for reading; what is decided is decided on the exact value."""
    rounded = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_PLACES, ROUND_HALF_UP)
    text = format(rounded, "f").rstrip("0").rstrip(".")
    return text if Fraction(text) == value else f"≈{text}"


def exact(value: Fraction) -> str:
    """Without any rounding: a decimal where there is one, otherwise a fraction."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return format(Decimal(value.numerator) / Decimal(value.denominator), "f") if rest == 1 else str(value)


@dataclass(frozen=True, slots=True)
class Holding:
    """One vessel or room in a line."""

    holder: str
    design_maximum: Decimal
    live: Decimal | None
    basis: str

    @property
    def is_over(self) -> bool:
        """超储: more is there than it was designed for. A matter of its own; the grade doesn't follow it."""
        return self.live is not None and self.live > self.design_maximum


@dataclass(frozen=True, slots=True)
class Line:
    """One chemical of the unit: q, Q, q/Q, β, β·q/Q, each with its row."""

    name: str
    cas: str
    symbols: tuple[str, ...]
    quantity: Fraction
    threshold: Taken
    correction: Taken
    notes: tuple[Text, ...]
    holdings: tuple[Holding, ...]

    @property
    def ratio(self) -> Fraction:
        return self.quantity / self.threshold.value

    @property
    def weighted(self) -> Fraction:
        return self.correction.value * self.ratio


@dataclass(frozen=True, slots=True)
class NotCounted:
    """A chemical of the unit that neither table lists, with who said so on what basis."""

    name: str
    cas: str
    quantity: Fraction
    notes: tuple[Text, ...]
    holdings: tuple[Holding, ...]


@dataclass(frozen=True, slots=True)
class CalculationSheet:
    """辨识与分级计算书 of one unit, under the law of one day."""

    on: date
    enterprise: str
    code: str
    name: str
    kind: UnitKind
    residents: int
    factor: Fraction
    lines: tuple[Line, ...]
    not_counted: tuple[NotCounted, ...]
    grade: Grade | None
    floors: Mapping[Grade, Fraction]
    references: tuple[Mapping[str, str], ...]
    state: LawState

    @property
    def s(self) -> Fraction:
        """S = Σ q/Q."""
        return sum((line.ratio for line in self.lines), Fraction(0))

    @property
    def weighted(self) -> Fraction:
        """Σ β·q/Q."""
        return sum((line.weighted for line in self.lines), Fraction(0))

    @property
    def r(self) -> Fraction:
        """R = α · Σ β·q/Q."""
        return self.factor * self.weighted

    @property
    def is_major_hazard(self) -> bool:
        return self.grade is not None

    @property
    def over_stored(self) -> tuple[tuple[str, Holding], ...]:
        every: tuple[Line | NotCounted, ...] = (*self.lines, *self.not_counted)
        return tuple((line.name, holding) for line in every for holding in line.holdings if holding.is_over)

    @property
    def verdict(self) -> Text:
        if self.grade is None:
            return Text("S＜1，不构成重大危险源。", "S < 1: not a major hazard.")
        return Text("S≥1，构成{zh}重大危险源。", "S ≥ 1: a major hazard of {en}.").format(
            zh=self.grade.label.zh, en=self.grade.label.en.lower()
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, exact: what is stored with a calculation and what `--json` prints."""
        return {
            "standard": STANDARD,
            "on": self.on.isoformat(),
            "state": self.state.value,
            "enterprise": self.enterprise,
            "unit": {"code": self.code, "name": self.name, "kind": self.kind.value, "bound": BOUND_OF[self.kind].value},
            "residents_within_500_m": self.residents,
            "alpha": exact(self.factor),
            "lines": [_line(line) for line in self.lines],
            "not_counted": [
                {
                    "name": line.name,
                    "cas": line.cas,
                    "q_t": exact(line.quantity),
                    "notes": [{"zh": n.zh, "en": n.en} for n in line.notes],
                    "holdings": [_holding(h) for h in line.holdings],
                }
                for line in self.not_counted
            ],
            "s": exact(self.s),
            "weighted": exact(self.weighted),
            "r": exact(self.r),
            "is_major_hazard": self.is_major_hazard,
            "grade": self.grade.value if self.grade else None,
            "over_stored": [{"name": name, **_holding(holding)} for name, holding in self.over_stored],
            "references": [dict(reference) for reference in self.references],
        }


def _line(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "cas": line.cas,
        "symbols": list(line.symbols),
        "q_t": exact(line.quantity),
        "threshold_t": exact(line.threshold.value),
        "threshold_from": {"table": line.threshold.basis.value, "row": line.threshold.row},
        "ratio": exact(line.ratio),
        "beta": exact(line.correction.value),
        "beta_from": {"table": line.correction.basis.value, "row": line.correction.row},
        "weighted": exact(line.weighted),
        "notes": [{"zh": n.zh, "en": n.en} for n in line.notes],
        "holdings": [_holding(h) for h in line.holdings],
    }


def _holding(holding: Holding) -> dict[str, Any]:
    return {
        "holder": holding.holder,
        "design_maximum_t": format(holding.design_maximum, "f"),
        "live_t": None if holding.live is None else format(holding.live, "f"),
        "basis": holding.basis,
        "is_over_stored": holding.is_over,
    }
