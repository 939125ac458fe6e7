"""Reads of major hazards, each within what the actor may see, and the calculation kept in step with every change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.jobs.queue import enqueue
from bihuan.core.records.models import Sheet
from bihuan.core.records.terms import SheetState
from bihuan.engines.major_hazard.grading import calculate
from bihuan.engines.major_hazard.sheet import CalculationSheet, shown
from bihuan.engines.major_hazard.stock import Unit
from bihuan.engines.major_hazard.tables import tables_at
from bihuan.engines.major_hazard.terms import Basis, Grade, UnitKind
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.law.state import LawState
from bihuan.loop.kinds import Member
from bihuan.parties import queries as parties
from bihuan.parties.models import Organisation, Thing
from bihuan.parties.rules import ancestors
from bihuan.parties.terms import OrganisationKind, ThingState
from bihuan.registers.major_hazards import rules
from bihuan.registers.major_hazards.models import Calculation, HazardStock, HazardUnit
from bihuan.registers.tanks.models import Tank

ANNOUNCE_JOB = "major_hazards.announce"
#: 地方参数: the organisation code of the authority that supervises and files the major hazards of a place.
AUTHORITY = "major_hazard.authority"
_EMERGENCY = "应急"
VERSIONS_SHOWN = 20
#: Units calculated together.
TOGETHER = 500
_STOCK_FIELDS = (
    "name", "vessel", "cas", "serial", "symbols", "conditions", "basis", "mixture", "design_maximum", "live",
)  # fmt: skip


class NoAuthority(Problem):
    """谁主管谁负责: a major hazard without a supervising authority is itself a finding."""

    code = "no_authority"


# — the row —


def doubts_of_stock(values: Mapping[str, Any]) -> dict[str, Text]:
    """单位疑问 of one row, held against the tank of that code in the register of tanks, if there is one."""
    unit, vessel = values.get("unit"), values.get("vessel")
    volume = None
    if unit is not None and vessel:
        of_the_enterprise = Tank._base_manager.filter(thing__organisation_code=unit.organisation_code)
        volume = of_the_enterprise.filter(thing__code=vessel).values_list("volume", flat=True).first()
    return rules.doubts(values, volume=volume)


# — calculation —


def sheet_of(*, unit: HazardUnit, on: date) -> CalculationSheet | None:
    """The calculation of what the unit holds now; None where it holds nothing (any more)."""
    return _sheet(unit, _held_by([unit]).get(unit.thing_id, []), on=on)


def _held_by(units: Sequence[HazardUnit]) -> dict[Any, list[HazardStock]]:
    """By thing: what each of some units holds, in one query."""
    rows = HazardStock._base_manager.filter(
        HazardStock.arrived(), unit__in=[unit.thing_id for unit in units], is_removed=False
    )
    found: dict[Any, list[HazardStock]] = {}
    for row in rows.order_by("code"):
        found.setdefault(row.unit_id, []).append(row)
    return found


def _sheet(unit: HazardUnit, rows: Iterable[HazardStock], *, on: date) -> CalculationSheet | None:
    stocks = tuple(rules.stock_of({name: getattr(row, name) for name in _STOCK_FIELDS}) for row in rows)
    if not stocks or unit.thing.state == ThingState.RETIRED:
        return None
    return calculate(
        unit=Unit(
            code=unit.thing.code,
            name=unit.thing.name,
            kind=UnitKind(unit.kind),
            residents=unit.residents,
            stocks=stocks,
            enterprise=unit.thing.organisation.name,
        ),
        tables=tables_at(on),
    )


def _stored(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.000001"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Recalculation:
    """参数一变即重新辨识: in the transaction of the change, so that no grade is ever older than what it rests on.

    Rows of a sheet that is still being written don't count; the switch at its end does.
    """

    watches: tuple[type, ...] = (HazardUnit, HazardStock, Sheet)

    def is_concerned(self, row: Any, columns: Collection[str]) -> bool:
        """Any change of a unit or its stock may change the result; of a sheet only its state does."""
        return not isinstance(row, Sheet) or "state" in columns

    def keep(self, *, rows: Sequence[Any], at: datetime) -> None:
        units = {row.pk for row in rows if isinstance(row, HazardUnit)}
        things = _things_of([row for row in rows if isinstance(row, HazardStock)])
        ended = [
            row.pk
            for row in rows
            if isinstance(row, Sheet) and row.register == "hazard_stock" and row.state != SheetState.APPLYING
        ]
        if ended:
            things |= set(HazardStock._base_manager.filter(sheet__in=ended).values_list("unit_id", flat=True))
        # The end of a large sheet concerns thousands of units, within one transaction: some hundred are read at a time.
        for column, keys in (("pk", sorted(units)), ("thing", sorted(things))):
            for n in range(0, len(keys), TOGETHER):
                found = HazardUnit._base_manager.filter(**{f"{column}__in": keys[n : n + TOGETHER]})
                _keep(list(found.select_related("thing", "thing__organisation")), at)


def _things_of(rows: Sequence[HazardStock]) -> set[Any]:
    """The units of rows that count: not those a sheet is still bringing."""
    sheets = {row.sheet for row in rows if row.sheet is not None}
    coming = (
        set(Sheet._base_manager.filter(pk__in=sheets, state=SheetState.APPLYING).values_list("pk", flat=True))
        if sheets
        else set()
    )
    return {row.unit_id for row in rows if row.sheet not in coming}


def _keep(units: Sequence[HazardUnit], at: datetime) -> None:
    held, on = _held_by(units), day_of(at)
    lasts = {last.unit_id: last for last in Calculation._base_manager.filter(unit__in=units, is_current=True)}
    made: list[tuple[Calculation, bool]] = []
    replaced = []
    for unit in units:
        sheet, last = _sheet(unit, held.get(unit.thing_id, []), on=on), lasts.get(unit.pk)
        said = sheet.to_json() if sheet else {"lines": [], "not_counted": [], "over_stored": []}
        if last is None and sheet is None:
            continue
        if last is not None and _same(last.sheet, said) and last.region_path == unit.thing.region_path:
            continue
        if last is not None:
            replaced.append(last.pk)
        one = _calculation(unit, sheet, said, last=last, at=at)
        is_over = bool(rules.newly_over(before=last.sheet if last else {}, after=said))
        made.append((one, is_over or one.grade != one.grade_before))
    Calculation._base_manager.filter(pk__in=replaced).update(is_current=False)
    Calculation._base_manager.bulk_create([one for one, _ in made])
    for one, is_news in made:
        if is_news:
            enqueue(job=ANNOUNCE_JOB, payload={"calculation": str(one.pk)}, key=f"{ANNOUNCE_JOB}:{one.pk}", at=at)


def _calculation(
    unit: HazardUnit, sheet: CalculationSheet | None, said: Mapping[str, Any], *, last: Calculation | None, at: datetime
) -> Calculation:
    return Calculation(
        unit=unit,
        on=day_of(at),
        s=_stored(sheet.s) if sheet else Decimal(0),
        r=_stored(sheet.r) if sheet else Decimal(0),
        grade=sheet.grade.value if sheet and sheet.grade else "",
        grade_before=last.grade if last else "",
        is_over_stored=bool(sheet and sheet.over_stored),
        sheet=said,
        region_path=unit.thing.region_path,
        organisation_code=unit.thing.organisation_code,
        created_at=at,
        updated_at=at,
    )


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """The day alone doesn't make another calculation."""
    return {k: v for k, v in before.items() if k != "on"} == {k: v for k, v in after.items() if k != "on"}


