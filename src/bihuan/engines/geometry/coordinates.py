"""坐标系: stated by whoever brings a drawing, never guessed. What is kept is CGCS2000.

CGCS2000 and WGS84 differ by less than what a boundary is drawn to, and are taken as the same. GCJ-02 (国测局, the maps of
phones) is off by some hundred metres; its formula isn't published: the one used here is the publicly known one, undone by
iteration, and good to about a metre.
"""

from __future__ import annotations

import math
from typing import Final

from bihuan.kernel.term import Term

Point = tuple[float, float]

_A: Final = 6378245.0
_EE: Final = 0.00669342162296594323


class CoordinateSystem(Term):
    """坐标系."""

    CGCS2000 = "cgcs2000", "CGCS2000（2000国家大地坐标系）", "CGCS2000"
    WGS84 = "wgs84", "WGS84（卫星定位）", "WGS84 (satellite positioning)"
    GCJ02 = "gcj02", "GCJ-02（互联网地图）", "GCJ-02 (web maps of China)"


def to_cgcs2000(point: Point, *, system: CoordinateSystem) -> Point:
    return from_gcj02(point) if system is CoordinateSystem.GCJ02 else point


def from_cgcs2000(point: Point, *, system: CoordinateSystem) -> Point:
    return to_gcj02(point) if system is CoordinateSystem.GCJ02 else point


def is_in_china(point: Point) -> bool:
    """GCJ-02 shifts nothing outside this box."""
    longitude, latitude = point
    return 72.004 <= longitude <= 137.8347 and 0.8293 <= latitude <= 55.8271


def to_gcj02(point: Point) -> Point:
    if not is_in_china(point):
        return point
    longitude, latitude = point
    x, y = longitude - 105.0, latitude - 35.0
    root = math.sqrt(abs(x))
    wave = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    angle = latitude / 180.0 * math.pi
    flat = 1 - _EE * math.sin(angle) ** 2
    north = north * 180.0 / (_A * (1 - _EE) / (flat * math.sqrt(flat)) * math.pi)
    east = east * 180.0 / (_A / math.sqrt(flat) * math.cos(angle) * math.pi)
    return longitude + east, latitude + north


def from_gcj02(point: Point) -> Point:
    guess = point
    for _ in range(12):
        there = to_gcj02(guess)
        guess = guess[0] + point[0] - there[0], guess[1] + point[1] - there[1]
    return guess
