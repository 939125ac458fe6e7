"""核查: every check over the registers as they are; pages show what the reader may see, the clock looks at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.problems import NotFound
from bihuan.core.pages.held import AsOf, Held
from bihuan.core.records.fields import plain_number
from bihuan.domains.register_checks.rules import Finding, StillFound
from bihuan.domains.register_checks.terms import FINDING_KIND, Check, ChecksGrants, Gap
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.law import law
from bihuan.loop.models import Case
from bihuan.parties.models import Organisation, Thing
from bihuan.parties.satellites import pages_of
from bihuan.parties.terms import ThingState
from bihuan.registers.enterprises.models import Enterprise
from bihuan.registers.enterprises.terms import EnterpriseType
from bihuan.registers.installations import queries as installations
from bihuan.registers.licences import queries as licences
from bihuan.registers.licences.models import Licence
from bihuan.registers.parks import queries as parks
from bihuan.registers.parks.terms import ParkKind
from bihuan.registers.places_of_use.models import PlaceOfUse
from bihuan.registers.public_bodies import queries as public_bodies
from bihuan.registers.public_bodies.terms import BodyForm
from bihuan.registers.staff import queries as staff
from bihuan.registers.supervisors import queries as supervision
from bihuan.registers.supervisors.models import Supervisor
from bihuan.registers.supervisors.terms import Sector, SupervisorRole
from bihuan.registers.vehicles import queries as vehicles

MOST = 500

#: 企业类型 → the line of sectors it belongs to, where nobody said another supervisor.
SECTOR_OF = {
    EnterpriseType.PHARMACEUTICAL.value: Sector.INDUSTRY.value,
    EnterpriseType.TRADE.value: Sector.TRADE.value,
    EnterpriseType.WASTE.value: Sector.WASTE.value,
}


def days(on: date) -> Mapping[str, int]:
    found: Mapping[str, int] = law.at(on).value("register-checks/checks", "days").value
    return found


def _made(check: Check, thing: Thing, text: str, due_on: date | None = None) -> Finding:
    return Finding(
        check, thing.pk, thing.code, thing.name, thing.region_path, thing.organisation_code, text[:2000], due_on
    )


def _without_sector() -> list[Any]:
    enterprises = Enterprise._base_manager.exclude(thing__state=ThingState.RETIRED)
    asked = [
        (thing, SECTOR_OF.get(kind, Sector.ENERGY.value), path)
        for thing, kind, path in enterprises.values_list("thing", "type", "thing__region_path")
    ]
    places = PlaceOfUse._base_manager.exclude(thing__state=ThingState.RETIRED)
    asked += list(places.values_list("thing", "sector", "thing__region_path"))
    return supervision.without(asked)


def _no_supervisor(on: date) -> Iterator[Finding]:
    left = _without_sector()
    for thing in Thing._base_manager.filter(pk__in=left[: MOST * 20]):
        yield _made(Check.NO_SUPERVISOR, thing, "行业分工和对象主管部门台账中都没有它的行业主管部门（谁主管谁负责）。")


def _no_approver(on: date) -> Iterator[Finding]:
    """谁审批谁负责: a licence in force names who issued it, or the register of supervisors names who approves."""
    named = Supervisor._base_manager.filter(role=SupervisorRole.APPROVAL.value, is_ended=False).values("thing")
    rows = Licence._base_manager.filter(is_withdrawn=False, until_on__gte=on)
    nobody = rows.filter(issuer="").exclude(holder__in=named).exclude(holder__state=ThingState.RETIRED)
    by_holder: dict[Any, list[str]] = {}
    for holder, code in nobody.order_by("holder", "code").values_list("holder", "code"):
        by_holder.setdefault(holder, []).append(code)
    for thing in Thing._base_manager.filter(pk__in=list(by_holder)[: MOST * 20]):
        yield _made(
            Check.NO_APPROVER,
            thing,
            f"许可证 {'、'.join(by_holder[thing.pk])} 没有登记发证机关，对象主管部门台账中也没有审批部门（谁审批谁负责）。",
        )


def _park_bodies(on: date) -> Iterator[Finding]:
    """园区单独设立安全监管机构并配备安全总监. 依据 D01, D02."""
    for park in parks.parks():
        if park.type == ParkKind.CONCENTRATED.value:
            continue
        code = park.thing.organisation_code
        set_up = public_bodies.set_up_of(code)
        if set_up is None or set_up.form != BodyForm.OWN_ORGAN.value:
            said = "“监管机构设置”台账中没有登记" if set_up is None else f"登记为“{BodyForm(set_up.form).label.zh}”"
            yield _made(Check.NO_SAFETY_ORGAN, park.thing, f"化工园区应单独设立安全监管机构，{said}。")
        if park.type == ParkKind.CHEMICAL.value and not staff.has_director(code=code, on=on):
            yield _made(Check.NO_DIRECTOR, park.thing, "化工园区应配备安全总监，监管人员台账中没有在岗的安全总监。")


def _licences(on: date) -> Iterator[Finding]:
    ahead = on + timedelta(days=days(on)["licence_notice"])
    by_holder: dict[Any, list[Any]] = {}
    for licence in licences.ending(until=ahead):
        by_holder.setdefault(licence.holder_id, []).append(licence)
    for held in by_holder.values():
        said = "；".join(f"{x.kind_term.label.zh} {x.code} 有效期至 {x.until_on.isoformat()}" for x in held)
        yield _made(Check.LICENCE, held[0].holder, said, held[0].until_on)


def _vehicles(on: date) -> Iterator[Finding]:
    ahead = on + timedelta(days=days(on)["licence_notice"])
    for row in vehicles.ending(until=ahead):
        ends = [
            (until, f"{what}有效期至 {until.isoformat()}")
            for what, until in (("道路运输证", row.licence_until), ("车辆检验", row.inspected_until))
            if until is not None and until <= ahead
        ]
        said = "；".join(words for _, words in ends)
        yield _made(Check.VEHICLE, row.thing, f"{row.plate} {said}", min(until for until, _ in ends))


def _old_equipment(on: date) -> Iterator[Finding]:
    ahead = on + timedelta(days=days(on)["design_life_notice"])
    for row, ends in installations.old_equipment(on=on, ahead=ahead):
        yield _made(Check.OLD_EQUIPMENT, row.thing, f"使用年限 {ends.isoformat()} 届满，届满后未登记评估。", ends)


def _inspection(on: date) -> Iterator[Finding]:
    for row in installations.equipment().filter(is_special=True, inspected_until__lt=on):  # type: ignore[attr-defined]
        yield _made(Check.INSPECTION, row.thing, f"特种设备检验有效期至 {row.inspected_until.isoformat()}。")


def _over_stored(on: date) -> Iterator[Finding]:
    by_house: dict[Any, tuple[Thing, list[str]]] = {}
    for house, row in installations.over_stored():
        said = f"{row.room} {row.name} 现存 {plain_number(row.live or Decimal(0))} t，设计最大量 {plain_number(row.design_maximum)} t"
        by_house.setdefault(house.pk, (house.thing, []))[1].append(said)
    for thing, lines in by_house.values():
        yield _made(Check.OVER_STORED, thing, "；".join(lines))


def _together(on: date) -> Iterator[Finding]:
    by_house: dict[Any, tuple[Thing, list[str]]] = {}
    for house, room, one, other, pair in installations.wrong_rooms(on=on):
        said = f"{room} {one.name} 与 {other.name}（{pair.why}，{pair.state.label.zh}）"
        by_house.setdefault(house.pk, (house.thing, []))[1].append(said)
    for thing, lines in by_house.values():
        yield _made(Check.TOGETHER, thing, "；".join(lines))


def _people(on: date) -> Iterator[Finding]:
    for row in installations.over_people_limit():
        yield _made(Check.PEOPLE, row.thing, f"现有 {row.people_present} 人，限员 {row.people_limit} 人。")


def _bounds(on: date) -> Iterator[Finding]:
    known = parks.parks()
    shared: dict[Any, list[str]] = {}
    for one, other, area in parks.overlapping(known):
        for mine, theirs in ((one, other), (other, one)):
            shared.setdefault(mine.pk, []).append(f"与{theirs.thing.name}重叠约 {area:.0f} m²")
    for park in known:
        found = parks.bounds_of(park, others=())
        if found is None:
            continue
        for thing, metres in found.outside:
            yield _made(Check.OUTSIDE, thing, f"列在{park.thing.name}，坐标在其四至之外约 {metres:.0f} m。")
        if park.pk in shared:
            yield _made(Check.OVERLAP, park.thing, "；".join(shared[park.pk]))
        if park.control_line is None:
            yield _made(Check.CONTROL_LINE, park.thing, "没有划定土地安全控制线。")
        elif found.line_encloses is False:
            yield _made(Check.CONTROL_LINE, park.thing, "土地安全控制线没有包住园区四至。")
        for thing in parks.within_control_line(park):
            if not thing.region_path.startswith(park.thing.region_path):
                yield _made(Check.WITHIN_LINE, thing, f"位于{park.thing.name}土地安全控制线内、园区之外。")


#: Which function finds what: who asks for one check alone runs one function.
CHECKS: Mapping[Callable[[date], Iterable[Finding]], tuple[Check, ...]] = {
    _no_supervisor: (Check.NO_SUPERVISOR,),
    _no_approver: (Check.NO_APPROVER,),
    _park_bodies: (Check.NO_SAFETY_ORGAN, Check.NO_DIRECTOR),
    _licences: (Check.LICENCE,),
    _vehicles: (Check.VEHICLE,),
    _old_equipment: (Check.OLD_EQUIPMENT,),
    _inspection: (Check.INSPECTION,),
    _over_stored: (Check.OVER_STORED,),
    _together: (Check.TOGETHER,),
    _people: (Check.PEOPLE,),
    _bounds: (Check.OUTSIDE, Check.OVERLAP, Check.CONTROL_LINE, Check.WITHIN_LINE),
}


def findings(*, on: date, only: Check | None = None) -> Iterator[Finding]:
    """全部核查结果, or those of one check, whoever asks."""
    for look, found in CHECKS.items():
        if only is None or only in found:
            yield from (f for f in look(on) if only is None or f.check is only)


@dataclass(frozen=True, slots=True)
class Looked:
    """One look over all registers, and over how many things."""

    findings: tuple[Finding, ...]
    things: int


#: So many things are looked over for each visit; over more, one look serves everybody for a minute. What somebody must act
#: on is a case, and cases are read anew every time.
LARGE = 5_000
HELD: Held[Looked] = Held(seconds=60, is_large=lambda looked: looked.things >= LARGE, most=2)


def visible(*, ctx: Context) -> AsOf[list[Finding]]:
    """Those of one's own scope, and when they were looked for. The scope is that of this very request."""
    if not any(ctx.actor.has(g) for g in ChecksGrants):
        raise NotFound
    on = day_of(ctx.at)
    held = HELD.get(on, at=ctx.at, count=lambda: Looked(tuple(findings(on=on)), Thing._base_manager.count()))
    places: dict[tuple[str, str], bool] = {}
    mine = []
    for finding in held.value.findings:
        where = (finding.region_path, finding.organisation_code)
        if where not in places:
            place = Place(where[0], frozenset([where[1]]))
            places[where] = any(ctx.actor.may(g, place) for g in ChecksGrants)
        if places[where]:
            mine.append(finding)
    return AsOf(mine, held.at)