def before(calculation: Calculation) -> Calculation | None:
    """The version before this one."""
    earlier = Calculation._base_manager.filter(unit=calculation.unit_id, id__lt=calculation.pk)
    found: Calculation | None = earlier.order_by("-id").first()
    return found


# — who supervises —


def authority_of(*, unit: HazardUnit, on: date) -> Organisation:
    return authority_at(thing=unit.thing, on=on)


def authority_at(*, thing: Thing, on: date) -> Organisation:
    """The authority of the place: as the place parameter says, otherwise the nearest emergency management department."""
    said = parties.parameter(name=AUTHORITY, region_path=thing.region_path, on=on)
    if said is not None:
        found = Organisation._base_manager.filter(code=said.value, abolished_on__isnull=True).first()
        if found is not None:
            return found
    near = Organisation._base_manager.filter(
        kind=OrganisationKind.DEPARTMENT,
        name__contains=_EMERGENCY,
        region_path__in=ancestors(thing.region_path),
        abolished_on__isnull=True,
    )
    nearest = max(near, key=lambda unit: len(unit.region_path), default=None)
    if nearest is None:
        raise NoAuthority(
            Text(
                "找不到“{unit}”的主管部门。请在地方参数“{name}”中填写主管部门的单位编码。",
                "No authority supervises “{unit}”. Name its organisation code in the place parameter “{name}”.",
            ).format(unit=thing.name, name=AUTHORITY)
        )
    return nearest


