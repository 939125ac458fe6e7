"""Reads of installations; checks by the clock look at everything, pages at what one may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q

from bihuan.core.access.context import Context
from bihuan.kernel.calendar import day_of
from bihuan.parties import queries as parties
from bihuan.parties.terms import ThingState
from bihuan.registers.installations import rules
from bihuan.registers.installations.models import Equipment, ProcessUnit, Warehouse, WarehouseStock
from bihuan.registers.installations.terms import AGEING_YEARS, DEFAULT_AGEING_YEARS


def ageing_years(*, region_path: str, on: date) -> int:
    """地方参数“老旧装置年限”; 20 years where no place says otherwise."""
    said = parties.parameter(name=AGEING_YEARS, region_path=region_path, on=on)
    return int(said.value) if said is not None and str(said.value).isdecimal() else DEFAULT_AGEING_YEARS


def life_ends(row: Equipment, *, on: date) -> date | None:
    """使用年限届满日; None where nobody entered when it was built."""
    if row.built_on is None:
        return None
    local = ageing_years(region_path=row.thing.region_path, on=on)
    return rules.end_of_life(
        built_on=row.built_on, years=rules.years_of_use(design_life=row.design_life, ageing_years=local)
    )


def equipment() -> Iterable[Equipment]:
    rows = Equipment._base_manager.exclude(thing__state=ThingState.RETIRED)
    return rows.select_related("thing", "thing__organisation", "thing__region")


def old_equipment(*, on: date, ahead: date) -> list[tuple[Equipment, date]]:
    """老旧装置: whose life has ended or ends by `ahead`, and hasn't been assessed since it ended."""
    rows: Any = equipment()
    rows = rows.filter(built_on__isnull=False)
    years = {
        path: ageing_years(region_path=path, on=on)
        for path in rows.order_by().values_list("thing__region_path", flat=True).distinct()
    }
    lives = rows.filter(design_life__gt=0).order_by().values_list("design_life", flat=True).distinct()
    due = Q(pk__in=[])
    # The database leaves out what is younger than its life; a day is given for 29 February.
    for life, ours in (
        (min(years.values(), default=0), Q(design_life=None) | Q(design_life=0)),
        *((n, Q(design_life=n)) for n in lives),
    ):
        due |= ours & Q(built_on__lte=rules.end_of_life(built_on=ahead, years=-life) + timedelta(days=1))
    found = []
    for row in rows.filter(due).iterator(chunk_size=2000):
        path = row.thing.region_path
        ends = rules.end_of_life(
            built_on=row.built_on, years=rules.years_of_use(design_life=row.design_life, ageing_years=years[path])
        )
        if ends <= ahead and not (row.assessed_on is not None and row.assessed_on >= ends):
            found.append((row, ends))
    return found


def rooms_of(warehouse_id: Any) -> dict[str, list[rules.Stored]]:
    rooms: dict[str, list[rules.Stored]] = {}
    for row in WarehouseStock._base_manager.filter(warehouse=warehouse_id, is_removed=False).order_by("room", "name"):
        rooms.setdefault(row.room, []).append(rules.Stored(row.name, row.goods_class, row.design_maximum, row.live))
    return rooms


def wrong_rooms(*, on: date) -> list[tuple[Warehouse, str, rules.Stored, rules.Stored, rules.Apart]]:
    """混存的库房, over all warehouses in use."""
    pairs = rules.pairs_at(on)
    kept = WarehouseStock._base_manager.filter(is_removed=False).exclude(goods_class="")
    rooms: dict[tuple[Any, str], list[rules.Stored]] = {}
    told = ("warehouse", "room", "name", "goods_class", "design_maximum", "live")
    for house, room, name, goods_class, most, live in kept.order_by("warehouse", "room", "name").values_list(*told):
        rooms.setdefault((house, room), []).append(rules.Stored(name, goods_class, most, live))
    wrong = {
        key: found
        for key, held in rooms.items()
        if len(held) > 1 and (found := rules.wrong_together(held, pairs=pairs))
    }
    houses = Warehouse._base_manager.filter(thing__in={key[0] for key in wrong}).exclude(
        thing__state=ThingState.RETIRED
    )
    by_thing = {w.thing_id: w for w in houses.select_related("thing", "thing__organisation", "thing__region")}
    return [
        (by_thing[thing], room, one, other, pair)
        for (thing, room), found in wrong.items()
        if thing in by_thing
        for one, other, pair in found
    ]


def over_stored() -> list[tuple[Warehouse, WarehouseStock]]:
    """超储的库存."""
    from_db = list(WarehouseStock._base_manager.filter(is_removed=False, live__gt=F("design_maximum")))
    houses = Warehouse._base_manager.filter(thing__in={r.warehouse_id for r in from_db})
    by_thing = {w.thing_id: w for w in houses.select_related("thing", "thing__organisation", "thing__region")}
    return [(by_thing[row.warehouse_id], row) for row in from_db if row.warehouse_id in by_thing]


def over_people_limit() -> list[ProcessUnit | Warehouse]:
    """超员的装置与仓库."""
    found: list[ProcessUnit | Warehouse] = []
    for model in (ProcessUnit, Warehouse):
        rows = model._base_manager.filter(people_present__gt=F("people_limit"))
        rows = rows.exclude(thing__state=ThingState.RETIRED).select_related(
            "thing", "thing__organisation", "thing__region"
        )
        found += [r for r in rows if rules.people_over(limit=r.people_limit, present=r.people_present)]
    return found


def panel_of_warehouse(*, ctx: Context, row: Warehouse) -> Mapping[str, Any] | None:
    """库存与禁配."""
    rooms = rooms_of(row.thing_id)
    pairs = rules.pairs_at(day_of(ctx.at))
    return {
        "rooms": rooms,
        "wrong": [(room, *w) for room, held in rooms.items() for w in rules.wrong_together(held, pairs=pairs)],
        "over": [(room, s) for room, held in rooms.items() for s in rules.over_stored(held)],
        "state": pairs[0].state if pairs else None,
        "is_crowded": rules.people_over(limit=row.people_limit, present=row.people_present),
    }


def panel_of_equipment(*, ctx: Context, row: Equipment) -> Mapping[str, Any] | None:
    """使用年限."""
    on = day_of(ctx.at)
    ends = life_ends(row, on=on)
    local = ageing_years(region_path=row.thing.region_path, on=on)
    return {"row": row, "ends": ends, "local": local, "is_over": ends is not None and ends <= on}
