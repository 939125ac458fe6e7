"""保存规则声明: what a module puts into `declares` for each kind of record that may go one day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from bihuan.core.modules import registry
from bihuan.kernel.text import Text
from bihuan.law import law
from bihuan.law.provision import Held

PROVISIONS = "retention/retention"


@dataclass(frozen=True)
class Kept:
    """`since` is the column whose moment the days count from, `only` which rows may go at all, by then.

    `days` is what we propose; `provision` names the law's least number of days (law/regulations/retention), where there
    is one. `source` says why otherwise. `parts` are tables that hang on the rows and go with them, as (model, link).
    `freed(rows)` hears inside the transaction, after they went, which rows those were: files are seen to there.
    """

    code: str
    label: Text
    model: type[models.Model]
    since: str
    days: int
    source: Text
    provision: str = ""
    only: Callable[[datetime], Q] = lambda at: Q()
    parts: tuple[tuple[type[models.Model], str], ...] = ()
    freed: Callable[[Iterable[Any]], None] | None = None

    def law(self, at: datetime) -> Held | None:
        return law.shipped().at(at.date()).value(PROVISIONS, self.provision) if self.provision else None

    def at_least(self, at: datetime) -> int | None:
        held = self.law(at)
        return int(held.value) if held is not None else None

    def old(self, at: datetime, *, before: datetime) -> models.QuerySet[Any]:
        """What the days alone would let go, oldest first; holds are another matter."""
        rows: models.QuerySet[Any] = self.model._base_manager.filter(self.only(at), **{f"{self.since}__lte": before})
        return rows.order_by(self.since, "pk")


def rules() -> list[Kept]:
    found = registry().declared(Kept)
    codes = [k.code for k in found]
    if len(set(codes)) != len(codes):
        raise ValueError(f"a kind of record is declared twice: {sorted(codes)}")
    return found


def rule(code: str) -> Kept | None:
    return next((k for k in rules() if k.code == code), None)