@dataclass(frozen=True, slots=True)
class Listed:
    """One finding with whose it is, the page of its object and its open case where there is one."""

    finding: Finding
    owner: str
    page: str
    case: Case | None


def cases_of(*, ctx: Context, some: Iterable[Finding]) -> list[Listed]:
    """Some findings as their page shows them."""
    listed = list(some)
    cases = Case.objects.visible_to(ctx.actor).filter(
        kind=FINDING_KIND, is_open=True, thing__in={f.thing_id for f in listed}
    )
    by_key = {(c.thing_id, c.clause): c for c in cases}
    codes = {f.organisation_code for f in listed}
    owners = dict(Organisation._base_manager.filter(code__in=codes).values_list("code", "name"))
    pages = pages_of(Thing._base_manager.filter(pk__in={f.thing_id for f in listed}).only("kind"))
    return [
        Listed(
            f,
            owners.get(f.organisation_code, ""),
            pages.get(f.thing_id, ""),
            by_key.get((f.thing_id, f.check.label.zh)),
        )
        for f in listed
    ]


def open_cases() -> dict[tuple[Any, str], str]:
    """By thing and check: what every open case says. One query for the clock."""
    rows = Case._base_manager.filter(kind=FINDING_KIND, is_open=True)
    return {(thing, clause): text for thing, clause, text in rows.values_list("thing", "clause", "text")}


