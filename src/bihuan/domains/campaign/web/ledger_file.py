"""台账 as an Excel workbook in the form an office prints: frozen head, page numbers, no cell that could be a formula."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from bihuan.domains.campaign.models import Campaign
from bihuan.domains.campaign.queries.boards import LedgerLine
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop.terms import Stage

COLUMNS = (
    (Text("序号", "No."), 6),
    (Text("编号", "Item"), 12),
    (Text("章节", "Section"), 26),
    (Text("任务", "Task"), 60),
    (Text("责任（牵头）单位", "Owner"), 22),
    (Text("参与单位", "Partners"), 34),
    (Text("完成时限", "Limit"), 13),
    (Text("阶段", "Stage"), 10),
    (Text("佐证（件）", "Evidence"), 9),
    (Text("销号日期", "Closed out"), 13),
    (Text("事项编号", "Case"), 14),
)
HEAD_ROW = 3
_LINE = Side(style="thin", color="FF8793A5")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


def workbook(*, campaign: Campaign, lines: Sequence[LedgerLine], on: date) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = str(Text("任务台账", "Ledger"))
    width = len(COLUMNS)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=width)
    write_cell(sheet, 1, 1, f"{campaign.name}{Text('任务台账', ' – ledger of tasks')}")
    sheet.cell(1, 1).font = Font(size=16, bold=True)
    sheet.cell(1, 1).alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.row_dimensions[1].height = 34
    said = Text("截至 {on}，共 {n} 项，已销号 {done} 项", "As of {on}: {n} tasks, {done} closed out")
    done = sum(line.task.case.stage == Stage.CLOSED_OUT for line in lines)
    write_cell(sheet, 2, 1, str(said.format(on=on.isoformat(), n=len(lines), done=done)))
    sheet.cell(2, 1).alignment = Alignment(horizontal="right")
    for column, (label, wide) in enumerate(COLUMNS, start=1):
        write_cell(sheet, HEAD_ROW, column, str(label))
        cell = sheet.cell(HEAD_ROW, column)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFE8EDF4")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = _BOX
        sheet.column_dimensions[get_column_letter(column)].width = wide
    for number, line in enumerate(lines, start=1):
        cells = _cells(number, line)
        sheet.row_dimensions[HEAD_ROW + number].height = height_of(cells, [wide for _, wide in COLUMNS])
        for column, value in enumerate(cells, start=1):
            write_cell(sheet, HEAD_ROW + number, column, value)
            written = sheet.cell(HEAD_ROW + number, column)
            written.alignment = Alignment(vertical="top", wrap_text=True)
            written.border = _BOX
    sheet.freeze_panes = f"D{HEAD_ROW + 1}"
    sheet.auto_filter.ref = f"A{HEAD_ROW}:{get_column_letter(width)}{HEAD_ROW + max(1, len(lines))}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    print_wide(sheet)
    assert sheet.oddFooter is not None
    sheet.oddFooter.center.text = "&P / &N"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _cells(number: int, line: LedgerLine) -> tuple[str | int | date | None, ...]:
    task, case = line.task, line.task.case
    ongoing = str(Text("（持续推进）", " (ongoing)")) if case.is_ongoing else ""
    limit = f"{case.due_on.isoformat()}{ongoing}" if case.due_on else ongoing
    return (
        number,
        task.no,
        task.section,
        case.text,
        case.owner.name,
        line.partners,
        limit,
        str(Stage(case.stage).label),
        line.evidence,
        day_of(case.closed_at).isoformat() if case.closed_at else "",
        case.number,
    )


#: Points of one line, and the most a row may have.
LINE, TALLEST = 15.0, 405.0


def height_of(cells: Sequence[object], widths: Sequence[float]) -> float:
    """As high as the fullest cell needs: Excel works it out by itself, LibreOffice shows one line where nothing is said."""

    def lines(value: object, wide: float) -> int:
        said = str(value or "").split("\n")
        room = max(wide - 1, 1)
        return sum(max(1, ceil(sum(2 if ord(c) > 0x2E7F else 1 for c in line) / room)) for line in said)

    return min(TALLEST, LINE * max(lines(v, w) for v, w in zip(cells, widths, strict=True)))


def print_wide(sheet: Any) -> None:
    """On A4 across, all columns on one page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def write_cell(sheet: object, row: int, column: int, value: object) -> None:
    """公式防护: text goes in as text, whatever it begins with, and stays text when somebody edits the cell."""
    cell = sheet.cell(row, column)  # type: ignore[attr-defined]
    if isinstance(value, str):
        plain = value if value.isprintable() else "".join(c for c in value if c >= " " or c in "\n\t")
        cell.value = plain[:32_000]
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in "=+-@\t\r"
    else:
        cell.value = value
