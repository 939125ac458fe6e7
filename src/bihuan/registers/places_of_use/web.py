"""一图一表、两表一单: counted from the registers as they are now; the sheet to take away."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from bihuan.core.access.context import Context
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.registers.places_of_use import queries
from bihuan.registers.places_of_use.terms import PlaceType
from bihuan.registers.supervisors.terms import Sector

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAME = "一图一表两表一单"


@require_GET
def summary(request: HttpRequest) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    lines = queries.by_sector(ctx=ctx)
    return render(
        request,
        "places_of_use/summary.html",
        {"lines": lines, "total": sum(line.places for line in lines), "left": queries.without_supervisor(ctx=ctx)},
    )


@require_GET
def workbook(request: HttpRequest) -> HttpResponse:
    """Four sheets: users by area and sector, users, chemicals, what is to be put right."""
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    queries.require_reader(ctx)
    book = Workbook(write_only=True)
    _sheet(book, Text("行业分布表", "By sector"), _SECTOR_HEADINGS, _sector_rows(ctx))
    _sheet(book, Text("使用单位表", "Places of use"), _PLACE_HEADINGS, _place_rows(ctx))
    _sheet(book, Text("使用品种数量表", "Chemicals"), _RECORD_HEADINGS, _record_rows(ctx))
    _sheet(book, Text("问题清单", "To put right"), _PLACE_HEADINGS, _left_rows(ctx))
    out = io.BytesIO()
    book.save(out)
    answer = HttpResponse(out.getvalue(), content_type=XLSX)
    name = f"{NAME}-{day_of(ctx.at).isoformat()}.xlsx"
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


_SECTOR_HEADINGS = (
    Text("区域", "Area"), Text("行业", "Sector"), Text("行业主管部门", "Department"), Text("使用单位数", "Places of use"),
)  # fmt: skip
_PLACE_HEADINGS = (
    Text("编码", "Code"), Text("名称", "Name"), Text("所属单位", "Organisation"), Text("区域", "Area"),
    Text("场所", "Kind"), Text("行业", "Sector"), Text("地址", "Address"),
)  # fmt: skip
_RECORD_HEADINGS = (
    Text("使用单位", "Place of use"), Text("危险化学品", "Chemical"), Text("CAS号", "CAS number"), Text("用途", "Purpose"),
    Text("使用方式", "Way of use"), Text("年使用量（kg）", "Used a year (kg)"),
    Text("最大储存量（kg）", "Stored at most (kg)"), Text("申报日期", "Declared on"),
)  # fmt: skip


def _sector_rows(ctx: Context) -> Iterable[Sequence[Any]]:
    for line in queries.by_sector(ctx=ctx):
        department = line.department.name if line.department else str(Text("无主管部门", "none"))
        yield line.region.name, str(line.sector.label), department, line.places


def _place_rows(ctx: Context) -> Iterable[Sequence[Any]]:
    rows = queries.places(ctx=ctx).select_related("thing", "thing__organisation", "thing__region")
    for row in rows.order_by("thing__code")[: queries.MOST].iterator(chunk_size=2000):
        yield _place(row)


def _left_rows(ctx: Context) -> Iterable[Sequence[Any]]:
    for row in queries.without_supervisor(ctx=ctx):
        yield _place(row)


def _place(row: Any) -> Sequence[Any]:
    thing = row.thing
    return (
        thing.code, thing.name, thing.organisation.name, thing.region.name, str(PlaceType(row.type).label),
        str(Sector(row.sector).label), row.address,
    )  # fmt: skip


def _record_rows(ctx: Context) -> Iterable[Sequence[Any]]:
    for row in queries.records(ctx=ctx).order_by("code")[: queries.MOST].iterator(chunk_size=2000):
        yield (
            row.place_of_use.name, row.name, row.cas, row.purpose, str(row.way_term.label), row.used_yearly,
            row.stored_at_most, row.declared_on,
        )  # fmt: skip


def _sheet(book: Any, title: Text, headings: Iterable[Text], rows: Iterable[Sequence[Any]]) -> None:
    """公式防护: text that a program could take for a formula gets an apostrophe."""
    sheet = book.create_sheet(str(title))
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)
    from_headings = []
    for heading in headings:
        cell = _cell(sheet, str(heading))
        cell.font = bold
        from_headings.append(cell)
    sheet.append(from_headings)
    for row in rows:
        sheet.append([_defused(value) for value in row])


def _cell(sheet: Any, value: Any) -> Any:
    return WriteOnlyCell(sheet, value=value)


def _defused(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value
