"""评估表: the result as data and as a workbook, with law version, citations and their state."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.properties import PageSetupProperties

from bihuan.engines.static_risk.scoring import Assessment, Line
from bihuan.kernel.schemes import Doc19Colour
from bihuan.kernel.text import Text
from bihuan.law.state import LawState

_LINE = Side(style="thin", color="FF8793A5")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_WIDTHS = (8, 16, 40, 10, 34, 28, 30, 12)
HEADINGS = (
    Text("项", "Item"), Text("类别", "Category"), Text("评分内容", "What is judged"), Text("次数", "How often"),
    Text("依据", "How it is known"), Text("扣（加）分", "Points"), Text("怎样拿回", "What wins it back"), Text("核对状态", "State"),
)  # fmt: skip


def to_json(result: Assessment) -> dict[str, Any]:
    """What is kept with the assessment: enough to read it when the law has changed."""
    return {
        "score": str(result.score),
        "colour": result.colour.value if result.colour is not None else "",
        "scheme": Doc19Colour.scheme().zh,
        "red_rules": list(result.red_rules),
        "open": list(result.open_questions),
        "categories": [
            {"name": c.name, "full": str(c.full_marks), "score": str(c.score), "added": str(c.added)}
            for c in result.categories
        ],
        "references": [dict(r) for r in result.table.references],
        "state": result.state.value,
    }


def cells(line: Line) -> tuple[str, ...]:
    answer = line.answer
    back = line.wins_back
    return (
        line.item.code,
        line.item.category,
        line.item.text,
        "" if answer is None else str(answer.count),
        answer.why if answer else "",
        str(line.said),
        str(back) if back else "",
        str(line.item.state.label),
    )


def summary(result: Assessment) -> list[str]:
    colour = str(result.colour.label) if result.colour is not None else str(Text("未定（尚有未答项）", "open"))
    said = [
        f"{Doc19Colour.scheme()}：{colour}",
        str(Text("得分 {s}", "Score {s}").format(s=f"{result.score.normalize():f}")),
    ]
    if result.red_rules:
        texts = {rule.code: rule.text for rule in result.table.direct_red}
        said.append(str(Text("直接判红", "Direct red")) + "：" + "；".join(texts[c] for c in result.red_rules))
    if result.open_questions:
        said.append(str(Text("未答：", "Open: ")) + "、".join(result.open_questions))
    return said


def citations(result: Assessment) -> list[str]:
    return [
        f"{r['citation']}（{r['from']}）：{LawState(r['state']).label}"
        for r in {r["citation"]: r for r in result.table.references}.values()
    ]


def workbook(result: Assessment, *, enterprise: str) -> bytes:
    """公式防护: text goes in as text, whatever it begins with."""
    book = Workbook()
    page: Any = book.active
    page.title = str(Text("评估表", "Assessment"))
    for place, wide in enumerate(_WIDTHS, start=1):
        page.column_dimensions[chr(64 + place)].width = wide
    row = 1
    for n, sentence in enumerate(
        (enterprise, *summary(result), f"{Text('日期', 'Day')} {result.table.on.isoformat()}")
    ):
        _write(page, row, 1, sentence, bold=n < 2, across=len(_WIDTHS))
        row += 1
    row += 1
    for place, heading in enumerate(HEADINGS, start=1):
        _write(page, row, place, str(heading), bold=True, boxed=True)
        page.cell(row, place).fill = PatternFill("solid", fgColor="FFE8EDF4")
    page.print_title_rows = f"{row}:{row}"
    for line in result.lines:
        row += 1
        for place, text in enumerate(cells(line), start=1):
            _write(page, row, place, text, boxed=True)
    row += 2
    for sentence in citations(result):
        _write(page, row, 1, sentence, across=len(_WIDTHS))
        row += 1
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(
    page: Any, row: int, column: int, text: str, *, bold: bool = False, boxed: bool = False, across: int = 1
) -> None:
    cell = page.cell(row, column)
    cell.value = "".join(c for c in text if c >= " ")[:32_000]
    cell.data_type = "s"
    cell.quotePrefix = text[:1] in tuple("=+-@")
    cell.font = Font(bold=bold)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if boxed:
        cell.border = _BOX
    if across > 1:
        page.merge_cells(start_row=row, start_column=column, end_row=row, end_column=column + across - 1)
