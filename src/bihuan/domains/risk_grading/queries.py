"""Reads of risk grades, and the answers that the registers know already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from bihuan.core.access.context import Context
from bihuan.core.access.rows import below
from bihuan.core.actions.problems import NotFound
from bihuan.core.records.mapping import Box, Feature, points
from bihuan.domains.risk_grading import rules
from bihuan.domains.risk_grading.models import Assessment, EnterpriseGrading, ParkGrading
from bihuan.domains.risk_grading.terms import RiskGradingGrants
from bihuan.engines.major_hazard.terms import Grade
from bihuan.engines.static_risk.scoring import Answer, score
from bihuan.engines.static_risk.scoring import Assessment as Result
from bihuan.engines.static_risk.tables import doc19_at, park_at
from bihuan.kernel.calendar import day_of
from bihuan.kernel.schemes import Doc19Colour, EnterpriseGrade, ParkGrade
from bihuan.kernel.text import Text
from bihuan.law import law
from bihuan.loop.kinds import Computed, Formula
from bihuan.parties.models import Organisation, Region
from bihuan.parties.terms import OrganisationKind, RegionKind, ThingState
from bihuan.registers.chemicals.models import Chemical
from bihuan.registers.chemicals.rules.catalogue import catalogue_at
from bihuan.registers.chemicals.terms import Listing
from bihuan.registers.enterprises.models import Enterprise
from bihuan.registers.installations.models import Equipment, ProcessUnit, Warehouse
from bihuan.registers.installations.terms import FireClass
from bihuan.registers.major_hazards.models import Calculation
from bihuan.registers.parks.models import Park

DATA = "台账"


def get_enterprise(*, ctx: Context, enterprise_id: UUID) -> Enterprise:
    found: Enterprise | None = (
        Enterprise.objects.visible_to(ctx.actor)
        .filter(pk=enterprise_id)
        .select_related("thing", "thing__organisation", "thing__region")
        .first()
    )
    if found is None or not any(ctx.actor.may(g, found.place) for g in RiskGradingGrants):
        raise NotFound
    return found


# — what the registers know —


def filled(enterprise: Enterprise, *, on: date) -> dict[str, Answer]:
    """自动填充: items whose answer stands in the registers, each with where. The rest is asked."""
    code = enterprise.thing.organisation_code
    return {
        **_hazards(code),
        **_chemicals(code, on),
        **_processes(enterprise, on),
        **_fire(code),
        **_place(enterprise),
        **_equipment(code, on),
    }


def _data(count: int, why: str) -> Answer:
    return Answer(count, f"{DATA}：{why}", from_data=True)


def _hazards(code: str) -> dict[str, Answer]:
    """1.1–1.4: the gravest major hazard counts."""
    rows = Calculation._base_manager.filter(organisation_code=code, is_current=True).exclude(grade="")
    gravest = Grade.gravest(
        Grade(g) for g in rows.exclude(unit__thing__state=ThingState.RETIRED).values_list("grade", flat=True)
    )
    why = f"重大危险源最高为{gravest.label.zh}" if gravest else "没有构成重大危险源的单元"
    items = dict(zip(Grade, ("1.1", "1.2", "1.3", "1.4"), strict=True))
    return {item: _data(int(gravest is not None and grade == gravest), why) for grade, item in items.items()}


def _chemicals(code: str, on: date) -> dict[str, Answer]:
    """2.1–2.3, each kind once and under the gravest of the three."""
    book = catalogue_at(on)
    explosive, toxic, key = set(), set(), set()
    for row in (
        Chemical._base_manager.filter(thing__organisation_code=code)
        .exclude(thing__state=ThingState.RETIRED)
        .select_related("thing")
    ):
        entries = book.by_serial.get(row.serial, ()) if row.serial else book.by_cas.get(row.cas, ())
        symbols = row.symbols.upper()
        kind = row.cas or row.thing.name
        if "W1" in symbols:
            explosive.add(kind)
        elif any(e.is_highly_toxic for e in entries) and "J" in symbols:
            toxic.add(kind)
        elif any(mark.listing is Listing.KEY_SUPERVISED for e in entries for mark in book.listed(e)):
            key.add(kind)
    return {
        "2.1": _data(len(explosive), f"化学品台账中类别为爆炸物的 {len(explosive)} 种"),
        "2.2": _data(len(toxic), f"剧毒且有急性毒性类别的 {len(toxic)} 种，吸入途径请核实"),
        "2.3": _data(len(key), f"重点监管的其他 {len(key)} 种"),
    }  # fmt: skip


def _processes(enterprise: Enterprise, on: date) -> dict[str, Answer]:
    known = [row["name"] for row in law.at(on).value("hazardous-chemicals/lists", "key_processes").value]
    units = ProcessUnit._base_manager.filter(thing__organisation_code=enterprise.thing.organisation_code)
    written = [
        enterprise.processes,
        *units.exclude(thing__state=ThingState.RETIRED).values_list("processes", flat=True),
    ]
    found = rules.key_processes_in(written, known=known)
    return {"3.1": _data(len(found), "、".join(found) or "没有重点监管工艺")}


def _fire(code: str) -> dict[str, Answer]:
    counted: Counter[str] = Counter()
    for model in (ProcessUnit, Warehouse):
        rows = model._base_manager.filter(thing__organisation_code=code).exclude(thing__state=ThingState.RETIRED)
        counted.update(rows.values_list("fire_class", flat=True))
    if not counted:
        return {}
    return {
        "4.1": _data(counted[FireClass.A.value], f"甲类装置、仓库 {counted[FireClass.A.value]} 处"),
        "4.2": _data(counted[FireClass.B.value], f"乙类装置、仓库 {counted[FireClass.B.value]} 处"),
    }


def _place(enterprise: Enterprise) -> dict[str, Answer]:
    is_in = enterprise.thing.region.kind == RegionKind.PARK.value
    return {"5.1": _data(int(not is_in), f"所在区域：{enterprise.thing.region.name}")}


def _equipment(code: str, on: date) -> dict[str, Answer]:
    rows = list(Equipment._base_manager.filter(thing__organisation_code=code).exclude(thing__state=ThingState.RETIRED))
    if not rows:
        return {}
    obsolete = sum(r.is_obsolete for r in rows)
    late = sum(
        r.is_special and (not r.registration_number or r.inspected_until is None or r.inspected_until < on)
        for r in rows
    )
    return {
        "7.1": _data(obsolete, f"淘汰落后设备 {obsolete} 项"),
        "7.2": _data(int(late > 0), f"未登记或检验过期的特种设备 {late} 台"),
    }


# — assessments —


def current_of(enterprise: Enterprise) -> Assessment | None:
    found: Assessment | None = Assessment._base_manager.filter(enterprise=enterprise, is_current=True).first()
    return found


def result_of(assessment: Assessment) -> Result:
    """The result again, under the law of its own day."""
    answers = {code: Answer(**said) for code, said in assessment.answers.items()}
    return score(table=doc19_at(assessment.on), answers=answers, direct=assessment.direct)


@dataclass(frozen=True, slots=True)
class Filter:
    colour: str = ""
    text: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> Filter:
        return cls(str(query.get("colour", "")), str(query.get("q", ""))[:80])


def require_reader(ctx: Context) -> None:
    if not any(ctx.actor.has(g) for g in RiskGradingGrants):
        raise NotFound


def current(*, ctx: Context, narrowed: Filter) -> QuerySet[Assessment]:
    require_reader(ctx)
    rows: QuerySet[Assessment] = Assessment.objects.visible_to(ctx.actor).filter(is_current=True)
    if narrowed.colour in {c.value for c in Doc19Colour}:
        rows = rows.filter(colour=narrowed.colour)
    elif narrowed.colour == "open":
        rows = rows.filter(colour="")
    if narrowed.text:
        rows = rows.filter(enterprise__thing__name__contains=narrowed.text)
    return rows.select_related("enterprise__thing", "enterprise__thing__region").order_by("score", "pk")


def not_assessed(*, ctx: Context) -> QuerySet[Enterprise]:
    """还没有诊断的企业."""
    rows = Enterprise.objects.visible_to(ctx.actor).exclude(thing__state=ThingState.RETIRED)
    done = Assessment._base_manager.filter(is_current=True).values("enterprise")
    found: QuerySet[Enterprise] = rows.exclude(pk__in=done).select_related("thing").order_by("thing__code")
    return found


@dataclass(frozen=True, slots=True)
class Area:
    """区域四色: as its gravest enterprise. Ours, so that no red disappears in an average."""

    region: Region
    counts: Mapping[Doc19Colour, int]

    @property
    def colour(self) -> Doc19Colour | None:
        return Doc19Colour.gravest(colour for colour, n in self.counts.items() if n)


def areas(*, ctx: Context) -> list[Area]:
    rows = Assessment.objects.visible_to(ctx.actor).filter(is_current=True).exclude(colour="")
    counted: dict[Any, Counter[Doc19Colour]] = {}
    for region, colour in rows.values_list("enterprise__thing__region", "colour"):
        counted.setdefault(region, Counter())[Doc19Colour(colour)] += 1
    regions = Region._base_manager.filter(pk__in=counted).order_by("path")
    return [Area(r, {c: counted[r.pk][c] for c in Doc19Colour}) for r in regions]


def park_grades(*, ctx: Context) -> list[ParkGrading]:
    rows = ParkGrading.objects.visible_to(ctx.actor).filter(is_current=True).select_related("park__thing")
    return list(rows.order_by("park__thing__code")[:200])


def _share_of_d(*, region_path: str, on: date) -> Iterable[Computed]:
    """D 级园区占比 of each place with graded parks, said of its government and departments: D is the good end. 依据 000 §9.

    Over the parks that were graded by that day; one not graded is neither in the share nor against it.
    """
    graded = dict(
        ParkGrading.objects.filter(below("region_path", region_path), graded_on__lte=on)
        .order_by("graded_on", "id")
        .values_list("park_id", "grade")
    )
    places = dict(Park._base_manager.filter(pk__in=graded).values_list("pk", "thing__region_path"))
    units = Organisation._base_manager.filter(below("region_path", region_path), abolished_on__isnull=True)
    for code, path in units.filter(kind__in=_ANSWERABLE).order_by("code").values_list("code", "region_path"):
        grades = [graded[key] for key, place in places.items() if place.startswith(path)]
        if (share := rules.share_of_d(grades)) is not None:
            yield Computed(code, share, f"{grades.count(ParkGrade.D.value)}/{len(grades)}")


#: Who answers for the parks of a place.
_ANSWERABLE = (OrganisationKind.GOVERNMENT.value, OrganisationKind.DEPARTMENT.value)
D_SHARE = Formula("risk_grading.park_d_share", Text("D 级化工园区占比", "Parks of grade D"), "%", _share_of_d)


def poor_enterprises(*, ctx: Context) -> list[EnterpriseGrading]:
    """C、D 级企业: to be pressed to rise."""
    poor = (EnterpriseGrade.C.value, EnterpriseGrade.D.value)
    rows = EnterpriseGrading.objects.visible_to(ctx.actor).filter(is_current=True, grade__in=poor)
    return list(rows.select_related("enterprise__thing").order_by("-grade", "enterprise__thing__code")[:200])


# — panels and layers —


def panel_of_enterprise(*, ctx: Context, row: Enterprise) -> Mapping[str, Any] | None:
    """风险分级 on the page of an enterprise: both schemes, each by its name."""
    if not any(ctx.actor.may(g, row.place) for g in RiskGradingGrants):
        return None
    assessments = Assessment.objects.visible_to(ctx.actor).filter(enterprise=row)
    gradings = EnterpriseGrading.objects.visible_to(ctx.actor).filter(enterprise=row)
    return {"enterprise": row, "assessments": list(assessments[:10]), "gradings": list(gradings[:20])}


def panel_of_park(*, ctx: Context, row: Any) -> Mapping[str, Any] | None:
    """等级沿革 on the page of a park."""
    if not any(ctx.actor.may(g, row.place) for g in RiskGradingGrants):
        return None
    rows = ParkGrading.objects.visible_to(ctx.actor).filter(park=row).prefetch_related("evidence_links__evidence")
    gradings, table = list(rows[:20]), park_at(day_of(ctx.at))
    now = next((g for g in gradings if g.is_current), None)
    return {
        "park": row,
        "gradings": gradings,
        "now": now,
        "rise": rules.next_rise(score=now.score, table=table) if now is not None and now.score is not None else None,
        "scheme": ParkGrade,
        "elements": [e for e in table.elements if e["veto"]],
    }


_TONE = dict(zip(Doc19Colour, ("red", "orange", "yellow", "blue"), strict=True))


def colour_layer(*, ctx: Context, box: Box) -> list[Feature]:
    """图层: enterprises by their colour of document 19."""
    rows = Assessment.objects.visible_to(ctx.actor).filter(is_current=True).exclude(colour="")
    label = Doc19Colour.scheme()

    def one(row: Assessment, at: Mapping[str, Any]) -> Feature:
        colour = Doc19Colour(row.colour)
        return Feature(
            at, row.enterprise.thing.name, f"{row.score.normalize():f}", _TONE[colour], row.get_absolute_url(),
            sign=f"{label}: {colour.label}",
        )  # fmt: skip

    return points(
        rows.select_related("enterprise__thing"),
        box=box,
        longitude="enterprise__thing__longitude",
        latitude="enterprise__thing__latitude",
        label=label,
        one=one,
        tone="neutral",
    )


def area_layer(*, ctx: Context, box: Box) -> list[Feature]:
    """图层: areas in four colours, by their gravest enterprise."""
    label = Doc19Colour.scheme()
    return [
        Feature(area.region.boundary, area.region.name, str(AREA), _TONE[colour], sign=f"{label}: {colour.label}")
        for area in areas(ctx=ctx)
        if area.region.boundary and (colour := area.colour) is not None
    ]


AREA = Text("区域风险四色图", "Area risk in four colours")
