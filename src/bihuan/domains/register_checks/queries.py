"""核查: every check over the registers as they are; pages show what the reader may see, the clock looks at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.problems import NotFound
from bihuan.domains.register_checks.rules import Finding, StillFound
from bihuan.domains.register_checks.terms import FINDING_KIND, Check, ChecksGrants
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.law import law
from bihuan.loop.models import Case
from bihuan.parties.models import Thing
from bihuan.parties.terms import ThingState
from bihuan.registers.enterprises.models import Enterprise
from bihuan.registers.enterprises.terms import EnterpriseType
from bihuan.registers.installations import queries as installations
from bihuan.registers.licences import queries as licences
from bihuan.registers.parks import queries as parks
from bihuan.registers.places_of_use.models import PlaceOfUse
from bihuan.registers.supervisors import queries as supervision
from bihuan.registers.supervisors.terms import Sector

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


def _no_supervisor(on: date) -> Iterator[Finding]:
    enterprises = Enterprise._base_manager.exclude(thing__state=ThingState.RETIRED)
    asked = [
        (thing, SECTOR_OF.get(kind, Sector.ENERGY.value), path)
        for thing, kind, path in enterprises.values_list("thing", "type", "thing__region_path")
    ]
    places = PlaceOfUse._base_manager.exclude(thing__state=ThingState.RETIRED)
    asked += list(places.values_list("thing", "sector", "thing__region_path"))
    left = supervision.without(asked)
    for thing in Thing._base_manager.filter(pk__in=left[: MOST * 20]):
        yield _made(Check.NO_SUPERVISOR, thing, "行业分工和对象主管部门台账中都没有它的行业主管部门（谁主管谁负责）。")


def _licences(on: date) -> Iterator[Finding]:
    ahead = on + timedelta(days=days(on)["licence_notice"])
    by_holder: dict[Any, list[Any]] = {}
    for licence in licences.ending(until=ahead):
        by_holder.setdefault(licence.holder_id, []).append(licence)
    for held in by_holder.values():
        said = "；".join(f"{x.kind_term.label.zh} {x.code} 有效期至 {x.until_on.isoformat()}" for x in held)
        yield _made(Check.LICENCE, held[0].holder, said, held[0].until_on)


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
        said = f"{row.room} {row.name} 现存 {row.live} t，设计最大量 {row.design_maximum} t"
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
    for park in known:
        found = parks.bounds_of(park, others=known)
        if found is None:
            continue
        for thing, metres in found.outside:
            yield _made(Check.OUTSIDE, thing, f"列在{park.thing.name}，坐标在其四至之外约 {metres:.0f} m。")
        if found.overlaps:
            said = "；".join(
                f"与{o.other if o.one == park.thing.name else o.one}重叠约 {o.area:.0f} m²" for o in found.overlaps
            )
            yield _made(Check.OVERLAP, park.thing, said)
        if park.control_line is None:
            yield _made(Check.CONTROL_LINE, park.thing, "没有划定土地安全控制线。")
        elif found.line_encloses is False:
            yield _made(Check.CONTROL_LINE, park.thing, "土地安全控制线没有包住园区四至。")
        for thing in parks.within_control_line(park):
            if not thing.region_path.startswith(park.thing.region_path):
                yield _made(Check.WITHIN_LINE, thing, f"位于{park.thing.name}土地安全控制线内、园区之外。")


CHECKS: tuple[Callable[[date], Iterable[Finding]], ...] = (
    _no_supervisor, _licences, _old_equipment, _inspection, _over_stored, _together, _people, _bounds,
)  # fmt: skip


def findings(*, on: date) -> Iterator[Finding]:
    """全部核查结果, whoever asks."""
    for check in CHECKS:
        yield from check(on)


def visible(*, ctx: Context) -> list[tuple[Finding, Case | None]]:
    """Those of one's own scope, each with its open case where there is one."""
    if not any(ctx.actor.has(g) for g in ChecksGrants):
        raise NotFound
    mine = [
        f
        for f in findings(on=day_of(ctx.at))
        if any(ctx.actor.may(g, Place(f.region_path, frozenset([f.organisation_code]))) for g in ChecksGrants)
    ]
    cases = Case.objects.visible_to(ctx.actor).filter(kind=FINDING_KIND, is_open=True)
    by_key = {(c.thing_id, c.clause): c for c in cases}
    return [(f, by_key.get((f.thing_id, f.check.label.zh))) for f in mine]


def open_case(finding: Finding) -> Case | None:
    """The open case of this object and check: a second would ask for the same twice."""
    rows = Case._base_manager.filter(
        thing=finding.thing_id, kind=FINDING_KIND, clause=finding.check.label.zh, is_open=True
    )
    found: Case | None = rows.first()
    return found


def require_gone(*, ctx: Context, case: Case, facts: Mapping[str, Any]) -> None:
    """销号前: the registers no longer show it."""
    on = day_of(ctx.at)
    for finding in findings(on=on):
        # What only ends soon was told ahead of time; it is done when it has been renewed, and that no longer shows here.
        if finding.thing_id == case.thing_id and finding.check.label.zh == case.clause:
            raise StillFound(
                Text(
                    "台账中仍有此问题：{t} 请先更正台账（换证、评估、核减、落实主管等），再销号。",
                    "The registers still show it: {t} Put the register right first (renew, assess, reduce, name a supervisor).",
                ).format(t=finding.text)
            )
