"""待改正的行: the wrong rows of a sheet as a workbook whose cells are marked, to be corrected and uploaded as it is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from bihuan.core.records.models import Sheet, SheetRow
from bihuan.core.records.register import Register
from bihuan.core.records.sheets.checking import REMARK
from bihuan.core.records.sheets.writing import DANGEROUS
from bihuan.core.records.terms import RowState
from bihuan.kernel.text import Text

REMARKED = (RowState.WRONG, RowState.ASKED)
#: A comment on each wrong cell as far as spreadsheets bear them; the last column says everything in any case.
COMMENTED_ROWS = 2_000
_HEAD = PatternFill("solid", fgColor="FFEFF3F8")
_WRONG = PatternFill("solid", fgColor="FFFFC7CE")
_ASKED = PatternFill("solid", fgColor="FFFFEB9C")


def marked_workbook(register: Register, sheet: Sheet) -> Iterator[bytes]:
    """Row 1 as it was uploaded, then the rows that were not taken, each with what is wrong in its last column."""
    book = Workbook(write_only=True)
    page: Any = book.create_sheet(str(register.label)[:31])
    headings = [*sheet.headings, str(REMARK)]
    for n in range(1, len(headings)):
        page.column_dimensions[get_column_letter(n)].width = 18
    page.column_dimensions[get_column_letter(len(headings))].width = 80
    page.freeze_panes = "A2"
    page.append([_cell(page, heading, fill=_HEAD, bold=True) for heading in headings])
    rows = SheetRow.objects.filter(sheet=sheet, state__in=REMARKED).order_by("number")
    for n, row in enumerate(rows.iterator(chunk_size=500)):
        page.append(_marked(page, row, width=len(sheet.headings), with_comments=n < COMMENTED_ROWS))
    out = io.BytesIO()
    book.save(out)
    yield out.getvalue()


def _marked(page: Any, row: SheetRow, *, width: int, with_comments: bool) -> list[Any]:
    at: dict[str, list[Text]] = {}
    for error in row.errors:
        at.setdefault(error["column"], []).append(Text(error["zh"], error["en"]))
    fill = _ASKED if row.state == RowState.ASKED else _WRONG
    cells = []
    for n, value in enumerate([*row.cells, *[""] * width][:width], 1):
        words = at.get(get_column_letter(n))
        cell = _cell(page, _plain(value, is_wrong=words is not None), fill=fill if words else None)
        if words and with_comments:
            cell.comment = Comment("\n".join(map(str, words)), "Bihuan", height=120, width=300)
        cells.append(cell)
    said = [f"{place}{row.number}：{words}" if place else str(words) for place, all_ in at.items() for words in all_]
    return [*cells, _cell(page, "；".join(said))]


def _cell(page: Any, value: Any, *, fill: Any = None, bold: bool = False) -> Any:
    cell = WriteOnlyCell(page, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # what somebody typed is never computed
        if value.startswith(DANGEROUS):
            cell.quotePrefix = True
    if fill is not None:
        cell.fill = fill
    if bold:
        cell.font = Font(bold=True)
    return cell


def _plain(value: str, *, is_wrong: bool) -> Any:
    """Numbers as numbers; what was a formula is left open, for its result must be typed in."""
    if is_wrong and value.startswith("="):
        return None
    digits = value.removeprefix("-").replace(".", "", 1)
    if digits.isdecimal() and digits.isascii() and len(digits) <= 12 and not _is_code(value):
        try:
            return Decimal(value)
        except InvalidOperation:
            return value
    return value or None


def _is_code(value: str) -> bool:
    """00123 is no number."""
    return len(value) > 1 and value[0] == "0" and value[1] != "."
