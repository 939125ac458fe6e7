"""导出: the filtered list as Excel, CSV, JSON or GeoJSON, streamed, with the fields its reader may see."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from bihuan.core.access.context import Actor, Context
from bihuan.core.records.fields import Field
from bihuan.core.records.layouts import Layout, LayoutColumn
from bihuan.core.records.listing import Asked, rows_of
from bihuan.core.records.register import Register
from bihuan.core.records.sheets.writing import defused, workbook

#: Rows fetched together: a long export holds neither the rows nor the database.
TOGETHER = 1_000
#: A map with more points than this is drawn in part, and says so.
MAP_LIMIT = 5_000


def rows_in_order(register: Register, asked: Asked, *, ctx: Context) -> Iterator[Any]:
    """By key, some at a time and each time anew: no cursor stays open for as long as the reader takes to download."""
    rows: QuerySet[Any] = rows_of(register, asked, ctx=ctx).select_related(*register.joins).order_by("pk")
    last = None
    while True:
        some = list((rows if last is None else rows.filter(pk__gt=last))[:TOGETHER])
        yield from some
        if len(some) < TOGETHER:
            return
        last = some[-1].pk


def _value(register: Register, field: Field, row: Any, actor: Actor) -> Any:
    return field.of(row) if register.shows(field, row, actor) else None


def direct_fields(register: Register) -> tuple[Field, ...]:
    """What leaves without being asked for: nothing personal. That takes an approval, see core/exports."""
    return tuple(f for f in register.fields if not f.personal)


def as_workbook(register: Register, asked: Asked, *, ctx: Context) -> Iterator[bytes]:
    """What it writes, the import reads back without a difference."""
    fields = direct_fields(register)
    rows = (
        [_for_sheet(f, _value(register, f, row, ctx.actor)) for f in fields]
        for row in rows_in_order(register, asked, ctx=ctx)
    )
    headings, widths = [str(f.heading) for f in fields], [f.width for f in fields]
    return workbook(name=str(register.label), headings=headings, widths=widths, rows=rows)


def _written(register: Register, layout: Layout) -> list[LayoutColumn]:
    """The layout's columns without those for personal fields. A column that isn't there changes nothing when the sheet
    is read back; an empty one would take away what stands there."""
    personal = {f.name for f in register.fields if f.personal}
    return [column for column in layout.written if not (column.is_held and column.field_name in personal)]


def _foreign_rows(
    register: Register, layout: Layout, asked: Asked, *, ctx: Context
) -> Iterator[list[tuple[LayoutColumn, Any]]]:
    seen = {f.name: f for f in direct_fields(register)}
    columns = _written(register, layout)
    for row in rows_in_order(register, asked, ctx=ctx):
        said = []
        for column in columns:
            field = seen.get(column.field_name) if column.is_held else None
            value = _value(register, field, row, ctx.actor) if field is not None else None
            said.append((column, column.outward(row, value, field)))
        yield said


def in_layout_as_workbook(register: Register, asked: Asked, *, layout: Layout, ctx: Context) -> Iterator[bytes]:
    """All columns of the other system's table, those we hold no field for left open; the import reads it back."""
    rows = ([value for _, value in said] for said in _foreign_rows(register, layout, asked, ctx=ctx))
    headings = [column.label for column in _written(register, layout)]
    return workbook(name=str(layout.label), headings=headings, widths=[16] * len(headings), rows=rows)


def in_layout_as_json(register: Register, asked: Asked, *, layout: Layout, ctx: Context) -> Iterator[bytes]:
    """The rows under the other system's own names."""
    yield b'{"layout":' + json.dumps(layout.code).encode() + b',"rows":['
    separator = b""
    for said in _foreign_rows(register, layout, asked, ctx=ctx):
        plain = {c.name: str(v) if isinstance(v, date | Decimal) else v for c, v in said}
        yield separator + json.dumps(plain, ensure_ascii=False).encode()
        separator = b",\n"
    yield b"]}\n"


