"""位置: a point or a box in degrees of CGCS2000 (GB 22021), the system of every place in the product.

Web maps drawn in GCJ-02 lie some hundred metres beside it: a point must be converted before it comes here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: Semi-major axis and flattening of CGCS2000.
EQUATORIAL_RADIUS_M = 6378137.0
FLATTENING = 1 / 298.257222101
MEAN_RADIUS_M = EQUATORIAL_RADIUS_M * (1 - FLATTENING / 3)

#: Around the land territory; outside it a coordinate is more likely a slip than a place.
CHINA = (73.0, 17.0, 136.0, 54.0)


class PlaceImpossible(Problem):
    code = "place_impossible"


def require_degrees(longitude: float, latitude: float) -> None:
    """Refuses what is nowhere on Earth, and says so when the two are the wrong way round."""
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise PlaceImpossible(Text("经纬度不是数字。", "Longitude and latitude must be numbers."))
    if abs(latitude) > 90 and abs(longitude) <= 90:
        raise PlaceImpossible(
            Text(
                "纬度 {latitude} 超过 90°：经度和纬度可能写反了。",
                "Latitude {latitude} is beyond 90°: longitude and latitude may be the wrong way round.",
            ).format(latitude=latitude)
        )
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise PlaceImpossible(
            Text(
                "经度 {longitude}、纬度 {latitude} 不在地球上。",
                "Longitude {longitude}, latitude {latitude} is nowhere on Earth.",
            ).format(longitude=longitude, latitude=latitude)
        )


@dataclass(frozen=True, slots=True)
class Point:
    """点: longitude first, as in GeoJSON."""

    longitude: float
    latitude: float

    def __post_init__(self) -> None:
        require_degrees(self.longitude, self.latitude)

    @property
    def is_in_china(self) -> bool:
        return self in Bounds(*CHINA)

    def metres_to(self, other: Point) -> float:
        """Along a sphere of the mean radius: within 0.6 % of the ellipsoid, enough for lists and circles."""
        lat_a, lat_b = math.radians(self.latitude), math.radians(other.latitude)
        half_lat = math.sin((lat_b - lat_a) / 2)
        half_lon = math.sin(math.radians(other.longitude - self.longitude) / 2)
        chord = half_lat**2 + math.cos(lat_a) * math.cos(lat_b) * half_lon**2
        return 2 * MEAN_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))

    def as_geojson(self) -> dict[str, object]:
        return {"type": "Point", "coordinates": [self.longitude, self.latitude]}


@dataclass(frozen=True, slots=True)
class Bounds:
    """范围: a box, edges included. It never crosses the date line: nothing governed here does."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        require_degrees(self.west, self.south)
        require_degrees(self.east, self.north)
        if self.west > self.east or self.south > self.north:
            raise PlaceImpossible(
                Text(
                    "范围的西边或南边越过了东边或北边。",
                    "The box is inside out: west of east, south of north.",
                )
            )

    def __contains__(self, point: Point) -> bool:
        return self.west <= point.longitude <= self.east and self.south <= point.latitude <= self.north

    @classmethod
    def around(cls, points: list[Point]) -> Bounds:
        """The smallest box that holds all the points, of which there is at least one."""
        longitudes = [point.longitude for point in points]
        latitudes = [point.latitude for point in points]
        return cls(min(longitudes), min(latitudes), max(longitudes), max(latitudes))