def open_case(finding: Finding) -> Case | None:
    """The open case of this object and check: a second would ask for the same twice."""
    rows = Case._base_manager.filter(
        thing=finding.thing_id, kind=FINDING_KIND, clause=finding.check.label.zh, is_open=True
    )
    found: Case | None = rows.first()
    return found


def require_gone(*, ctx: Context, case: Case, facts: Mapping[str, Any]) -> None:
    """销号前: the registers no longer show it. Only the check that found it is asked again."""
    on = day_of(ctx.at)
    asked = next((check for check in Check if check.label.zh == case.clause), None)
    for finding in findings(on=on, only=asked):
        # What only ends soon was told ahead of time; it is done when it has been renewed, and that no longer shows here.
        if asked is not None and finding.thing_id == case.thing_id:
            raise StillFound(
                Text(
                    "台账中仍有此问题：{t} 请先更正台账（换证、评估、核减、落实主管等），再销号。",
                    "The registers still show it: {t} Put the register right first (renew, assess, reduce, name a supervisor).",
                ).format(t=finding.text)
            )


# — 谁主管谁负责 —

OBJECTS = ("enterprise", "place_of_use")


def objects(*, ctx: Context, gap: str = "", text: str = "") -> QuerySet[Thing]:
    """企业与使用单位 of one's own scope; with `gap` those that lack this one of the three supervisors."""
    if not any(ctx.actor.has(g) for g in ChecksGrants):
        raise NotFound
    rows: QuerySet[Thing] = (
        Thing.objects.visible_to(ctx.actor).filter(kind__in=OBJECTS).exclude(state=ThingState.RETIRED)
    )
    if text:
        rows = rows.filter(Q(name__contains=text) | Q(code__startswith=text))
    if gap == Gap.SECTOR.value:
        rows = rows.filter(pk__in=_without_sector()[: MOST * 20])
    elif gap == Gap.BUSINESS.value:
        rows = rows.filter(~_said(SupervisorRole.BUSINESS))
    elif gap == Gap.APPROVAL.value:
        issued = Licence._base_manager.filter(holder=OuterRef("pk"), is_withdrawn=False, until_on__gte=day_of(ctx.at))
        rows = rows.filter(~_said(SupervisorRole.APPROVAL), ~Exists(issued.exclude(issuer="")))
    return rows.order_by("code")


