"""图层: one map of everything that has a place. Each register with coordinates is a layer; others are declared.

What lies in the window is sent, and no more: below `MOST` points each by itself, above that counted by cells of a grid, so
that a hundred thousand points are one query and a few hundred marks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Avg, Count, F, FloatField, QuerySet, Value
from django.db.models.functions import Cast, Floor

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import InvalidInput, NotFound
from bihuan.core.modules import registry
from bihuan.core.pages.declared import open_to
from bihuan.core.records.register import Register, all_registers
from bihuan.kernel.text import Text

#: Points of one layer that are drawn one by one.
MOST: Final = 400
#: Cells across the window when there are more.
CELLS: Final = 24


@dataclass(frozen=True, slots=True)
class Box:
    """The window: degrees of longitude and latitude."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def read(cls, written: str) -> Box:
        """`west,south,east,north` as RFC 7946 orders them."""
        try:
            west, south, east, north = (float(part) for part in written.split(","))
        except ValueError as error:
            raise _no_box() from error
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise _no_box()
        return cls(west, south, east, north)


def _no_box() -> InvalidInput:
    words = Text("bbox 应为“西,南,东,北”（十进制度）。", "bbox is west,south,east,north in decimal degrees.")
    return InvalidInput(words, where={"bbox": words})


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing of a layer. `count` above 1: so many at about this place. `legend` names the scheme its colour is of."""

    geometry: Mapping[str, Any]
    title: str
    text: str = ""
    tone: str = "blue"
    url: str = ""
    count: int = 1
    sign: str = ""

    def to_json(self) -> dict[str, Any]:
        said = {"title": self.title, "text": self.text, "tone": self.tone, "url": self.url, "count": self.count}
        return {"type": "Feature", "geometry": self.geometry, "properties": {**said, "sign": self.sign}}


@dataclass(frozen=True, slots=True)
class MapLayer:
    """图层. `features(ctx=…, box=…)` answers what lies in the window, within the actor's scope.

    `scheme`: the scheme its colours are of; the page shows its legend with its name.
    """

    name: str
    label: Text
    icon: str
    tone: str
    features: Callable[..., Sequence[Feature]]
    needs: tuple[str, ...]
    is_on: bool = False
    order: int = 100
    scheme: Any = None


def layers_for(ctx: Context) -> list[MapLayer]:
    """Those this reader may see: of registers with a place, and declared ones."""
    found = [_of_register(r, order=50 + n) for n, r in enumerate(all_registers()) if r.has_map]
    found += registry().declared(MapLayer)
    return sorted((layer for layer in found if open_to(ctx, layer.needs)), key=lambda layer: layer.order)


def get_layer(*, ctx: Context, name: str) -> MapLayer:
    found = next((layer for layer in layers_for(ctx) if layer.name == name), None)
    if found is None:
        raise NotFound
    return found


_TONES: Final = ("blue", "teal", "orange", "green", "purple", "neutral")
_ON: Final = ("enterprises", "hazard_units")


def _of_register(register: Register, *, order: int) -> MapLayer:
    tone = _TONES[order % len(_TONES)]

    def features(*, ctx: Context, box: Box) -> list[Feature]:
        rows = register.visible_to(ctx.actor).filter(register.not_retired())
        longitude, latitude = (register.by_name[n].path for n in (register.longitude, register.latitude))
        title = register.by_name[register.title]
        return points(
            rows.select_related(*register.joins),
            box=box,
            longitude=longitude,
            latitude=latitude,
            label=register.label,
            one=lambda row, at: Feature(at, str(title.of(row)), str(register.label), tone, row.get_absolute_url()),
            tone=tone,
        )

    return MapLayer(
        register.code, register.label, register.icon, tone, features, (*register.read, *register.edit),
        is_on=register.code in _ON, order=order,
    )  # fmt: skip


def points(
    rows: QuerySet[Any],
    *,
    box: Box,
    longitude: str,
    latitude: str,
    label: Text,
    one: Callable[[Any, Mapping[str, Any]], Feature],
    tone: str,
) -> list[Feature]:
    """One mark each, or one a cell where there are too many. `longitude` and `latitude` are paths of the rows."""
    here = rows.filter(
        **{
            f"{longitude}__gte": box.west,
            f"{longitude}__lte": box.east,
            f"{latitude}__gte": box.south,
            f"{latitude}__lte": box.north,
        }
    )
    few = list(here.order_by()[: MOST + 1])
    if len(few) <= MOST:
        return [one(row, _point(_value(row, longitude), _value(row, latitude))) for row in few]
    return _cells(here, box=box, longitude=longitude, latitude=latitude, label=label, tone=tone)


def _cells(here: QuerySet[Any], *, box: Box, longitude: str, latitude: str, label: Text, tone: str) -> list[Feature]:
    def cell(path: str, start: float, end: float) -> Floor:
        return Floor((Cast(F(path), FloatField()) - Value(start)) / Value((end - start) / CELLS))

    counted = (
        here.order_by()
        .select_related(None)
        .annotate(across=cell(longitude, box.west, box.east), up=cell(latitude, box.south, box.north))
        .values("across", "up")
        .annotate(n=Count("pk"), east=Avg(longitude), north=Avg(latitude))
    )
    return [
        Feature(
            _point(row["east"], row["north"]),
            str(Text("{n} 处", "{n} places").format(n=row["n"])),
            str(label),
            tone,
            count=row["n"],
        )
        for row in counted
    ]


def _point(longitude: Any, latitude: Any) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [round(float(longitude), 6), round(float(latitude), 6)]}


def _value(row: Any, path: str) -> Any:
    for step in path.split("__"):
        row = getattr(row, step)
    return row
