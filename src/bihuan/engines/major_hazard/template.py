"""清单模板: the workbook a clerk fills in, with hints, choices to pick from and an example row."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from bihuan.engines.major_hazard.cells import COLUMNS
from bihuan.engines.major_hazard.tables import Tables
from bihuan.kernel.text import Text

LAST_ROW = 50_000


def template(*, tables: Tables) -> bytes:
    """The form, a guide of its columns, and Tables 1 and 2 to look up in."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = str(Text("清单", "Inventory"))
    for place, column in enumerate(COLUMNS, start=1):
        letter = get_column_letter(place)
        cell = sheet.cell(1, place, f"{column.heading}{'*' if column.required else ''}")
        cell.font = Font(bold=True, color="FFB00020" if column.required else "FF1F2937")
        cell.fill = PatternFill("solid", fgColor="FFEFF3F8")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        cell.comment = Comment(str(column.hint), "Bihuan", height=120, width=280)
        sheet.column_dimensions[letter].width = column.width
        sheet.column_dimensions[letter].number_format = "@"
        if column.choices:
            pick = DataValidation(
                type="list", formula1=f'"{",".join(column.choices)}"', allow_blank=not column.required
            )
            pick.add(f"{letter}2:{letter}{LAST_ROW}")
            sheet.add_data_validation(pick)
        example = sheet.cell(2, place, column.example)
        example.font = Font(italic=True, color="FF6B7280")
    sheet.freeze_panes = "A2"
    guide = book.create_sheet(str(Text("说明", "Guide")))
    guide.append([str(Text("列", "Column")), str(Text("填什么", "What to write"))])
    for column in COLUMNS:
        guide.append([str(column.heading), str(column.hint)])
    first = book.create_sheet(str(Text("表1", "Table 1")))
    first.append([str(Text("序号", "Row")), str(Text("名称", "Name")), str(Text("别名", "Aliases")), "CAS", "Q (t)"])
    for row in tables.named:
        first.append([row.serial, row.name, "、".join(row.aliases), "、".join(sorted(row.cas)), float(row.threshold)])
    second = book.create_sheet(str(Text("表2", "Table 2")))
    second.append(
        [str(Text("符号", "Symbol")), str(Text("危险性", "Hazard")), str(Text("类别", "Category")), "Q (t)", "β"]
    )
    for entry in tables.categories.values():
        second.append(
            [entry.symbol, entry.hazard_kind, entry.category, float(entry.threshold), float(entry.correction)]
        )
    for page, widths in ((guide, (20, 90)), (first, (8, 60, 40, 30, 10)), (second, (10, 26, 60, 10, 8))):
        for letter, width in zip("ABCDE", widths, strict=False):
            page.column_dimensions[letter].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
