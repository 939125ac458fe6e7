"""包保规则: duties of a role on a day, and the periods they come round in. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bihuan.domains.hazard_responsibility.terms import ROLE_IN_LAW, LeadRole, Rhythm
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.law import law
from bihuan.law.state import LawState
from bihuan.loop.rules import end_of_period
from bihuan.loop.terms import ProofRhythm

_LAW = "hazard-responsibility/responsibility"


class NotOfTheEnterprise(Problem):
    code = "lead_not_of_the_enterprise"


class DeputyIsTheLead(Problem):
    code = "deputy_is_the_lead"


class EndsBeforeItBegins(Problem):
    code = "lead_ends_before_it_begins"


@dataclass(frozen=True, slots=True)
class HazardDuty:
    """一条职责. `rhythm` is None where it has no period: each time, each shift, all along."""

    role: LeadRole
    number: int
    text: str
    frequency: str
    rhythm: Rhythm | None
    citation: str
    state: LawState

    @property
    def key(self) -> str:
        return f"{ROLE_IN_LAW[self.role]}.{self.number}"


def duties_of(*, role: LeadRole, on: date) -> list[HazardDuty]:
    """三类责任人各自的职责: what held on this day, each with its state."""
    today = law.at(on)
    held, rhythms = today.value(_LAW, "duties"), today.value(_LAW, "rhythms")
    said = {(r["role"], r["number"]): Rhythm.of(r["rhythm"]) for r in rhythms.value}
    return [
        HazardDuty(
            role=role,
            number=row["number"],
            text=row["text"],
            frequency=row["frequency"],
            rhythm=said.get((row["role"], row["number"])),
            citation=held.citation,
            state=row["state"],
        )
        for row in held.value
        if row["role"] == ROLE_IN_LAW[role]
    ]


def end_of(*, rhythm: Rhythm, on: date) -> date:
    """The last day of the period that this day lies in; a week ends on Sunday."""
    if rhythm is Rhythm.WEEKLY:
        return on + timedelta(days=6 - on.weekday())
    return end_of_period(rhythm=ProofRhythm.of(rhythm.value), on=on)


def require_own_person(*, person: str, enterprise: str) -> None:
    """责任人是本企业的人."""
    if person != enterprise:
        raise NotOfTheEnterprise(
            Text("责任人应是本企业人员。", "A lead is one of the enterprise's own people."),
            where={"person": Text("不是本企业人员。", "Not of the enterprise.")},
        )


def require_another(*, lead: object, deputy: object | None) -> None:
    if deputy is not None and lead == deputy:
        raise DeputyIsTheLead(
            Text("代理人不能是本人。", "Nobody is his own deputy."),
            where={"deputy": Text("请另选一人。", "Choose another.")},
        )


def require_after(*, from_on: date, until_on: date) -> None:
    if until_on <= from_on:
        raise EndsBeforeItBegins(
            Text("离任日期应晚于任职日期（{d}）。", "The end must come after the beginning ({d}).").format(d=from_on),
            where={"until_on": Text("请核对日期。", "Check the day.")},
        )
