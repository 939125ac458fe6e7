"""筛查: one project against the rules and the catalogue of its place and day. Each rule says what it found and why."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bihuan.engines.major_hazard.terms import Grade
from bihuan.engines.screening.terms import Outcome, ProjectKind, Restriction, Verdict
from bihuan.kernel.text import Text
from bihuan.law.state import LawState


@dataclass(frozen=True, slots=True)
class Entry:
    """禁限控目录的一条. `condition` is what a restriction or control asks; `where` and `until` as the catalogue says."""

    restriction: Restriction
    name: str
    cas: str = ""
    condition: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Substance:
    name: str
    cas: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """What is asked of a project. None: not said. `grade_*`: the gravest major hazard of the site, before and after."""

    kind: ProjectKind
    is_chemical: bool
    substances: tuple[Substance, ...]
    investment: Decimal | None
    grade_before: Grade | None
    grade_after: Grade | None
    grades_are_known: bool
    is_in_park: bool | None
    fits_plans: bool | None
    conditions_met: bool | None


@dataclass(frozen=True, slots=True)
class Rule:
    """一条准入规则 as the law of the day has it. `limit` is its number; `in_principle`: an exception may be decided."""

    code: str
    text: Text
    in_principle: bool
    limit: Decimal | None
    source: str
    state: LawState


@dataclass(frozen=True, slots=True)
class Finding:
    rule: Rule
    outcome: Outcome
    why: Text


@dataclass(frozen=True, slots=True)
class Screening:
    """筛查结论, with every rule."""

    on: date
    findings: tuple[Finding, ...]

    @property
    def failed(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.outcome is Outcome.FAILED)

    @property
    def verdict(self) -> Verdict:
        if any(not f.rule.in_principle for f in self.failed):
            return Verdict.REFUSED
        if self.failed:
            return Verdict.REFUSED_IN_PRINCIPLE
        if any(f.outcome is Outcome.UNKNOWN for f in self.findings):
            return Verdict.INCOMPLETE
        return Verdict.ADMITTED

    def to_json(self) -> dict[str, Any]:
        return {
            "on": self.on.isoformat(),
            "verdict": self.verdict.value,
            "findings": [
                {
                    "rule": f.rule.code,
                    "text": {"zh": f.rule.text.zh, "en": f.rule.text.en},
                    "outcome": f.outcome.value,
                    "why": {"zh": f.why.zh, "en": f.why.en},
                    "in_principle": f.rule.in_principle,
                    "source": f.rule.source,
                    "state": f.rule.state.value,
                }
                for f in self.findings
            ],
        }


Judged = tuple[Outcome, Text]


def screen(*, project: Project, rules: Iterable[Rule], catalogue: Sequence[Entry], on: date) -> Screening:
    """项目准入筛查. A rule whose code isn't known here is a fault of the data and is told as unknown."""
    judges = {
        "forbidden": lambda rule: _catalogue(project, catalogue, (Restriction.FORBIDDEN,)),
        "restricted": lambda rule: _catalogue(project, catalogue, (Restriction.RESTRICTED, Restriction.CONTROLLED)),
        "no_new_grave_hazard": lambda rule: _no_new_grave_hazard(project),
        "no_rise": lambda rule: _no_rise(project),
        "investment_new": lambda rule: _investment(project, rule.limit, ProjectKind.NEW),
        "investment_relocation": lambda rule: _investment(project, rule.limit, ProjectKind.RELOCATE),
        "in_park": lambda rule: _in_park(project),
        "fits_plans": lambda rule: _said(project.fits_plans, _FITS, _DOES_NOT_FIT),
    }
    found = []
    for rule in rules:
        judge = judges.get(rule.code)
        outcome, why = (
            judge(rule) if judge else (Outcome.UNKNOWN, Text("系统不认识这条规则。", "The rule isn't known."))
        )
        found.append(Finding(rule, outcome, why))
    return Screening(on, tuple(found))


def hits(*, substances: Iterable[Substance], catalogue: Sequence[Entry]) -> list[tuple[Substance, Entry]]:
    """目录命中: by CAS number where both have one, otherwise by the name as written."""
    by_cas: dict[str, list[Entry]] = {}
    by_name: dict[str, list[Entry]] = {}
    for entry in catalogue:
        if entry.cas:
            by_cas.setdefault(entry.cas, []).append(entry)
        by_name.setdefault(plain(entry.name), []).append(entry)
    found = []
    for substance in substances:
        entries = by_cas.get(substance.cas, []) if substance.cas else []
        named = by_name.get(plain(substance.name), [])
        entries = [*entries, *(e for e in named if e not in entries and not (e.cas and substance.cas))]
        found += [(substance, entry) for entry in entries]
    return found


def plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _catalogue(project: Project, catalogue: Sequence[Entry], kinds: tuple[Restriction, ...]) -> Judged:
    if not catalogue:
        return Outcome.UNKNOWN, Text(
            "当地当日没有禁限控目录，请先导入。", "There is no catalogue for this place and day: import one first."
        )
    if not project.substances:
        return Outcome.UNKNOWN, Text("未登记涉及的化学品。", "No chemicals are named.")
    found = [(s, e) for s, e in hits(substances=project.substances, catalogue=catalogue) if e.restriction in kinds]
    if not found:
        return Outcome.PASSED, Text("{n} 种化学品均不在目录此类中。", "None of {n} chemicals is listed so.").format(
            n=len(project.substances)
        )
    said = "；".join(
        f"{s.name}：{e.restriction.label.zh}{f'（{e.condition}）' if e.condition else ''}" for s, e in found
    )
    said_en = "; ".join(f"{s.name}: {e.restriction.label.en}" for s, e in found)
    if Restriction.FORBIDDEN in kinds:
        return Outcome.FAILED, Text(said, said_en)
    if project.conditions_met is None:
        return Outcome.UNKNOWN, Text(
            f"{said}；未说明是否满足条件", f"{said_en}; whether the conditions are met isn't said"
        )
    return (Outcome.PASSED if project.conditions_met else Outcome.FAILED), Text(said, said_en)


_GRAVE = (Grade.I, Grade.II)


def _grade(grade: Grade | None) -> Text:
    return grade.label if grade is not None else Text("不构成", "none")


def _no_new_grave_hazard(project: Project) -> Judged:
    """原则上不再新上一、二级重大危险源: a site that had none of that grade gets one."""
    if not project.grades_are_known:
        return Outcome.UNKNOWN, Text("未说明重大危险源级别。", "The grade of the major hazard isn't said.")
    after = project.grade_after
    if after not in _GRAVE:
        return Outcome.PASSED, Text("建成后为：{g}。", "Afterwards: {g}.").format(g=_grade(after))
    if project.kind in (ProjectKind.REBUILD, ProjectKind.EXTEND) and project.grade_before in _GRAVE:
        return Outcome.NOT_APPLICABLE, Text(
            "原已为{g}，按“不得提升等级”判断。", "It was {g} before: judged by the rule on a rise."
        ).format(g=_grade(project.grade_before))
    return Outcome.FAILED, Text("新上{g}重大危险源。", "A new major hazard of {g}.").format(g=_grade(after))


def _no_rise(project: Project) -> Judged:
    """现有企业新改扩建不得提升重大危险源等级: after is no graver than before."""
    if project.kind is ProjectKind.NEW:
        return Outcome.NOT_APPLICABLE, Text("新建项目，没有原级别。", "A new project has no grade before.")
    if not project.grades_are_known:
        return Outcome.UNKNOWN, Text("未说明重大危险源级别。", "The grade of the major hazard isn't said.")
    before, after = project.grade_before, project.grade_after
    said = Text("由{b}到{a}。", "From {b} to {a}.").format(b=_grade(before), a=_grade(after))
    rises = after is not None and (before is None or after.is_graver_than(before))
    return (Outcome.FAILED if rises else Outcome.PASSED), said


def _investment(project: Project, floor: Decimal | None, kind: ProjectKind) -> Judged:
    """投资额: 10 000 yuan. The floor itself is enough."""
    if project.kind is not kind or not project.is_chemical:
        return Outcome.NOT_APPLICABLE, Text(
            "只适用于化工{k}项目。", "Only for chemical projects that are: {k}."
        ).format(k=kind.label)
    if floor is None or project.investment is None:
        return Outcome.UNKNOWN, Text("未说明投资额。", "The investment isn't said.")
    said = Text("投资 {i} 万元，下限 {f} 万元。", "{i} of at least {f} (10 000 yuan).").format(
        i=_number(project.investment), f=_number(floor)
    )
    return (Outcome.PASSED if project.investment >= floor else Outcome.FAILED), said


def _in_park(project: Project) -> Judged:
    if not project.is_chemical or project.kind not in (ProjectKind.NEW, ProjectKind.RELOCATE):
        return Outcome.NOT_APPLICABLE, Text(
            "只适用于新建和搬迁的化工项目。", "Only for chemical projects that are new or move."
        )
    return _said(project.is_in_park, _IN, _OUT)


def _said(value: bool | None, yes: Text, no: Text) -> Judged:
    if value is None:
        return Outcome.UNKNOWN, Text("未说明。", "Not said.")
    return (Outcome.PASSED, yes) if value else (Outcome.FAILED, no)


_IN = Text("位于认定的化工园区内。", "Within a recognised chemical park.")
_OUT = Text("不在认定的化工园区内。", "Not within a recognised chemical park.")
_FITS = Text("符合城乡规划和产业规划。", "It fits the plans of town and industry.")
_DOES_NOT_FIT = Text("不符合城乡规划或产业规划。", "It doesn't fit the plans of town or industry.")


def _number(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def with_limits(rules: Iterable[Rule], limits: Mapping[str, tuple[Decimal, str]]) -> tuple[Rule, ...]:
    """地方参数: another floor with its own basis, where a place has set one. It is checked by whoever set it."""
    changed = []
    for rule in rules:
        limit, basis = limits.get(rule.code, (rule.limit, rule.source))
        changed.append(Rule(rule.code, rule.text, rule.in_principle, limit, basis, rule.state))
    return tuple(changed)
