"""导入模板: the sheet a clerk fills in, with hints, choices to pick from and one example row."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from bihuan.core.access.context import Actor
from bihuan.core.records.fields import NO, YES, Field
from bihuan.core.records.register import Register
from bihuan.core.records.sheets.reading import EXAMPLE
from bihuan.kernel.text import Text

SHEET = Text("填写", "Fill in")
GUIDE = Text("说明", "Guide")
KINDS = {
    "text": Text("文字", "Text"),
    "long_text": Text("文字（可换行）", "Text, several lines"),
    "number": Text("数字", "Number"),
    "date": Text("日期，如 2026-11-22", "Date, as 2026-11-22"),
    "choice": Text("从下列选项中选", "One of the listed"),
    "bool": Text("是或否", "是 or 否"),
    "reference": Text("填编码或全称", "Code or full name"),
}
#: Rows that get the pick lists: as many as a sheet may have.
LAST_ROW = 100_001


def template(register: Register, *, actor: Actor) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = str(SHEET)
    fields = register.fields_for(actor)
    for n, field in enumerate(fields, 1):
        letter = get_column_letter(n)
        cell = sheet.cell(1, n, f"{field.heading}{'*' if field.required else ''}")
        cell.font = Font(bold=True, color="FFB00020" if field.required else "FF1F2937")
        cell.fill = PatternFill("solid", fgColor="FFEFF3F8")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        cell.comment = Comment(_hint(field), "Bihuan", height=120, width=260)
        sheet.column_dimensions[letter].width = field.width
        if field.kind in ("text", "reference"):
            # As text, so that an 18-digit code keeps its last three digits.
            sheet.column_dimensions[letter].number_format = "@"
        _restrict(sheet, field, letter)
        example = sheet.cell(2, n, _example(register, field))
        example.font = Font(italic=True, color="FF6B7280")
    sheet.freeze_panes = "A2"
    guide: Any = book.create_sheet(str(GUIDE))
    guide.append(
        [str(t) for t in (Text("列", "Column"), Text("必填", "Required"), Text("填什么", "What"), Text("说明", "Note"))]
    )
    for field in fields:
        choices = "、".join(str(t.label) for t in field.terms) if field.terms else ""
        note = " ".join(p for p in (choices, str(field.hint or "")) if p)
        guide.append([str(field.heading), str(YES if field.required else NO), str(KINDS[field.kind]), note])
    guide.append([])
    guide.append(
        [
            str(
                Text(
                    "第 2 行是示例，编码以“示例”开头的行不会导入。",
                    "Row 2 is an example: rows whose code begins with 示例 are passed over.",
                )
            )
        ]
    )
    for letter, width in zip("ABCD", (24, 8, 24, 80), strict=True):
        guide.column_dimensions[letter].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _hint(field: Field) -> str:
    required = Text("必填。", "Required. ") if field.required else Text("可不填。", "Optional. ")
    return f"{required}{KINDS[field.kind]}\n{field.hint or ''}".strip()


def _example(register: Register, field: Field) -> Any:
    if field.name == register.key:
        return f"{EXAMPLE}-001"
    if field.terms is not None:
        return str(next(iter(field.terms)).label)
    if field.example != "":
        return field.example
    return {"date": "2026-11-22", "bool": str(NO)}.get(field.kind, "")


def _restrict(sheet: Any, field: Field, letter: str) -> None:
    if field.terms is not None:
        options = [str(t.label) for t in field.terms]
    elif field.kind == "bool":
        options = [str(YES), str(NO)]
    else:
        return
    listed = ",".join(options)
    if len(listed) > 250 or any("," in o for o in options):
        return  # Excel takes no longer list; the guide names the choices, and the check explains them
    rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=not field.required, showErrorMessage=True)
    rule.error = str(Text("请从列表中选择。", "Choose from the list."))
    sheet.add_data_validation(rule)
    rule.add(f"{letter}2:{letter}{LAST_ROW}")
