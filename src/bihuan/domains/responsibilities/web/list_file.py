"""清单的文件: Word in the official layout, Excel for who works on with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from bihuan.domains.responsibilities.queries.lists import ListRow
from bihuan.domains.responsibilities.terms import ListKind
from bihuan.engines.official_document.content import OfficialDocument, Paragraph, Table
from bihuan.engines.official_document.writing import to_docx
from bihuan.kernel.text import Text
from bihuan.parties.models import Organisation

_HEADS = ("编号", "内容", "依据", "时限", "岗位", "责任人")
_WIDTHS = (1.2, 4.4, 2.4, 1.5, 1.2, 1.2)
_COLUMNS = (
    (Text("编号", "No."), 14),
    (Text("内容", "What"), 60),
    (Text("依据", "Basis"), 34),
    (Text("时限", "Limit"), 13),
    (Text("岗位", "Post"), 16),
    (Text("责任人", "Person"), 12),
)


def _cells(row: ListRow) -> tuple[str, ...]:
    return row.no, row.text, row.basis, row.due, row.post, row.person


def as_word(*, unit: Organisation, kind: ListKind, year: int, rows: Sequence[ListRow], on: date) -> bytes:
    """A list is a document in Chinese, whoever downloads it. Who is missing is said at its head."""
    missing = sum(not r.person for r in rows)
    body: list[Paragraph | Table] = []
    if missing:
        body.append(Paragraph(f"注意：有{missing}行尚未落实责任人。"))
    if rows:
        body.append(Table(_HEADS, [_cells(r) for r in rows], _WIDTHS, f"共{len(rows)}项"))
    else:
        body.append(Paragraph("本清单暂无内容。"))
    title = f"{unit.name}{year}年{kind.label.zh.removeprefix('年度')}"
    return to_docx(OfficialDocument(title=title, body=body, issued_by=[unit.name], on=on))


def as_excel(*, unit: Organisation, kind: ListKind, year: int, rows: Sequence[ListRow]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = str(kind.label)[:31]
    _write(sheet, 1, 1, f"{unit.name} {year} {kind.label}")
    sheet.cell(1, 1).font = Font(size=16, bold=True)
    for column, (label, wide) in enumerate(_COLUMNS, 1):
        _write(sheet, 2, column, str(label))
        sheet.cell(2, column).font = Font(bold=True)
        sheet.cell(2, column).fill = PatternFill("solid", fgColor="FFE8EDF4")
        sheet.column_dimensions[get_column_letter(column)].width = wide
    for number, row in enumerate(rows, 3):
        for column, value in enumerate(_cells(row), 1):
            _write(sheet, number, column, value)
            sheet.cell(number, column).alignment = Alignment(vertical="top", wrap_text=True)
    sheet.freeze_panes = "A3"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet: object, row: int, column: int, value: str) -> None:
    """公式防护: text goes in as text, whatever it begins with."""
    cell = sheet.cell(row, column)  # type: ignore[attr-defined]
    cell.value = "".join(c for c in value if c >= " " or c in "\n\t")[:32_000]
    cell.data_type = "s"
    cell.quotePrefix = value[:1] in "=+-@\t\r"
