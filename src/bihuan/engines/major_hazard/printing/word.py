"""计算书 as a Word document, A4 landscape."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from bihuan.engines.major_hazard.printing import wording
from bihuan.engines.major_hazard.sheet import CalculationSheet
from bihuan.kernel.text import Text

_WIDTHS = (1.1, 2.8, 2.1, 3.6, 1.7, 1.5, 4.4, 1.8, 1.1, 4.2, 1.8)


def word_sheet(sheet: CalculationSheet) -> bytes:
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(1.8)
    section.top_margin = section.bottom_margin = Cm(1.6)
    style: Any = document.styles["Normal"]
    style.font.size = Pt(9)
    style.font.name = "SimSun"
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(str(wording.TITLE))
    run.bold = True
    run.font.size = Pt(16)
    facts = document.add_table(rows=0, cols=2)
    facts.style = "Table Grid"
    _set_widths(facts, (6, 20.1))
    for label, value in wording.facts(sheet):
        row = facts.add_row().cells
        row[0].text, row[1].text = str(label), _clean(value)
        row[0].width, row[1].width = Cm(6), Cm(20.1)
    document.add_paragraph()
    table = document.add_table(rows=1, cols=len(wording.HEADINGS))
    table.style = "Table Grid"
    _set_widths(table, _WIDTHS)
    _fill(table.rows[0], [str(h) for h in wording.HEADINGS], bold=True)
    for number, line in enumerate(sheet.lines, start=1):
        _fill(table.add_row(), wording.cells(number, line))
    document.add_paragraph()
    for sentence in wording.results(sheet):
        document.add_paragraph().add_run(_clean(sentence)).bold = True
    _list(document, Text("说明", "Notes"), wording.remarks(sheet))
    _list(document, Text("依据与核对状态", "Legal basis and its state"), wording.citations(sheet))
    document.add_paragraph(
        str(Text("编制：____________    校核：____________    审定：____________    日期：____________",
                 "Made by: ____________    Checked by: ____________    Approved by: ____________    Date: ____________"))
    )  # fmt: skip
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _set_widths(table: Any, widths: Sequence[float]) -> None:
    """Word goes by the cells, LibreOffice and most viewers by the grid of the table."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)


def _list(document: Any, heading: Text, sentences: Any) -> None:
    document.add_paragraph().add_run(str(heading)).bold = True
    for sentence in sentences:
        document.add_paragraph(_clean(sentence), style="List Bullet")


def _fill(row: Any, values: Any, *, bold: bool = False) -> None:
    for cell, value, width in zip(row.cells, values, _WIDTHS, strict=True):
        cell.width = Cm(width)
        cell.text = ""
        cell.paragraphs[0].add_run(_clean(value)).bold = bold


def _clean(text: str) -> str:
    """Characters that XML can't hold."""
    return "".join(c for c in text if c >= " " or c in "\n\t")
