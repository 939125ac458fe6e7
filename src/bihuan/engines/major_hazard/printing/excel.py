"""计算书 as an Excel workbook: the same words and figures, as text and numbers, no cell that could be a formula."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from bihuan.engines.major_hazard.printing import wording
from bihuan.engines.major_hazard.sheet import CalculationSheet
from bihuan.kernel.text import Text

_WIDTHS = (6, 20, 13, 26, 11, 10, 34, 11, 8, 34, 11)
_LINE = Side(style="thin", color="FF8793A5")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


def excel_sheet(sheet: CalculationSheet) -> bytes:
    book = Workbook()
    page: Any = book.active
    page.title = str(Text("计算书", "Calculation"))
    width = len(wording.HEADINGS)
    for place, wide in enumerate(_WIDTHS, start=1):
        page.column_dimensions[get_column_letter(place)].width = wide
    row = 1
    _write(page, row, 1, str(wording.TITLE), bold=True, across=width, size=16)
    for label, value in wording.facts(sheet):
        row += 1
        _write(page, row, 1, str(label), bold=True, across=2)
        _write(page, row, 3, value, across=width - 2)
    row += 2
    for place, heading in enumerate(wording.HEADINGS, start=1):
        _write(page, row, place, str(heading), bold=True, boxed=True)
        page.cell(row, place).fill = PatternFill("solid", fgColor="FFE8EDF4")
    page.print_title_rows = f"{row}:{row}"
    for number, line in enumerate(sheet.lines, start=1):
        row += 1
        for place, text in enumerate(wording.cells(number, line), start=1):
            _write(page, row, place, text, boxed=True)
    row += 1
    for sentence in wording.results(sheet):
        row += 1
        _write(page, row, 1, sentence, bold=True, across=width)
    for heading, sentences in (
        (Text("说明", "Notes"), wording.remarks(sheet)),
        (Text("依据与核对状态", "Legal basis and its state"), wording.citations(sheet)),
    ):
        row += 2
        _write(page, row, 1, str(heading), bold=True, across=width)
        for sentence in sentences:
            row += 1
            _write(page, row, 1, sentence, across=width)
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.oddFooter.center.text = "&P / &N"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(
    page: Any,
    row: int,
    column: int,
    text: str,
    *,
    bold: bool = False,
    boxed: bool = False,
    across: int = 1,
    size: int = 11,
) -> None:
    """公式防护: text goes in as text, whatever it begins with."""
    cell = page.cell(row, column)
    cell.value = "".join(c for c in text if c >= " " or c in "\n\t")[:32_000]
    cell.data_type = "s"
    cell.quotePrefix = text[:1] in tuple("=+-@")
    cell.font = Font(bold=bold, size=size)
    cell.alignment = Alignment(vertical="top", wrap_text=True, horizontal="center" if size > 11 else None)
    if boxed:
        cell.border = _BOX
    if across > 1:
        page.merge_cells(start_row=row, start_column=column, end_row=row, end_column=column + across - 1)