# — lists and pages —


@dataclass(frozen=True, slots=True)
class HazardFilter:
    grade: str = ""
    text: str = ""
    over_only: bool = False

    @classmethod
    def from_query(cls, said: Mapping[str, str]) -> HazardFilter:
        grade = said.get("grade", "")
        return cls(
            grade=grade if grade in {*(g.value for g in Grade), "none"} else "",
            text=said.get("q", "").strip()[:60],
            over_only=said.get("over") == "1",
        )


def current(*, ctx: Context, narrowed: HazardFilter) -> QuerySet[Calculation]:
    """The current result of every unit one may see; the gravest first."""
    rows: QuerySet[Calculation] = Calculation.objects.visible_to(ctx.actor).filter(is_current=True)
    if narrowed.grade:
        rows = rows.filter(grade="" if narrowed.grade == "none" else narrowed.grade)
    if narrowed.over_only:
        rows = rows.filter(is_over_stored=True)
    if narrowed.text:
        rows = rows.filter(
            Q(unit__thing__name__contains=narrowed.text)
            | Q(unit__thing__code=narrowed.text)
            | Q(unit__thing__organisation__name__contains=narrowed.text)
        )
    return rows.select_related("unit__thing__organisation", "unit__thing__region").order_by(F("r").desc(), "unit")


def counts(*, ctx: Context) -> dict[Grade | None, int]:
    seen = Calculation.objects.visible_to(ctx.actor).filter(is_current=True)
    said = dict(seen.order_by().values_list("grade").annotate(n=Count("pk")))
    return {**{grade: said.get(grade.value, 0) for grade in Grade}, None: said.get("", 0)}


def get_unit(*, ctx: Context, unit_id: Any) -> HazardUnit:
    found: HazardUnit | None = (
        HazardUnit.objects.visible_to(ctx.actor)
        .select_related("thing", "thing__organisation", "thing__region")
        .filter(pk=unit_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def find_units(*, ctx: Context, text: str) -> Iterable[HazardUnit]:
    rows = HazardUnit.objects.visible_to(ctx.actor).select_related("thing")
    return rows.filter(Q(thing__name__contains=text) | Q(thing__code__startswith=text)) if text else rows


def current_of(unit: HazardUnit) -> Calculation | None:
    found: Calculation | None = Calculation._base_manager.filter(unit=unit, is_current=True).first()
    return found


def members(*, region_path: str) -> Iterable[Member]:
    """对象群“重大危险源”."""
    rows = Calculation._base_manager.filter(is_current=True, region_path__startswith=region_path).exclude(grade="")
    for row in rows.select_related("unit__thing").order_by("unit"):
        yield Member(str(row.unit_id), row.unit.thing.name, row.organisation_code)


def panel_of_unit(*, ctx: Context, row: HazardUnit) -> Mapping[str, Any] | None:
    """计算书 on the page of a unit, line by line, and the versions before it."""
    versions = list(Calculation.objects.visible_to(ctx.actor).filter(unit=row)[:VERSIONS_SHOWN])
    calculation = next((v for v in versions if v.is_current), None)
    stock = HazardStock.objects.visible_to(ctx.actor).filter(unit=row.thing_id, is_removed=False).order_by("code")
    return {
        "unit": row,
        "calculation": calculation,
        "sheet": readable(calculation.sheet) if calculation and calculation.sheet.get("standard") else None,
        "versions": versions,
        "stock": list(stock[:200]),
    }


def readable(sheet: Mapping[str, Any]) -> dict[str, Any]:
    """The stored sheet with its exact figures as people read them."""
    lines = [
        {
            **line,
            **{key: shown(Fraction(line[key])) for key in ("q_t", "threshold_t", "ratio", "beta", "weighted")},
            "threshold_table": Basis.of(line["threshold_from"]["table"]).label,
            "beta_table": Basis.of(line["beta_from"]["table"]).label,
            "said": [Text(note["zh"], note["en"]) for note in line["notes"]],
        }
        for line in sheet["lines"]
    ]
    return {
        **sheet,
        "lines": lines,
        "s": shown(Fraction(sheet["s"])),
        "r": shown(Fraction(sheet["r"])),
        "alpha": shown(Fraction(sheet["alpha"])),
        "weighted": shown(Fraction(sheet["weighted"])),
        "state_term": LawState.of(sheet["state"]),
        "sources": [{**r, "state_term": LawState.of(r["state"])} for r in sheet["references"]],
    }
