"""报告的文件: Word in the official layout, Excel with the rows each figure counts. Both from the same content as the page."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from bihuan.domains.campaign.models import Report
from bihuan.domains.campaign.rules.figures import BY_CODE, FIGURES
from bihuan.domains.campaign.web.ledger_file import height_of, print_wide, write_cell
from bihuan.engines.official_document.content import OfficialDocument, Paragraph, RedHead, Table
from bihuan.engines.official_document.writing import to_docx
from bihuan.kernel.text import Text
from bihuan.loop.terms import Stage

_NUMERALS = "一二三四五六七八九十"
_HEADS = ("编号", "任务", "责任单位", "期限", "阶段")
#: Shares of the line.
_WIDTHS = (1.4, 5.0, 2.6, 1.7, 1.3)


def as_word(*, report: Report, content: Mapping[str, Any], red: bool) -> bytes:
    """A report is a document in Chinese, whoever downloads it."""
    body: list[Paragraph | Table] = []
    if content["nothing"]:
        body.append(Paragraph(f"本期无情况可报。{content['nothing']}"))
    else:
        for number, section in enumerate(content["sections"]):
            body.append(Paragraph(f"{_numeral(number)}、{section['heading']}", 1))
            body += [_block(line, content) for line in section["lines"]]
    if signed := content.get("signatures"):
        body.append(Paragraph("　　".join(f"{s['capacity']}：{s['name']}" for s in signed)))
    return to_docx(
        OfficialDocument(
            title=content["title"],
            addressee=content["addressee"],
            body=body,
            issued_by=[content["unit"]],
            on=date.fromisoformat(content["on"]),
            red_head=RedHead(f"{content['unit']}文件") if red else None,
        )
    )


def _numeral(number: int) -> str:
    return _NUMERALS[number] if number < len(_NUMERALS) else str(number + 1)


def _block(line: Mapping[str, Any], content: Mapping[str, Any]) -> Paragraph | Table:
    if "table" not in line:
        return Paragraph("".join(piece["text"] for piece in line["pieces"]))
    numbers = content["figures"][line["table"]]["rows"]
    if not numbers:
        return Paragraph(f"{BY_CODE[line['table']].name}：无。")
    rows = [content["rows"][n] for n in numbers if n in content["rows"]]
    said = [[r["no"], r["title"], r["owner"], r["due"], Stage(r["stage"]).label.zh] for r in rows]
    return Table(_HEADS, said, _WIDTHS, f"{BY_CODE[line['table']].name}（{len(said)}项）")


def _look_like(cell: Any, patterns: dict[bool, Any]) -> None:
    """The look of a cell, worked out once and copied: of a whole campaign there are hundreds of thousands of cells."""
    quoted = bool(cell.quotePrefix)
    if quoted not in patterns:
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        patterns[quoted] = cell._style
    else:
        cell._style = copy(patterns[quoted])


_COLUMNS = (
    (Text("数字", "Figure"), 14),
    (Text("事项编号", "Case"), 14),
    (Text("编号", "Item"), 12),
    (Text("任务", "Task"), 60),
    (Text("责任单位", "Owner"), 26),
    (Text("期限", "Limit"), 13),
    (Text("阶段", "Stage"), 12),
    (Text("销号日期", "Closed out"), 13),
)


def as_excel(*, report: Report, content: Mapping[str, Any]) -> bytes:
    """Every figure with the rows it counts: who adds up the rows gets the figure."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = str(Text("数字", "Figures"))
    write_cell(sheet, 1, 1, content["title"])
    sheet.cell(1, 1).font = Font(size=14, bold=True)
    for row, figure in enumerate(FIGURES, start=3):
        write_cell(sheet, row, 1, str(figure.label))
        write_cell(sheet, row, 2, content["figures"][figure.code]["value"])
    write_cell(sheet, len(FIGURES) + 3, 1, str(Text("完成率", "Rate")))
    write_cell(sheet, len(FIGURES) + 3, 2, content["rate"])
    sheet.column_dimensions["A"].width = 30
    rows = book.create_sheet(str(Text("明细", "Rows")))
    for column, (label, wide) in enumerate(_COLUMNS, start=1):
        write_cell(rows, 1, column, str(label))
        rows.cell(1, column).font = Font(bold=True)
        rows.cell(1, column).fill = PatternFill("solid", fgColor="FFE8EDF4")
        rows.column_dimensions[get_column_letter(column)].width = wide
    at = 2
    patterns: dict[bool, Any] = {}
    heights: dict[str, float] = {}  # a task stands under several figures
    for figure in FIGURES:
        for number in content["figures"][figure.code]["rows"]:
            if (r := content["rows"].get(number)) is None:
                continue
            said = (
                str(figure.label),
                number,
                r["no"],
                r["title"],
                r["owner"],
                r["due"],
                str(Stage(r["stage"]).label),
                r["closed"],
            )
            if number not in heights:
                heights[number] = height_of(said, [wide for _, wide in _COLUMNS])
            rows.row_dimensions[at].height = heights[number]
            for column, value in enumerate(said, start=1):
                write_cell(rows, at, column, value)
                _look_like(rows.cell(at, column), patterns)
            at += 1
    rows.print_title_rows = "1:1"
    rows.freeze_panes = "A2"
    for printed in (sheet, rows):
        print_wide(printed)
    rows.auto_filter.ref = f"A1:{get_column_letter(len(_COLUMNS))}{max(at - 1, 1)}"
    out = BytesIO()
    book.save(out)
    return out.getvalue()
