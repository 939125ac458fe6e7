"""产品行的检查, field by field and together. What contradicts itself is shown, not refused: only a label can't be printed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bihuan.engines.ghs.tables import Tables, tables_at
from bihuan.engines.ghs.terms import Signal
from bihuan.engines.safety_documents.sizes import read_volumes
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.registers.products.rules import national_code
from bihuan.registers.products.rules.parts import codes_of

#: A row is held against the newest edition entered.
NEWEST = date(2999, 12, 31)


def _tables() -> Tables:
    return tables_at(NEWEST)


def wrong_classes(value: str) -> Text | None:
    try:
        _tables().read(value)
    except Problem as problem:
        return problem.text
    return None


def _unknown(value: str, known: Mapping[str, object], what: Text) -> Text | None:
    unknown = [code for code in codes_of(value) if code not in known]
    if not unknown:
        return None
    return Text("没有{what}“{c}”。", "There is no {what} “{c}”.").format(what=what, c="、".join(unknown[:5]))


def wrong_h_codes(value: str) -> Text | None:
    return _unknown(value, _tables().h_statements, Text("危险性说明", "hazard statement"))


def wrong_p_codes(value: str) -> Text | None:
    return _unknown(value, _tables().p_statements, Text("防范说明", "precautionary statement"))


def wrong_pictograms(value: str) -> Text | None:
    return _unknown(value, _tables().pictograms, Text("象形图", "pictogram"))


def wrong_volumes(value: str) -> Text | None:
    try:
        read_volumes(value)
    except Problem as problem:
        return problem.text
    return None


def wrong_together(values: Mapping[str, Any]) -> dict[str, Text]:
    return national_code.wrong_together(
        address=values.get("national_address") or "", number=values.get("national_number") or ""
    )


def signal_of(code: str) -> Signal | None:
    return Signal.of(code) if code else None
