"""Boundaries: what is refused and where, what is kept, how two compare, and files in three forms."""

import io
import json
import math
import zipfile

import pytest
import shapefile
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.engines.geometry import relations
from bihuan.engines.geometry.coordinates import CoordinateSystem, from_gcj02, to_gcj02
from bihuan.engines.geometry.importing import UnreadableDrawing, read_drawing
from bihuan.engines.geometry.relations import Bounded
from bihuan.engines.geometry.shapes import WrongShape, kept, read_area, read_area_or_line, stored

CGCS = CoordinateSystem.CGCS2000


def box(west=120.0, south=30.0, east=120.1, north=30.1):
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


BOWTIE = {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}


def test_a_boundary_that_crosses_itself_is_refused_with_the_place():
    with pytest.raises(WrongShape) as refused:
        read_area(BOWTIE, system=CGCS)
    assert "1.000000 1.000000" in refused.value.text.zh
    assert "boundary" in refused.value.where


@pytest.mark.parametrize(
    "geometry",
    [
        None, {}, {"type": "Point", "coordinates": [1, 2]}, {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], ["a", 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [float("nan"), 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [500000, 0], [500000, 3000000], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[0, 0], [1, 1]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [10, 10], [0, 0]], [[20, 20], [21, 20], [21, 21], [20, 20]]]},
    ],
)  # fmt: skip
def test_what_is_no_area_is_refused_with_a_reason(geometry):
    with pytest.raises(WrongShape) as refused:
        read_area(geometry, system=CGCS)
    assert refused.value.text.zh
    assert refused.value.text.en


def test_too_many_corners_are_refused():
    ring = [[120 + 0.1 * math.cos(n / 4000), 30 + 0.1 * math.sin(n / 4000)] for n in range(25_000)]
    with pytest.raises(WrongShape):
        read_area({"type": "Polygon", "coordinates": [[*ring, ring[0]]]}, system=CGCS)


def test_doubled_points_and_clockwise_rings_are_put_right():
    west, south, east, north = 120.0, 30.0, 120.1, 30.1
    ring = [[west, south], [west, north], [west, north], [east, north], [east, south], [west, south]]
    found = kept(read_area({"type": "Polygon", "coordinates": [ring]}, system=CGCS))
    assert len(found["coordinates"][0]) == 5
    assert stored(found).exterior.is_ccw


def test_a_line_is_taken_where_a_line_may_stand():
    line = {"type": "LineString", "coordinates": [[120, 30], [120.1, 30.1]]}
    assert read_area_or_line(line, system=CGCS).geom_type == "LineString"
    with pytest.raises(WrongShape):
        read_area(line, system=CGCS)


@settings(deadline=None)
@given(st.floats(75, 134), st.floats(5, 52))
def test_the_shift_of_web_maps_is_undone_to_a_metre(longitude, latitude):
    back = from_gcj02(to_gcj02((longitude, latitude)))
    assert abs(back[0] - longitude) < 1e-5
    assert abs(back[1] - latitude) < 1e-5


def test_the_shift_is_some_hundred_metres_in_china_and_nothing_abroad():
    longitude, latitude = to_gcj02((116.404, 39.915))
    metres = math.hypot((longitude - 116.404) * 85_400, (latitude - 39.915) * 111_195)
    assert 100 < metres < 1000
    assert to_gcj02((2.35, 48.85)) == (2.35, 48.85)


def test_parks_that_share_ground_are_found_with_their_area_and_those_that_share_a_border_are_not():
    one, beside, over = box(), box(west=120.1, east=120.2), box(west=120.05, east=120.15)
    bounds = [Bounded(k, read_area(g, system=CGCS)) for k, g in (("A", one), ("B", beside), ("C", over))]
    found = relations.overlaps(bounds)
    assert [(o.one, o.other) for o in found] == [("A", "C"), ("B", "C")]
    # 0.05° of longitude at 30.05° north by 0.1° of latitude.
    assert found[0].area == pytest.approx(0.05 * 111_195 * math.cos(math.radians(30.05)) * 0.1 * 111_195, rel=0.01)
    assert 120.05 < found[0].at[0] < 120.1


def test_a_place_on_the_border_is_inside_and_one_outside_says_how_far():
    boundary = read_area(box(), system=CGCS)
    found = relations.outside(
        [("in", (120.05, 30.05)), ("on", (120.0, 30.05)), ("out", (120.0, 30.11))], boundary=boundary
    )
    assert [o.key for o in found] == ["out"]
    assert found[0].distance == pytest.approx(0.01 * 111_195, rel=0.01)
    assert relations.inside([("in", (120.05, 30.05)), ("out", (0, 0))], boundary=boundary) == ("in",)


