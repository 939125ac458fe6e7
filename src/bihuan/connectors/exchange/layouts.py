"""样式的装入: from the dated tables of `law/regulations/exchange` to layouts of our registers."""

from __future__ import annotations

from datetime import date
from typing import Any

from bihuan.core.records.layouts import Layout, LayoutColumn
from bihuan.kernel.text import Text
from bihuan.law import law
from bihuan.law.law import NotInForce
from bihuan.law.state import weakest

FILE = "exchange/layouts"
#: The provision of each system, and what its layouts are called.
SYSTEMS = {
    "wuweiyiti": Text("五位一体", "Five-in-one"),
    "aq3064_1": Text("AQ 3064.1", "AQ 3064.1"),
}


def layouts_on(on: date) -> tuple[Layout, ...]:
    """Every layout that holds on this day."""
    found: list[Layout] = []
    for system, label in SYSTEMS.items():
        try:
            held = law.at(on).value(FILE, system)
        except NotInForce:
            continue
        rows: dict[tuple[str, str], list[Any]] = {}
        for row in held.value:
            rows.setdefault((row["register"], row["table"]), []).append(row)
        for (register, table), some in rows.items():
            columns = tuple(
                LayoutColumn(row["column"], row["label"], row["field"], codes_of(row["codes"]), row["state"])
                for row in some
            )
            found.append(
                Layout(
                    code=f"{system}.{table}",
                    label=Text(f"{label.zh} {table}", f"{label.en} {table}"),
                    register=register,
                    columns=columns,
                    source=held.citation,
                    from_on=on,
                    state=weakest(row["state"] for row in some),
                )
            )
    return tuple(found)


def codes_of(written: str) -> dict[str, str] | None:
    """`1=production;2=tank_farm` → foreign code to our value."""
    if not written:
        return None
    return dict(pair.split("=", 1) for pair in written.split(";"))
