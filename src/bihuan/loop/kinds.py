"""事项类别与对象群: what domains declare and the loop reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bihuan.core.modules import registry
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop.terms import Move

#: A kind's own rule for one move. Raises a `Problem` to refuse. `facts` are what the kind's own action brings.
KindRule = Callable[..., None]


class UnknownKind(Problem):
    code = "unknown_case_kind"


@dataclass(frozen=True, slots=True)
class CaseKind:
    """一类事项. `rules` are run by every move of such a case, whoever makes it: there is no way round them.

    `guarded` moves are made by the kind's own action only, since they need facts the generic action doesn't have.
    `warn_days`: from when on a deadline shows yellow.
    """

    code: str
    label: Text
    icon: str = "file-text"
    required_evidence: int = 1
    rules: Mapping[Move, KindRule] = field(default_factory=dict)
    guarded: frozenset[Move] = frozenset()
    warn_days: int = 7
    #: Until it is late, only the person named hears of it for the unit that owns it, where they have an account.
    tells_named_person: bool = False
    #: Template and queries of the kind's extra facts on the case page: called with ctx and case, answers a context.
    panel: Callable[..., Mapping[str, Any]] | None = None
    panel_template: str = ""


@dataclass(frozen=True, slots=True)
class CaseButton:
    """An action of another module that is offered on the page of every case: its one row is the case."""

    action: str


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a population: a stable key, its name, and the code of the organisation that owns it."""

    key: str
    name: str
    organisation_code: str


@dataclass(frozen=True, slots=True)
class Population:
    """对象群: a named set that registers fill ("enterprises with a major hazard") and duties draw from."""

    code: str
    label: Text
    members: Callable[..., Iterable[Member]]


@dataclass(frozen=True, slots=True)
class Computed:
    """What a formula found for one unit: the value, and in a few words what it was counted from ("7/9")."""

    organisation_code: str
    value: Decimal
    basis: str


@dataclass(frozen=True, slots=True)
class Formula:
    """公式: a figure that a register computes for every unit of a place on a day; indicators of plans name it.

    `compute(region_path=…, on=…)` sees the whole place, as a service does; what is shown of it is scoped where it is shown.
    """

    code: str
    label: Text
    unit: str
    compute: Callable[..., Iterable[Computed]]


GENERAL = CaseKind("general", Text("一般事项", "General case"))


def kind_of(code: str) -> CaseKind:
    found = next((k for k in registry().declared(CaseKind) if k.code == code), None)
    if found is None:
        raise UnknownKind(Text("没有“{c}”这类事项。", "There is no kind of case called “{c}”.").format(c=code))
    return found


def formula_of(code: str) -> Formula:
    found = next((f for f in registry().declared(Formula) if f.code == code), None)
    if found is None:
        raise UnknownKind(Text("没有名为“{c}”的公式。", "There is no formula called “{c}”.").format(c=code))
    return found


def population_of(code: str) -> Population:
    found = next((p for p in registry().declared(Population) if p.code == code), None)
    if found is None:
        raise UnknownKind(Text("没有名为“{c}”的对象群。", "There is no population called “{c}”.").format(c=code))
    return found
