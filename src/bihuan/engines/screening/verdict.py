"""筛查: one project against the rules and the catalogue of its place and day. Each rule says what it found and why."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bihuan.engines.major_hazard.terms import Grade
from bihuan.engines.screening.terms import Outcome, PlanKind, ProjectKind, Restriction, Verdict
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
class Compared:
    """与一种规划的图层比对: how much of the site lies where chemical projects may, and which areas that refuse them it touches."""

    plan: PlanKind
    share: float
    refused_by: tuple[str, ...]
    layers: tuple[str, ...]

    @property
    def fits(self) -> bool:
        return self.share >= WHOLE and not self.refused_by


@dataclass(frozen=True, slots=True)
class InParks:
    """与园区四至比对: how much of the site lies within recognised parks, and which."""

    share: float
    parks: tuple[str, ...]


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
    #: What the drawing of the site says, where it is drawn and there is something to hold it against.
    plans: tuple[Compared, ...] = ()
    parks: InParks | None = None
    #: 台账计算书的最高级别, where the enterprise has one: it goes before what was declared.
    is_calculated: bool = False
    grade_calculated: Grade | None = None

    @property
    def before(self) -> Grade | None:
        return self.grade_calculated if self.is_calculated else self.grade_before


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
#: A drawing is good to a few per mille: a site of which so much lies inside lies inside.
WHOLE = 0.995


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
        "fits_plans": lambda rule: _fits_plans(project),
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
    if project.kind in (ProjectKind.REBUILD, ProjectKind.EXTEND) and project.before in _GRAVE:
        return Outcome.NOT_APPLICABLE, Text(
            "原已为{g}，按“不得提升等级”判断。", "It was {g} before: judged by the rule on a rise."
        ).format(g=_grade(project.before))
    return Outcome.FAILED, Text("新上{g}重大危险源。", "A new major hazard of {g}.").format(g=_grade(after))


def _no_rise(project: Project) -> Judged:
    """现有企业新改扩建不得提升重大危险源等级: after is no graver than before."""
    if project.kind is ProjectKind.NEW:
        return Outcome.NOT_APPLICABLE, Text("新建项目，没有原级别。", "A new project has no grade before.")
    if not project.grades_are_known:
        return Outcome.UNKNOWN, Text("未说明重大危险源级别。", "The grade of the major hazard isn't said.")
    before, after = project.before, project.grade_after
    said = Text("由{b}到{a}。", "From {b} to {a}.").format(b=_grade(before), a=_grade(after))
    if project.is_calculated and before is not project.grade_before:
        said = Text(
            "{s}原级别取自台账计算书，申报为{d}。",
            "{s} The level before is that of the calculation sheets; {d} was declared.",
        ).format(s=said, d=_grade(project.grade_before))
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
    if project.parks is None:
        return _said(project.is_in_park, _IN, _OUT)
    return _by_bounds(project.parks)


def _said(value: bool | None, yes: Text, no: Text) -> Judged:
    if value is None:
        return Outcome.UNKNOWN, Text("未说明。", "Not said.")
    return (Outcome.PASSED, yes) if value else (Outcome.FAILED, no)


def _by_bounds(found: InParks) -> Judged:
    """By the bounds as they are drawn; what was declared no longer counts."""
    named = "、".join(found.parks)
    if found.share >= WHOLE:
        return Outcome.PASSED, Text("用地在“{p}”四至内。", "The site lies within the bounds of “{p}”.").format(p=named)
    if not found.parks:
        return Outcome.FAILED, Text("用地不在任何已认定园区的四至内。", "The site lies in no recognised park.")
    return Outcome.FAILED, Text(
        "用地只有 {s}% 在“{p}”四至内。", "Only {s} % of the site lies within the bounds of “{p}”."
    ).format(s=_percent(found.share), p=named)


def _fits_plans(project: Project) -> Judged:
    """城乡规划与产业规划: each by its layer where there is one; for the other what was declared counts."""
    if not project.plans:
        return _said(project.fits_plans, _FITS, _DOES_NOT_FIT)
    why = [_against(compared) for compared in project.plans]
    missing = [kind for kind in PlanKind if kind not in {c.plan for c in project.plans}]
    declared = _said(project.fits_plans, _FITS, _DOES_NOT_FIT)[0]
    if not all(compared.fits for compared in project.plans):
        outcome = Outcome.FAILED
    elif project.fits_plans is False:
        outcome = Outcome.FAILED
        why.append(Text("但申报为不符合规划。", "Yet it is declared not to fit."))
    elif missing:
        outcome = declared
        kinds = Text("、".join(k.label.zh for k in missing), ", ".join(k.label.en for k in missing))
        why.append(Text("{k}没有图层，按申报。", "No layer of: {k}; as declared.").format(k=kinds))
    else:
        outcome = Outcome.PASSED
    return outcome, Text("".join(w.zh for w in why), " ".join(w.en for w in why))


def _against(compared: Compared) -> Text:
    layers = "、".join(compared.layers)
    if compared.refused_by:
        return Text(
            "{k}：用地涉及“{a}”，不得布局化工项目（{l}）。", "{k}: the site touches “{a}”, where none may lie ({l})."
        ).format(k=compared.plan.label, a="、".join(compared.refused_by), l=layers)
    if compared.fits:
        return Text("{k}：用地全部在可布局范围内（{l}）。", "{k}: the whole site lies where it may ({l}).").format(
            k=compared.plan.label, l=layers
        )
    return Text(
        "{k}：用地只有 {s}% 在可布局范围内（{l}）。", "{k}: only {s} % of the site lies where it may ({l})."
    ).format(k=compared.plan.label, s=_percent(compared.share), l=layers)


def _percent(share: float) -> str:
    return f"{share * 100:.1f}".removesuffix(".0")


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
