"""带水印的文件: a table as .xlsx, .docx or .pdf, on every page of which stands who took it, when, what for and its number."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import typst
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.shared import Pt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Microsoft YaHei", "SimHei")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
NUMBER_COLUMN = "导出编号"


class NoChineseFont(Problem):
    code = "no_chinese_font"
    status = 503


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    #: Who, when, what for, under which number.
    mark: str
    number: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]

    def cleaned(self) -> Table:
        def clean(text: str) -> str:
            return _UNPRINTABLE.sub("", text)

        return Table(
            clean(self.title), clean(self.mark), self.number, [*map(clean, self.headings)],
            [[*map(clean, row)] for row in self.rows],
        )  # fmt: skip


def as_xlsx(table: Table) -> bytes:
    """The mark above the table, on every printed page, and the number in every row: part of it cut out still says whose."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = table.title[:31]
    sheet.append([table.mark])
    sheet.cell(1, 1).font = Font(bold=True, color="FFB00020", size=12)
    headings = [*table.headings, NUMBER_COLUMN]
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(headings))
    sheet.cell(1, 1).alignment = Alignment(wrap_text=True, vertical="center")
    sheet.row_dimensions[1].height = 34
    for place, row in enumerate([headings, *([*r, table.number] for r in table.rows)], 2):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(place, column)
            cell.value = value
            cell.data_type = "s"  # what somebody typed is text, also when it looks like a formula
            cell.quotePrefix = True
            cell.font = Font(bold=place == 2)
    for column in range(1, len(headings) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 18
    sheet.freeze_panes = "A3"
    sheet.print_title_rows = "1:2"
    said = table.mark.replace("&", "&&")
    for part in (sheet.oddHeader, sheet.oddFooter):
        assert part is not None  # every sheet has them
        part.center.text = said[:240]
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


#: A text across the page behind the table, as Word itself draws its watermarks.
_SHAPE = (
    '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:o="urn:schemas-microsoft-com:office:office"><w:pict><v:shape type="#_x0000_t136" '
    'style="position:absolute;margin-left:0;margin-top:0;width:620pt;height:60pt;rotation:325;z-index:-251658752;'
    "mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;"
    'mso-position-vertical-relative:margin" o:spid="_x0000_s2049" fillcolor="#c0c0c0" stroked="f">'
    '<v:fill opacity=".5"/><v:textpath style="font-family:宋体;font-size:1pt" string=""/></v:shape></w:pict></w:r>'
)


def as_docx(table: Table) -> bytes:
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    heading = section.header.paragraphs[0]
    heading.text = table.mark
    shape = parse_xml(_SHAPE)
    path = shape.find(".//{urn:schemas-microsoft-com:vml}textpath")
    assert path is not None  # it stands in the text above
    path.set("string", table.mark)
    heading._p.append(shape)
    section.footer.paragraphs[0].text = table.mark
    document.add_heading(table.title, level=1)
    grid = document.add_table(rows=1 + len(table.rows), cols=len(table.headings))
    grid.style = "Table Grid"
    cells = grid._cells  # one look: the library counts them anew for each
    for place, value in enumerate([*table.headings, *(v for row in table.rows for v in row)]):
        run = cells[place].paragraphs[0].add_run(value)
        run.font.size = Pt(9)
        run.bold = place < len(table.headings)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


#: Texts come as data beside the layout: nothing in them is read as markup.
_LAYOUT = """
#let said = json("table.json")
#set text(font: said.font, size: 8pt, lang: "zh")
#set page(paper: "a4", flipped: true, margin: 14mm,
  header: text(size: 7pt, fill: rgb("#b00020"), said.mark),
  footer: text(size: 7pt, fill: rgb("#b00020"), said.mark),
  foreground: rotate(-28deg, text(size: 20pt, fill: rgb(120, 120, 120, 60), said.mark)))
= #said.title
#table(columns: said.headings.len(), table.header(..said.headings.map(h => strong(h))), ..said.rows.flatten())
"""


@cache
def _fonts() -> tuple[typst.Fonts, str]:
    found = typst.Fonts(include_system_fonts=True)
    families = set(found.families())
    name = next((font for font in FONTS if font in families), None)
    if name is None:
        raise NoChineseFont(
            Text(
                "这台机器没有中文字体，无法生成 PDF。请安装 Noto Sans CJK SC，或改用 Excel、Word 格式。",
                "This machine has no Chinese font, so no PDF can be made. Install Noto Sans CJK SC, or take Excel or Word.",
            )
        )
    return found, name


def as_pdf(table: Table) -> bytes:
    fonts, font = _fonts()
    said = {
        "title": table.title, "mark": table.mark, "headings": list(table.headings), "rows": [*map(list, table.rows)],
        "font": font,
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="bihuan-export-") as folder:
        (Path(folder) / "table.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        (Path(folder) / "table.typ").write_text(_LAYOUT, encoding="utf-8")
        compiler = typst.Compiler(Path(folder) / "table.typ", root=Path(folder), font_paths=fonts)
        made = compiler.compile(format="pdf")
    assert isinstance(made, bytes)
    return made


MAKERS = {"xlsx": as_xlsx, "docx": as_docx, "pdf": as_pdf}