def test_a_control_line_encloses_its_park_or_not():
    outer, inner = read_area(box(119.9, 29.9, 120.2, 30.2), system=CGCS), read_area(box(), system=CGCS)
    assert relations.encloses(outer=outer, inner=inner)
    assert not relations.encloses(outer=inner, inner=outer)
    assert relations.encloses(outer=inner, inner=inner)


def kml(body):
    return (
        f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'.encode()
    )


MARK = "<Placemark><name>化工园区</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"


def zipped(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for ending, content in parts.items():
            archive.writestr(f"park.{ending}", content)
    return out.getvalue()


def a_shapefile(prj=b""):
    shp, shx, dbf = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, shx=shx, dbf=dbf, encoding="utf-8") as writer:
        writer.field("name", "C", 40)
        writer.poly([[[120.0, 30.0], [120.0, 30.1], [120.1, 30.1], [120.1, 30.0], [120.0, 30.0]]])
        writer.record("化工园区")
    more = {"prj": prj} if prj else {}
    return zipped(shp=shp.getvalue(), dbf=dbf.getvalue(), shx=shx.getvalue(), cpg=b"utf-8", **more)


def test_the_same_park_comes_out_of_three_kinds_of_file():
    feature = {"type": "Feature", "properties": {"name": "化工园区"}, "geometry": box()}
    files = {
        "a.geojson": json.dumps({"type": "FeatureCollection", "features": [feature]}).encode(),
        "a.kml": kml(MARK.format("120,30,0 120.1,30,0 120.1,30.1,0 120,30.1,0 120,30,0")),
        "a.zip": a_shapefile(b'GEOGCS["WGS 84",DATUM["WGS_1984"]]'),
    }
    for name, content in files.items():
        (drawn,) = read_drawing(name=name, content=content, system=CoordinateSystem.WGS84)
        assert drawn.name == "化工园区", name
        assert drawn.shape.equals(read_area(box(), system=CGCS)), name


def test_the_stated_system_is_what_counts():
    content = json.dumps(box()).encode()
    (plain,) = read_drawing(name="a.json", content=content, system=CGCS)
    (shifted,) = read_drawing(name="a.json", content=content, system=CoordinateSystem.GCJ02)
    assert 0.0001 < plain.shape.centroid.distance(shifted.shape.centroid) < 0.01


@pytest.mark.filterwarnings("ignore::UserWarning")  # pyshp tells of a file it can't read
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.dwg", b"x", "GeoJSON"),
        ("a.geojson", b"{", "GeoJSON"),
        ("a.geojson", b"[" * 100_000, "GeoJSON"),
        ("a.geojson", json.dumps({"type": "FeatureCollection", "features": []}).encode(), "没有面"),
        ("a.geojson", json.dumps({"type": "Point", "coordinates": [1, 2]}).encode(), "没有面"),
        ("a.geojson", json.dumps(BOWTIE).encode(), "第 1 个图形"),
        ("a.kml", b"<kml", "KML"),
        ("a.kml", b'<!DOCTYPE k [<!ENTITY a "b">]><kml>&a;</kml>', "KML"),
        ("a.kml", kml(MARK.format("120,x 1,2")), "KML"),
        ("a.zip", b"PK\x03\x04nothing", "Shapefile"),
        ("a.zip", zipped(txt=b"nothing"), ".shp"),
        ("a.zip", zipped(shp=b"\0" * 200, dbf=b"\0" * 40), "Shapefile"),
        ("a.zip", a_shapefile(b'PROJCS["CGCS2000_3_Degree_GK_Zone_40"]'), "投影"),
        ("a.zip", a_shapefile(b'GEOGCS["WGS 84",DATUM["WGS_1984"]]'), "不一致"),
        ("a.geojson", json.dumps({**box(), "crs": {"properties": {"name": "EPSG:4326"}}}).encode(), "不一致"),
        ("a.zip", zipped(shp=b"\0" * (41 * 1024 * 1024), dbf=b""), "压缩包"),
        ("a.json", b" " * (11 * 1024 * 1024), "MB"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_words(name, content, words):
    with pytest.raises((UnreadableDrawing, WrongShape)) as refused:
        read_drawing(name=name, content=content, system=CGCS)
    assert words in refused.value.text.zh


@pytest.mark.parametrize(("west", "share"), [(0.2, 1.0), (0.75, 0.5), (2.0, 0.0)])
def test_how_much_of_a_site_lies_within_areas_that_may_overlap(west, share):
    areas = [shapely.box(0, 0, 1, 1), shapely.box(0.1, 0, 0.9, 1)]
    assert relations.share_within(shapely.box(west, 0.2, west + 0.5, 0.7), areas) == pytest.approx(share, abs=1e-3)
    assert relations.share_within(shapely.Point(0.5, 0.5), areas) == 1.0
    assert relations.share_within(shapely.Point(0.5, 0.5), []) == 0.0
