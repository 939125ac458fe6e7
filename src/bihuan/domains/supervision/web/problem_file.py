"""问题清单 as an Excel workbook: one row a problem, no cell that could be a formula."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from bihuan.domains.supervision.models import ProblemEntry
from bihuan.domains.supervision.terms import FoundBy
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop.terms import Stage

COLUMNS = (
    (Text("序号", "No."), 6),
    (Text("编号", "Case"), 14),
    (Text("问题", "Problem"), 44),
    (Text("部位", "Where"), 20),
    (Text("来源", "Found by"), 10),
    (Text("发现日期", "Found on"), 12),
    (Text("整改单位", "Unit"), 26),
    (Text("责任人", "Person"), 10),
    (Text("整改时限", "Limit"), 12),
    (Text("整改措施", "Measures"), 44),
    (Text("专项行动", "Campaigns"), 30),
    (Text("阶段", "Stage"), 10),
    (Text("销号编号", "Cancel number"), 18),
    (Text("销号日期", "Cancelled on"), 12),
)


def workbook(rows: Sequence[ProblemEntry], *, on: date) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = str(Text("问题清单", "Problems"))
    write_text(sheet, 1, 1, str(Text("问题清单（{on}）", "Problem ledger ({on})").format(on=on.isoformat())))
    sheet.cell(1, 1).font = Font(size=16, bold=True)
    for column, (label, wide) in enumerate(COLUMNS, 1):
        write_text(sheet, 2, column, str(label))
        sheet.cell(2, column).font = Font(bold=True)
        sheet.cell(2, column).fill = PatternFill("solid", fgColor="FFE8EDF4")
        sheet.column_dimensions[get_column_letter(column)].width = wide
    for number, entry in enumerate(rows, 1):
        for column, value in enumerate(_cells(number, entry), 1):
            write_text(sheet, 2 + number, column, value)
            sheet.cell(2 + number, column).alignment = Alignment(vertical="top", wrap_text=True)
    sheet.freeze_panes = "C3"
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(COLUMNS))}{max(3, len(rows) + 2)}"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _cells(number: int, entry: ProblemEntry) -> tuple[str | int, ...]:
    case = entry.case
    return (
        number,
        case.number,
        case.title,
        entry.spot,
        str(FoundBy(entry.found_by).label),
        entry.found_on.isoformat(),
        case.owner.name,
        case.owner_person.name if case.owner_person else "",
        case.due_on.isoformat() if case.due_on else "",
        entry.measures,
        "、".join(d.name for d in entry.drives.all()),
        str(Stage(case.stage).label),
        entry.cancel_number or "",
        day_of(case.closed_at).isoformat() if case.closed_at else "",
    )


def write_text(sheet: object, row: int, column: int, value: str | int) -> None:
    """公式防护: text goes in as text, whatever it begins with."""
    cell = sheet.cell(row, column)  # type: ignore[attr-defined]
    if isinstance(value, str):
        cell.value = "".join(c for c in value if c >= " " or c in "\n\t")[:32_000]
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in "=+-@\t\r"
    else:
        cell.value = value
