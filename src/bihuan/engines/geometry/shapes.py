"""边界的检查: a GeoJSON geometry becomes a shape that is closed, simple and somewhere on earth, or is refused with the place."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from bihuan.engines.geometry.coordinates import CoordinateSystem, Point, to_cgcs2000
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: A boundary of more corners than this was not drawn for a map of a city.
MOST_CORNERS = 20_000
_PLACE = re.compile(r"\[([-0-9.eE+]+) ([-0-9.eE+]+)\]")
AREAS = ("Polygon", "MultiPolygon")
LINES = ("LineString", "MultiLineString")
_DEPTH = {"Point": 0, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}


class WrongShape(Problem):
    """A boundary that can't be one. `where` names the place as `longitude latitude`."""

    code = "wrong_shape"


def read_area(geometry: Any, *, system: CoordinateSystem) -> BaseGeometry:
    """一块面: a polygon or several, which do not cross themselves."""
    return _read(geometry, kinds=AREAS, system=system)


def read_area_or_line(geometry: Any, *, system: CoordinateSystem) -> BaseGeometry:
    """土地安全控制线: a line, or the area it encloses."""
    return _read(geometry, kinds=(*AREAS, *LINES), system=system)


def kept(shape: BaseGeometry) -> dict[str, Any]:
    """As it is stored: GeoJSON by RFC 7946, outer rings counter-clockwise, seven decimals (about a centimetre)."""
    oriented = shapely.orient_polygons(shape) if shape.geom_type in AREAS else shape
    found: Mapping[str, Any] = shapely.geometry.mapping(oriented)
    return {"type": found["type"], "coordinates": _rounded(found["coordinates"])}


def stored(geometry: Mapping[str, Any]) -> BaseGeometry:
    """Back from what was kept: checked when it was written."""
    return shapely.geometry.shape(geometry)


def _rounded(value: Any) -> Any:
    return round(float(value), 7) if isinstance(value, int | float) else [_rounded(v) for v in value]


def _read(geometry: Any, *, kinds: tuple[str, ...], system: CoordinateSystem) -> BaseGeometry:
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if kind not in kinds:
        wanted = Text("面（Polygon、MultiPolygon）", "an area (Polygon, MultiPolygon)")
        if kinds != AREAS:
            wanted = Text("面或线", "an area or a line")
        raise WrongShape(
            Text("应为{w}，现为“{k}”。", "This should be {w}; it is “{k}”.").format(w=wanted, k=str(kind)[:40])
        )
    corners = _Corners(system)
    coordinates = corners.read(geometry.get("coordinates"), depth=_DEPTH[str(kind)])
    try:
        shape = shapely.geometry.shape({"type": kind, "coordinates": coordinates})
    except (ValueError, shapely.errors.ShapelyError) as error:
        raise WrongShape(
            Text(
                "坐标不成图形：每个环至少 4 点，首尾相同。",
                "The coordinates make no shape: a ring has 4 points or more.",
            )
        ) from error
    if shape.is_empty:
        raise WrongShape(Text("图形是空的。", "The shape is empty."))
    if kind in AREAS:
        require_simple(shape)
    return shape


class _Corners:
    """Reads nested coordinates to their depth, counting, converting and dropping doubled points."""

    def __init__(self, system: CoordinateSystem) -> None:
        self.system = system
        self.count = 0

    def read(self, value: Any, *, depth: int) -> Any:
        if depth == 0:
            return self._point(value)
        if not isinstance(value, list | tuple) or not value:
            raise WrongShape(Text("坐标缺失或层次不对。", "Coordinates are missing or wrongly nested."))
        found = [self.read(inner, depth=depth - 1) for inner in value]
        return _without_doubles(found) if depth == 1 else found

    def _point(self, value: Any) -> Point:
        if (
            not isinstance(value, list | tuple)
            or not 2 <= len(value) <= 4
            or not all(isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for v in value[:2])
        ):
            raise WrongShape(Text("“{p}”不是一个坐标。", "“{p}” is no coordinate.").format(p=str(value)[:60]))
        self.count += 1
        if self.count > MOST_CORNERS:
            raise WrongShape(
                Text("图形超过 {n} 个点，请先简化。", "More than {n} points: simplify it first.").format(n=MOST_CORNERS)
            )
        longitude, latitude = float(value[0]), float(value[1])
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise WrongShape(
                Text(
                    "坐标 {x}, {y} 不是经纬度（十进制度，经度在前）。若为投影坐标，请先转换为经纬度。",
                    "{x}, {y} is no longitude and latitude (decimal degrees, longitude first). Convert projected coordinates first.",
                ).format(x=longitude, y=latitude)
            )
        return to_cgcs2000((longitude, latitude), system=self.system)


def _without_doubles(points: list[Point]) -> list[Point]:
    return [p for n, p in enumerate(points) if n == 0 or p != points[n - 1]]


def require_simple(shape: BaseGeometry) -> None:
    """不得自相交. Says where."""
    if shape.is_valid:
        return
    said = explain_validity(shape)
    place = _PLACE.search(said)
    at = f"{float(place[1]):.6f} {float(place[2]):.6f}" if place else ""
    reason = next((words for start, words in _REASONS if said.startswith(start)), _REASONS[0][1])
    text = Text("{r}，位置约在 {a}。请改正后再提交。", "{r}, about at {a}. Please correct it.").format(r=reason, a=at)
    raise WrongShape(text, where={"boundary": text})


_REASONS: tuple[tuple[str, Text], ...] = (
    ("Self-intersection", Text("边界自相交", "The boundary crosses itself")),
    ("Ring Self-intersection", Text("边界自相交（同一点经过两次）", "The boundary touches itself")),
    ("Hole lies outside", Text("内环在外环之外", "A hole lies outside its ring")),
    ("Holes are nested", Text("内环相互嵌套", "Holes lie within each other")),
    ("Nested shells", Text("各部分相互重叠", "Its parts lie within each other")),
    ("Interior is disconnected", Text("内环把面分成两半", "A hole cuts the area in two")),
    ("Too few points", Text("点数不足", "There are too few points")),
)
