"""导入边界: GeoJSON, KML, a zipped shapefile. The coordinate system is stated by the person; a file that says otherwise is refused."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

import shapefile
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from shapely.geometry.base import BaseGeometry

from bihuan.engines.geometry.coordinates import CoordinateSystem
from bihuan.engines.geometry.shapes import AREAS, LINES, WrongShape, read_area_or_line
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

MOST_BYTES = 10 * 1024 * 1024
MOST_SHAPES = 500
#: What a zip may unpack to, all its parts together.
MOST_UNPACKED = 40 * 1024 * 1024
_DEEPEST = 8


class UnreadableDrawing(Problem):
    code = "unreadable_drawing"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One shape of a file, in CGCS2000, with the name the file gives it."""

    number: int
    name: str
    shape: BaseGeometry


def read_drawing(*, name: str, content: bytes, system: CoordinateSystem) -> tuple[Drawn, ...]:
    """By the ending of the name. Points are left out; a file without an area or a line is refused."""
    if len(content) > MOST_BYTES:
        raise UnreadableDrawing(
            Text("文件超过 {n} MB。", "The file is larger than {n} MB.").format(n=MOST_BYTES // 1024 // 1024)
        )
    ending = name.lower().rsplit(".", 1)[-1]
    readers = {"geojson": _geojson, "json": _geojson, "kml": _kml, "zip": _shapefile}
    if ending not in readers:
        raise UnreadableDrawing(
            Text(
                "只接受 GeoJSON（.geojson、.json）、KML（.kml）和 Shapefile 压缩包（.zip）。",
                "Only GeoJSON (.geojson, .json), KML (.kml) and zipped shapefiles (.zip) are taken.",
            )
        )
    found = []
    for number, (said, geometry) in enumerate(readers[ending](content, system), start=1):
        if number > MOST_SHAPES:
            raise UnreadableDrawing(Text("图形超过 {n} 个。", "There are more than {n} shapes.").format(n=MOST_SHAPES))
        try:
            found.append(Drawn(number, said[:120], read_area_or_line(geometry, system=system)))
        except WrongShape as wrong:
            here = Text("第 {n} 个图形“{s}”：", "Shape {n}, “{s}”: ").format(n=number, s=said[:40])
            raise WrongShape(Text("{h}{w}", "{h}{w}").format(h=here, w=wrong.text), where=wrong.where) from wrong
    if not found:
        raise UnreadableDrawing(Text("文件里没有面或线。", "The file holds no area and no line."))
    return tuple(found)


Found = Iterator[tuple[str, Mapping[str, Any]]]


def _not_this(kind: str) -> UnreadableDrawing:
    return UnreadableDrawing(Text("这不是可读的 {k} 文件。", "This is no readable {k} file.").format(k=kind))


def _geojson(content: bytes, system: CoordinateSystem) -> Found:
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _not_this("GeoJSON") from error
    if not isinstance(document, dict):
        raise _not_this("GeoJSON")
    said = document.get("crs")
    if said is not None:
        require_same_system(json.dumps(said), system=system)
    yield from _features(document, "", 0)


def _features(document: Any, name: str, depth: int) -> Found:
    if not isinstance(document, dict) or depth > _DEEPEST:
        raise _not_this("GeoJSON")
    match document.get("type"):
        case "FeatureCollection":
            for feature in _list(document.get("features")):
                yield from _features(feature, "", depth + 1)
        case "Feature":
            properties = document.get("properties")
            said = ""
            if isinstance(properties, dict):
                said = next((str(properties[k]) for k in ("name", "Name", "NAME", "名称") if properties.get(k)), "")
            if document.get("geometry") is not None:
                yield from _features(document["geometry"], said, depth + 1)
        case "GeometryCollection":
            for geometry in _list(document.get("geometries")):
                yield from _features(geometry, name, depth + 1)
        case "Point" | "MultiPoint":
            return
        case kind if kind in (*AREAS, *LINES):
            yield name, document
        case _:
            raise _not_this("GeoJSON")


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _not_this("GeoJSON")
    return value


def _kml(content: bytes, system: CoordinateSystem) -> Found:
    """KML is WGS84 by its standard; whoever drew it on a Chinese web map has GCJ-02 in it and says so."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise _not_this("KML") from error
    for mark in root.iter():
        if _tag(mark) != "Placemark":
            continue
        name = next((str(e.text or "").strip() for e in mark if _tag(e) == "name"), "")
        for part in mark.iter():
            if _tag(part) == "Polygon":
                rings = [_ring(r) for r in part.iter() if _tag(r) == "LinearRing"]
                yield name, {"type": "Polygon", "coordinates": rings}
            elif _tag(part) == "LineString":
                yield name, {"type": "LineString", "coordinates": _ring(part)}


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _ring(element: Any) -> list[list[float]]:
    written = next((str(e.text or "") for e in element.iter() if _tag(e) == "coordinates"), "")
    try:
        return [[float(n) for n in point.split(",")[:2]] for point in written.split()]
    except ValueError as error:
        raise _not_this("KML") from error


def _shapefile(content: bytes, system: CoordinateSystem) -> Found:
    parts = _unpacked(content)
    if not {"shp", "dbf"} <= parts.keys():
        raise UnreadableDrawing(
            Text(
                "压缩包应含同名的 .shp 和 .dbf（最好还有 .prj、.cpg），且只含一套。",
                "The zip should hold one .shp and .dbf of the same name, best with .prj and .cpg.",
            )
        )
    if "prj" in parts:
        require_same_system(parts["prj"].decode("utf-8", "replace"), system=system)
    encoding = parts["cpg"].decode("ascii", "replace").strip() if "cpg" in parts else "gb18030"
    try:
        with shapefile.Reader(
            shp=io.BytesIO(parts["shp"]),
            dbf=io.BytesIO(parts["dbf"]),
            encoding=_known(encoding),
            encodingErrors="replace",
        ) as reader:
            fields = [f.name for f in reader.fields[1:]]
            naming = next((n for n in ("name", "NAME", "Name", "名称") if n in fields), "")
            for item in reader.iterShapeRecords():
                geometry = item.shape.__geo_interface__
                if geometry["type"] in (*AREAS, *LINES):
                    yield (str(item.record[naming]).strip() if naming else ""), geometry
    except (shapefile.ShapefileException, struct.error, ValueError, LookupError, TypeError) as error:
        if isinstance(error, Problem):
            raise
        raise _not_this("Shapefile") from error


def _known(encoding: str) -> str:
    try:
        "".encode(encoding)
    except LookupError:
        return "gb18030"
    return encoding


def _unpacked(content: bytes) -> dict[str, bytes]:
    """The parts of the one shapefile in the zip, by ending. What it claims to unpack to is added up first."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [e for e in archive.infolist() if not e.is_dir() and "__MACOSX" not in e.filename]
            if len(entries) > 60 or sum(e.file_size for e in entries) > MOST_UNPACKED:
                raise UnreadableDrawing(Text("压缩包太大或文件太多。", "The zip is too large or holds too many files."))
            shapes = [e.filename for e in entries if e.filename.lower().endswith(".shp")]
            if len(shapes) != 1:
                return {}
            stem = shapes[0][:-4]
            found = {}
            for entry in entries:
                if entry.filename[:-4] == stem:
                    with archive.open(entry) as part:
                        found[entry.filename[-3:].lower()] = part.read(MOST_UNPACKED)
            return found
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise _not_this("Shapefile") from error


def require_same_system(said: str, *, system: CoordinateSystem) -> None:
    """What a file says of its own system must not contradict what the person stated; projected metres are refused."""
    plain = "".join(c for c in said.upper() if c.isalnum())
    if "PROJCS" in plain or "PROJCRS" in plain:
        raise UnreadableDrawing(
            Text(
                "文件是投影坐标（米）。请先在制图软件中转换为 CGCS2000 经纬度再导入。",
                "The file holds projected coordinates (metres). Convert it to CGCS2000 degrees first.",
            )
        )
    told = {
        CoordinateSystem.CGCS2000: ("CGCS2000", "CHINA2000", "CHINAGEODETIC", "4490"),
        CoordinateSystem.WGS84: ("WGS84", "WGS1984", "CRS84", "4326"),
        CoordinateSystem.GCJ02: ("GCJ02",),
    }
    named = [known for known, words in told.items() if any(w in plain for w in words)]
    if named and system not in named:
        raise UnreadableDrawing(
            Text(
                "文件写明坐标系为 {n}，与您选择的 {s} 不一致。请核对后重选。",
                "The file says it is in {n}, not in {s} as you chose. Please check.",
            ).format(n=named[0].label, s=system.label)
        )