def _said(role: SupervisorRole) -> Exists:
    return Exists(Supervisor._base_manager.filter(thing=OuterRef("pk"), role=role.value, is_ended=False))


@dataclass(frozen=True, slots=True)
class InCharge:
    """One object and its three supervisors; an empty one is a gap."""

    thing: Thing
    page: str
    sector: Sequence[str]
    business: Sequence[str]
    approval: Sequence[str]
    has_licence: bool


def in_charge(things: Iterable[Thing], *, on: date) -> list[InCharge]:
    """行业、业务、审批 of each of some objects: as said for itself, else by its sector, else by who issued its licences."""
    some = list(things)
    keys = [thing.pk for thing in some]
    said: dict[tuple[Any, str], list[str]] = {}
    for row in Supervisor._base_manager.filter(thing__in=keys, is_ended=False).select_related("department"):
        said.setdefault((row.thing_id, row.role), []).append(row.department.name)
    issued: dict[Any, list[str]] = {}
    licences_of = Licence._base_manager.filter(holder__in=keys, is_withdrawn=False, until_on__gte=on)
    for holder, issuer in licences_of.order_by("issuer").values_list("holder", "issuer"):
        issued.setdefault(holder, []).append(issuer)
    sectors = {
        thing: SECTOR_OF.get(kind, Sector.ENERGY.value)
        for thing, kind in Enterprise._base_manager.filter(thing__in=keys).values_list("thing", "type")
    } | dict(PlaceOfUse._base_manager.filter(thing__in=keys).values_list("thing", "sector"))
    known, pages = supervision.duties(), pages_of(some)
    found = []
    for thing in some:
        department = supervision.department_for(
            sector=sectors.get(thing.pk, ""), region_path=thing.region_path, known=known
        )
        own = {role: said.get((thing.pk, role.value), []) for role in SupervisorRole}
        found.append(
            InCharge(
                thing,
                pages.get(thing.pk, ""),
                own[SupervisorRole.SECTOR] or ([department.name] if department is not None else []),
                own[SupervisorRole.BUSINESS],
                own[SupervisorRole.APPROVAL] or [name for name in dict.fromkeys(issued.get(thing.pk, [])) if name],
                thing.pk in issued,
            )
        )
    return found
