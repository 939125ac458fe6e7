"""准入规则: as the law of a day has them."""

from __future__ import annotations

from datetime import date

from bihuan.engines.screening.verdict import Rule
from bihuan.kernel.text import Text
from bihuan.law import law


def rules_at(on: date) -> tuple[Rule, ...]:
    held = law.at(on).value("project-screening/screening", "rules")
    return tuple(
        Rule(
            row["rule"], Text(row["text"], row["english"]), row["in_principle"] == "原则上", row["limit"], row["source"], row["state"]
        )
        for row in held.value
    )  # fmt: skip
