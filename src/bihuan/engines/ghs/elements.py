"""标签要素: what classes put on a label, with the rules of precedence. 依据 GB 15258-2009 4.2–4.4（待核）."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bihuan.engines.ghs.tables import HazardCategory, Statement, Tables
from bihuan.engines.ghs.terms import Signal

#: A statement that says more than another, which may then be left out: corrosion of skin says what happens to eyes.
_COVERS = {"H314": ("H318",), "H410": ("H400",), "H411": ("H401",), "H412": ("H402",)}


@dataclass(frozen=True, slots=True)
class LabelElements:
    pictograms: tuple[str, ...]
    signal: Signal | None
    h_codes: tuple[str, ...]

    def statements(self, tables: Tables) -> tuple[Statement, ...]:
        return tuple(tables.h_statements[code] for code in self.h_codes if code in tables.h_statements)


def elements_of(classes: Sequence[HazardCategory], *, tables: Tables) -> LabelElements:
    """象形图、信号词、危险性说明 of these classes: physical hazards first, then health, then environment."""
    order = {"physical": 0, "health": 1, "environment": 2}
    sorted_classes = sorted(classes, key=lambda row: order[row.kind])
    codes = dict.fromkeys(code for row in sorted_classes for code in row.h_codes)
    covered = {weaker for code in codes for weaker in _COVERS.get(code, ())}
    return LabelElements(
        pictograms=pictograms_of(sorted_classes, tables=tables),
        signal=signal_of(sorted_classes),
        h_codes=tuple(code for code in codes if code not in covered),
    )


def signal_of(classes: Sequence[HazardCategory]) -> Signal | None:
    """信号词: 危险 wherever one class asks for it; then 警告 doesn't stand beside it."""
    asked = {row.signal for row in classes}
    return next((signal for signal in Signal if signal in asked), None)


def pictograms_of(classes: Sequence[HazardCategory], *, tables: Tables) -> tuple[str, ...]:
    """象形图 in the order of their classes; one that another makes needless is left out."""
    asked = [(row.key, code) for row in classes for code in row.pictograms]
    present = {code for _, code in asked}
    kept: dict[str, None] = {}
    for key, code in asked:
        silenced = any(
            rule.omitted == code
            and rule.by in present
            and (not rule.because or any(k in rule.because and c == rule.by for k, c in asked))
            and (not rule.of or key in rule.of)
            for rule in tables.precedence
        )
        if not silenced:
            kept[code] = None
    return tuple(kept)
