"""Reads of parks and of who lies in them, each within what the actor may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.records.mapping import Box, Feature
from bihuan.core.records.register import all_registers
from bihuan.engines.geometry import relations
from bihuan.engines.geometry.relations import Bounded, Overlap
from bihuan.engines.geometry.shapes import AREAS, stored
from bihuan.kernel.text import Text
from bihuan.parties.models import Thing
from bihuan.parties.terms import ThingState
from bihuan.registers.parks.models import Park

#: Kinds of things whose bounds are drawn.
DRAWN = ("park", "enterprise", "process_unit", "warehouse", "tank", "place_of_use", "hazard_unit")


def get_thing(*, ctx: Context, thing_id: Any) -> Thing:
    """What a boundary is drawn for: a thing of a kind that has ground."""
    found: Thing | None = (
        Thing.objects.visible_to(ctx.actor).filter(pk=thing_id, kind__in=DRAWN).select_related("region").first()
    )
    if found is None:
        raise NotFound
    return found


def page_of(thing: Thing) -> str:
    """The page of a thing in its register."""
    for register in all_registers():
        if register.kind.get("thing__kind") == thing.kind:
            model: Any = register.model
            row = model._base_manager.filter(thing=thing).first()
            if row is not None:
                return str(row.get_absolute_url())
    return thing.get_absolute_url()


def park_of(thing: Thing) -> Park | None:
    found: Park | None = Park._base_manager.filter(thing=thing).first()
    return found


def parks() -> list[Park]:
    """Every park in use, whoever asks: for checks by the clock."""
    rows = Park._base_manager.exclude(thing__state=ThingState.RETIRED).select_related("thing", "thing__organisation")
    return list(rows.select_related("thing__region").order_by("thing__code"))


def enterprises_of(park: Park) -> list[Thing]:
    """企业: those whose region is the park's, with a place."""
    rows = Thing._base_manager.filter(
        kind="enterprise", region_path__startswith=park.thing.region_path, longitude__isnull=False
    )
    return list(rows.exclude(state=ThingState.RETIRED).select_related("organisation", "region"))


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a park's boundary says of it."""

    area_km2: float
    enterprises: int
    outside: Sequence[tuple[Thing, float]]
    overlaps: Sequence[Overlap]
    line_encloses: bool | None


def bounds_of(park: Park, *, others: Sequence[Park] | None = None) -> Bounds | None:
    """园区边界核查. None while no bounds are drawn."""
    if not park.thing.shape:
        return None
    shape = stored(park.thing.shape)
    things = enterprises_of(park)
    by_key = {str(t.pk): t for t in things}
    places = [(str(t.pk), (float(t.longitude or 0), float(t.latitude or 0))) for t in things]
    out = relations.outside(places, boundary=shape)
    drawn = [
        Bounded(p.thing.name, stored(p.thing.shape))
        for p in (parks() if others is None else others)
        if p.thing.shape and p.pk != park.pk
    ]
    mine = Bounded(park.thing.name, shape)
    shared = [o for other in drawn for o in relations.overlaps([mine, other])]
    line = park.control_line
    encloses = None
    if line and line.get("type") in AREAS:
        encloses = relations.encloses(outer=stored(line), inner=shape)
    return Bounds(
        relations.area_of(shape) / 1e6,
        len(things),
        [(by_key[o.key], o.distance) for o in out],
        shared,
        encloses,
    )


def overlapping(known: Sequence[Park]) -> list[tuple[Park, Park, float]]:
    """园区重叠: every two that share ground, and how much (m²); each boundary read once."""
    drawn = {str(p.pk): p for p in known if p.thing.shape}
    bounds = [Bounded(key, stored(p.thing.shape)) for key, p in drawn.items() if p.thing.shape]
    return [(drawn[o.one], drawn[o.other], o.area) for o in relations.overlaps(bounds)]


def within_control_line(park: Park) -> list[Thing]:
    """控制线内、园区外: enterprises and places of use that stand between the bounds and the line."""
    if not park.control_line or park.control_line.get("type") not in AREAS or not park.thing.shape:
        return []
    line, bounds = stored(park.control_line), stored(park.thing.shape)
    west, south, east, north = line.bounds
    rows = Thing._base_manager.filter(
        kind__in=("enterprise", "place_of_use"),
        longitude__gte=west,
        longitude__lte=east,
        latitude__gte=south,
        latitude__lte=north,
    ).exclude(state=ThingState.RETIRED)
    things = {str(t.pk): t for t in rows.select_related("organisation", "region")}
    places = [(key, (float(t.longitude or 0), float(t.latitude or 0))) for key, t in things.items()]
    held = set(relations.inside(places, boundary=line))
    beyond = {o.key for o in relations.outside([p for p in places if p[0] in held], boundary=bounds)}
    return [things[key] for key in sorted(beyond)]


def panel_of_park(*, ctx: Context, row: Park) -> Mapping[str, Any] | None:
    """边界核查 on the page of a park: only what the reader may see of its enterprises."""
    found = bounds_of(row)
    visible = set(
        Thing.objects.visible_to(ctx.actor)
        .filter(pk__in=[t.pk for t, _ in found.outside] if found else [])
        .values_list("pk", flat=True)
    )
    return {
        "park": row,
        "bounds": found,
        "outside": [(t, round(d)) for t, d in found.outside if t.pk in visible] if found else [],
        "shared": [(o.other if o.one == row.thing.name else o.one, round(o.area)) for o in found.overlaps]
        if found
        else [],
    }


def panel_of_thing(*, ctx: Context, row: Any) -> Mapping[str, Any] | None:
    """边界 on the page of anything that has ground: whether it is drawn, and the way to draw it."""
    if row.thing.kind not in DRAWN:
        return None
    shape = stored(row.thing.shape) if row.thing.shape else None
    area = relations.area_of(shape) if shape is not None and shape.geom_type in AREAS else None
    return {"thing": row.thing, "area": area}


def bounds_layer(*, ctx: Context, box: Box) -> list[Feature]:
    """图层: bounds of parks."""
    rows = Park.objects.visible_to(ctx.actor).filter(thing__shape__isnull=False).select_related("thing")
    return [Feature(p.thing.shape, p.thing.name, str(BOUNDS), "purple", p.get_absolute_url()) for p in rows[:500]]


def control_line_layer(*, ctx: Context, box: Box) -> list[Feature]:
    """图层: land-control lines."""
    rows = Park.objects.visible_to(ctx.actor).filter(control_line__isnull=False).select_related("thing")
    return [Feature(p.control_line, p.thing.name, str(CONTROL_LINES), "red", p.get_absolute_url()) for p in rows[:500]]


BOUNDS = Text("园区四至", "Bounds of parks")
CONTROL_LINES = Text("土地安全控制线", "Land safety control lines")