def _for_sheet(field: Field, value: Any) -> Any:
    if field.kind in ("number", "date"):
        return value
    if field.kind == "reference":
        return field.natural(value)
    return field.shown(value)


def as_csv(register: Register, asked: Asked, *, ctx: Context) -> Iterator[bytes]:
    """UTF-8 with its mark, which Excel needs to read Chinese."""
    fields = direct_fields(register)
    line = _Line()
    writer = csv.writer(line)
    writer.writerow([str(f.heading) for f in fields])
    yield b"\xef\xbb\xbf" + line.take()
    for n, row in enumerate(rows_in_order(register, asked, ctx=ctx), 1):
        writer.writerow([_for_csv(f, _value(register, f, row, ctx.actor)) for f in fields])
        if n % 200 == 0:
            yield line.take()
    yield line.take()


def _for_csv(field: Field, value: Any) -> str:
    plain = _for_sheet(field, value)
    text = "" if plain is None else field.shown(plain)
    return text if field.kind in ("number", "date") else defused(text)


class _Line:
    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str) -> None:
        self.parts.append(text)

    def take(self) -> bytes:
        taken, self.parts = "".join(self.parts), []
        return taken.encode()


def as_plain(register: Register, row: Any, fields: Sequence[Field], *, actor: Actor) -> dict[str, Any]:
    """A row as the API answers it."""
    said = {
        # A number is shown whole by the action that reveals it, and leaves an audit row.
        f.name: f.natural(f.of(row)) if f.mask is None else (f.shown(f.of(row)) or None)
        for f in fields
        if register.shows(f, row, actor)
    }
    return {"id": str(row.pk), "version": row.version, "url": row.get_absolute_url(), **said}


def as_json(register: Register, asked: Asked, *, ctx: Context) -> Iterator[bytes]:
    fields = direct_fields(register)
    yield b'{"register":' + json.dumps(register.code).encode() + b',"rows":['
    separator = b""
    for row in rows_in_order(register, asked, ctx=ctx):
        said = json.dumps(as_plain(register, row, fields, actor=ctx.actor), ensure_ascii=False)
        yield separator + said.encode()
        separator = b",\n"
    yield b"]}\n"


def as_geojson(register: Register, asked: Asked, *, ctx: Context) -> dict[str, Any]:
    """The places of the filtered list. Coordinates are CGCS2000, longitude first (RFC 7946)."""
    longitude, latitude = register.by_name[register.longitude], register.by_name[register.latitude]
    rows = rows_of(register, asked, ctx=ctx).filter(
        **{f"{longitude.path}__isnull": False, f"{latitude.path}__isnull": False}
    )
    title = register.by_name[register.title]
    found = list(islice(rows.select_related(*register.joins).order_by("pk")[: MAP_LIMIT + 1], MAP_LIMIT + 1))
    shown = [f for f in register.fields_for(ctx.actor) if f.in_list and f.name not in (register.title,)]
    return {
        "type": "FeatureCollection",
        "truncated": len(found) > MAP_LIMIT,
        "features": [
            {
                "type": "Feature",
                "id": str(row.pk),
                "geometry": geometry_of(register, row, longitude, latitude),
                "properties": {
                    "title": str(title.of(row)),
                    "text": " · ".join(t for t in (f.shown(_value(register, f, row, ctx.actor)) for f in shown) if t),
                    "tone": "blue",
                    "url": row.get_absolute_url(),
                },
            }
            for row in found[:MAP_LIMIT]
        ],
    }


def geometry_of(register: Register, row: Any, longitude: Field, latitude: Field) -> dict[str, Any]:
    shape = row
    for step in register.shape.split("__") if register.shape else ():
        shape = getattr(shape, step)
    if register.shape and isinstance(shape, dict) and "type" in shape:
        return shape
    return {"type": "Point", "coordinates": [float(longitude.of(row)), float(latitude.of(row))]}
