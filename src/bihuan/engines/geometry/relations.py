"""位置关系: does a boundary overlap another, does a place lie outside its park, does something stand inside a control line.

Lengths and areas are taken in a local plane: degrees of latitude and longitude in metres at the middle of what is measured.
Over a park (some kilometres) that is good to a few per mille, and what is decided doesn't hang on it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from bihuan.engines.geometry.coordinates import Point

#: Metres of one degree of latitude, mean.
DEGREE: Final = 111_195.0
#: Neighbours that share a border may overlap by a hair, from rounding: below this it is none (m²).
HAIR: Final = 100.0


@dataclass(frozen=True, slots=True)
class Bounded:
    """Something with a boundary, by a key of the caller's."""

    key: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Overlap:
    one: str
    other: str
    area: float
    at: Point


@dataclass(frozen=True, slots=True)
class Outside:
    """A place that doesn't lie within its boundary, and how far off it is (m)."""

    key: str
    distance: float


def area_of(shape: BaseGeometry) -> float:
    """m²."""
    return float(_in_metres(shape, _middle(shape)).area)


def length_of(shape: BaseGeometry) -> float:
    """m."""
    return float(_in_metres(shape, _middle(shape)).length)


def overlaps(bounds: Sequence[Bounded], *, at_least: float = HAIR) -> tuple[Overlap, ...]:
    """重叠: every two that share more than a hair of ground."""
    found = []
    ordered = sorted(bounds, key=lambda b: b.key)
    # Of some hundred boundaries each meets a few: only those whose boxes touch are laid over each other.
    tree = shapely.STRtree([b.shape for b in ordered])
    pairs = tree.query([b.shape for b in ordered], predicate="intersects").T if ordered else ()
    for n, m in sorted((int(n), int(m)) for n, m in pairs if n < m):
        one, other = ordered[n], ordered[m]
        shared = one.shape.intersection(other.shape)
        area = area_of(shared)
        if area >= at_least:
            middle = shared.representative_point()
            found.append(Overlap(one.key, other.key, area, (float(middle.x), float(middle.y))))
    return tuple(found)


def outside(places: Sequence[tuple[str, Point]], *, boundary: BaseGeometry) -> tuple[Outside, ...]:
    """园区之外: the places that the boundary doesn't cover. On the border is inside."""
    if not places:
        return ()
    shapely.prepare(boundary)
    points = shapely.points([place for _, place in places])
    covered = shapely.covers(boundary, points)
    return tuple(
        Outside(key, _distance(boundary, point))
        for (key, _), point, inside in zip(places, points, covered, strict=True)
        if not inside
    )


def inside(places: Sequence[tuple[str, Point]], *, boundary: BaseGeometry) -> tuple[str, ...]:
    """线内: the places that the boundary covers."""
    left_out = {o.key for o in outside(places, boundary=boundary)}
    return tuple(key for key, _ in places if key not in left_out)


def encloses(*, outer: BaseGeometry, inner: BaseGeometry) -> bool:
    """控制线应包住园区: the line's area covers the park; a hair of rounding doesn't count."""
    left = inner.difference(outer)
    return left.is_empty or area_of(left) < HAIR


def _distance(boundary: BaseGeometry, point: BaseGeometry) -> float:
    middle = (float(point.x), float(point.y))
    return float(_in_metres(boundary, middle).distance(_in_metres(point, middle)))


def _middle(shape: BaseGeometry) -> Point:
    west, south, east, north = shape.bounds
    return (west + east) / 2, (south + north) / 2


def _in_metres(shape: BaseGeometry, middle: Point) -> BaseGeometry:
    east = DEGREE * math.cos(math.radians(middle[1]))
    return shapely.transform(shape, lambda points: (points - middle) * (east, DEGREE))


def share_within(site: BaseGeometry, areas: Sequence[BaseGeometry]) -> float:
    """落在其中的比例, 0 to 1, of the site's own ground; a point is in or out."""
    if not areas:
        return 0.0
    whole = shapely.union_all(list(areas))
    if site.geom_type == "Point":
        return 1.0 if whole.covers(site) else 0.0
    ground = area_of(site)
    return min(1.0, area_of(site.intersection(whole)) / ground) if ground else 0.0
