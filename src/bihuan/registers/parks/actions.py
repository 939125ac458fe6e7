"""绘制边界: bounds of a park, an enterprise, a unit; the land-control line of a park."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import Field as Limit

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Label, Ref, action
from bihuan.core.actions.problems import InvalidInput
from bihuan.engines.geometry.coordinates import CoordinateSystem
from bihuan.engines.geometry.shapes import kept, read_area, read_area_or_line
from bihuan.kernel.text import Text
from bihuan.parties.models import Region, Thing
from bihuan.parties.terms import RegionKind
from bihuan.registers.parks.models import Park
from bihuan.registers.parks.terms import PARK_KIND, ParksGrants

_GEOMETRY = Label("图形（GeoJSON）", "Shape (GeoJSON)", widget="textarea")
_SYSTEM = Label("坐标系", "Coordinate system", hint=Text("须如实选择，系统不猜。", "State it; it isn't guessed."))


def geometry_of(written: str) -> object:
    try:
        found: object = json.loads(written)
    except (ValueError, RecursionError) as error:
        text = Text("图形应是 GeoJSON。", "A shape is written as GeoJSON.")
        raise InvalidInput(text, where={"geometry": text}) from error
    return found


@action("parks.draw_bounds", label=Text("绘制边界", "Draw the bounds"), needs=ParksGrants.DRAW, icon="map")
def draw_bounds(
    *,
    ctx: Context,
    thing: Ref[Thing],
    geometry: Annotated[str, _GEOMETRY, Limit(max_length=2_000_000)],
    system: Annotated[CoordinateSystem, _SYSTEM],
) -> Thing:
    """绘制四至范围或厂区边界. A park's region takes the same boundary, so that there is one."""
    shape = kept(read_area(geometry_of(geometry), system=system))
    if thing.kind == PARK_KIND:
        region = Region._base_manager.get(pk=thing.region_id)
        if region.kind == RegionKind.PARK.value:
            ctx.change(region, boundary=shape)
    return ctx.change(thing, shape=shape)


@action(
    "parks.draw_control_line",
    label=Text("划定土地安全控制线", "Draw the land safety control line"),
    needs=ParksGrants.DRAW,
    icon="map",
)
def draw_control_line(
    *,
    ctx: Context,
    park: Ref[Park],
    geometry: Annotated[str, _GEOMETRY, Limit(max_length=2_000_000)],
    system: Annotated[CoordinateSystem, _SYSTEM],
    document: Annotated[str, Label("划定文件", "Document"), Limit(min_length=2, max_length=120)],
) -> Park:
    """划定土地安全控制线: a line or the area it encloses, with the document that sets it."""
    shape = kept(read_area_or_line(geometry_of(geometry), system=system))
    return ctx.change(park, control_line=shape, control_line_document=document)


@action(
    "parks.erase_bounds",
    label=Text("清除边界", "Erase the bounds"),
    needs=ParksGrants.DRAW,
    icon="x",
    confirm=Text("清除后须重新绘制，历史保留。确定吗？", "It has to be drawn anew; its history stays. Go on?"),
)
def erase_bounds(*, ctx: Context, thing: Ref[Thing]) -> Thing:
    """清除边界: what was drawn stays in the history."""
    return ctx.change(thing, shape=None)
