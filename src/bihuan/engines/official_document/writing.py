"""写成 .docx. The same content gives the same bytes: no clock, no name of a machine or author enters the file."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as DocxParagraph
from docx.text.run import Run

from bihuan.engines.official_document import layout
from bihuan.engines.official_document.content import OfficialDocument, Paragraph, RedHead, Table, chinese_date

#: What the file says of when it was made: nothing. A fixed day, so that bytes depend on the content alone.
_NO_DAY = datetime(2000, 1, 1)
_ZIP_DAY = (2000, 1, 1, 0, 0, 0)


def to_docx(content: OfficialDocument) -> bytes:
    made = Document()
    _set_page(made)
    if content.red_head is not None:
        _red_head(made, content.red_head)
    title = _paragraph(made, align=WD_ALIGN_PARAGRAPH.CENTER)
    _write(title, content.title, layout.TITLE_FONT, layout.SIZE_2)
    _empty(made)
    if content.addressee:
        _write(_paragraph(made), f"{content.addressee.rstrip('：:')}：", layout.BODY_FONT)
    for block in content.body:
        if isinstance(block, Table):
            _table(made, block)
        else:
            _body(made, block)
    _attachments(made, content.attachments)
    _signed(made, content)
    if content.note:
        _write(_paragraph(made, indent=2), f"（{content.note}）", layout.BODY_FONT)
    for name in ("author", "last_modified_by", "comments"):
        setattr(made.core_properties, name, "")
    made.core_properties.title = _writable(content.title)[:250]
    made.core_properties.created = made.core_properties.modified = _NO_DAY
    out = BytesIO()
    made.save(out)
    return _without_days(out.getvalue())


def _set_page(made: DocxDocument) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(layout.PAGE[0]), Mm(layout.PAGE[1])
    section.top_margin, section.bottom_margin = Mm(layout.TOP), Mm(layout.BOTTOM)
    section.left_margin, section.right_margin = Mm(layout.LEFT), Mm(layout.RIGHT)
    # 页码 stands 7 mm below the type area (7.5).
    section.footer_distance = Mm(layout.BOTTOM - 7 - 5)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(round(layout.line_pitch() * 20)))
    properties = section._sectPr
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    properties.append(grid)
    normal = made.styles["Normal"]
    normal.font.size = Pt(layout.SIZE_3)
    made.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    _page_number(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)


def _page_number(paragraph: DocxParagraph, side: WD_ALIGN_PARAGRAPH) -> None:
    """— 1 —, on odd pages right and on even pages left, one character from the edge."""
    paragraph.alignment = side
    form = paragraph.paragraph_format
    if side is WD_ALIGN_PARAGRAPH.RIGHT:
        form.right_indent = Pt(layout.SIZE_4)
    else:
        form.left_indent = Pt(layout.SIZE_4)
    for text in ("— ", "", " —"):
        run = _write(paragraph, text, layout.PAGE_NUMBER_FONT, layout.SIZE_4, latin=layout.PAGE_NUMBER_FONT)
        if not text:
            for kind, code in (("begin", ""), ("", "PAGE"), ("end", "")):
                run._r.append(_field(kind, code))


def _field(kind: str, code: str) -> Any:
    if kind:
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        return mark
    text = OxmlElement("w:instrText")
    text.set(qn("xml:space"), "preserve")
    text.text = code
    return text


def _red_head(made: DocxDocument, head: RedHead) -> None:
    """版头: the mark in red, number (and who signs, for one sent upward), and the red line across the type area."""
    size = layout.size_of_head(head.mark)
    mark = _paragraph(made, align=WD_ALIGN_PARAGRAPH.CENTER, spacing=size * 1.4)
    run = _write(mark, head.mark, layout.TITLE_FONT, size)
    run.font.color.rgb = RGBColor.from_string(layout.RED)
    _empty(made)
    line = _paragraph(made, align=None if head.signer else WD_ALIGN_PARAGRAPH.CENTER)
    if head.signer:
        # 上行文: number left, 签发人 right, each one character from the edge.
        line.paragraph_format.left_indent = line.paragraph_format.right_indent = Pt(layout.SIZE_3)
        line.paragraph_format.tab_stops.add_tab_stop(Mm(layout.AREA[0] - 50))
        _write(line, f"{head.number}\t签发人：", layout.BODY_FONT)
        _write(line, head.signer, layout.HEADING_2_FONT)
    else:
        _write(line, head.number, layout.BODY_FONT)
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "4"), ("color", layout.RED)):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    line._p.get_or_add_pPr().append(borders)
    _empty(made)
    _empty(made)


def _body(made: DocxDocument, block: Paragraph) -> None:
    font = {0: layout.BODY_FONT, 1: layout.HEADING_1_FONT, 2: layout.HEADING_2_FONT}[block.level]
    for line in block.text.split("\n"):
        paragraph = _paragraph(made, indent=2)
        paragraph.paragraph_format.keep_with_next = block.level > 0
        _write(paragraph, line.strip(), font)


def _table(made: DocxDocument, block: Table) -> None:
    if block.caption:
        caption = _paragraph(made, align=WD_ALIGN_PARAGRAPH.CENTER)
        caption.paragraph_format.keep_with_next = True
        _write(caption, block.caption, layout.HEADING_1_FONT, layout.SIZE_4)
    table = made.add_table(rows=1, cols=len(block.heads), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    shares = block.widths or [1.0] * len(block.heads)
    widths = [Mm(layout.AREA[0] * share / sum(shares)) for share in shares]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width  # Word reads the cells, LibreOffice the columns
    _row(table.rows[0], block.heads, widths, layout.HEADING_1_FONT)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    _rows(table, block.rows, widths)
    _empty(made)


def _rows(table: Any, rows: Sequence[Sequence[str]], widths: Sequence[Any]) -> None:
    """One row is made cell by cell, the others are copies of it with their own words: a ledger has thousands."""
    if not rows:
        return
    pattern = table.add_row()
    _row(pattern, ["x" for _ in widths], widths, layout.BODY_FONT)
    table._tbl.remove(pattern._tr)
    for said in rows:
        row = deepcopy(pattern._tr)
        for held, text in zip(row.iter(qn("w:t")), said, strict=True):
            held.text = _writable(text).replace("\t", " ")
            held.set(qn("xml:space"), "preserve")
        table._tbl.append(row)


def _row(row: Any, said: Sequence[str], widths: Sequence[Any], font: str) -> None:
    for cell, text, width in zip(row.cells, said, widths, strict=True):
        cell.width = width
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.line_spacing = Pt(20)
        _write(paragraph, text, font, 12)


def _attachments(made: DocxDocument, names: Sequence[str]) -> None:
    """附件说明: one line below the text, two characters in (7.3.4)."""
    if not names:
        return
    _empty(made)
    for number, name in enumerate(names, start=1):
        lead = "附件：" if number == 1 else "　　　"
        which = f"{number}. " if len(names) > 1 else ""
        _write(_paragraph(made, indent=2), f"{lead}{which}{name}", layout.BODY_FONT)


def _signed(made: DocxDocument, content: OfficialDocument) -> None:
    """署名和成文日期, for a document without a printed seal: two characters from the right edge (7.3.5.2)."""
    if not content.issued_by and content.on is None:
        return
    _empty(made)
    _empty(made)
    for name in content.issued_by:
        paragraph = _paragraph(made, align=WD_ALIGN_PARAGRAPH.RIGHT)
        paragraph.paragraph_format.right_indent = Pt(layout.SIZE_3 * 2)
        _write(paragraph, name, layout.BODY_FONT)
    if content.on is not None:
        paragraph = _paragraph(made, align=WD_ALIGN_PARAGRAPH.RIGHT)
        paragraph.paragraph_format.right_indent = Pt(layout.SIZE_3 * 2)
        _write(paragraph, chinese_date(content.on), layout.BODY_FONT)


def _empty(made: DocxDocument) -> None:
    _paragraph(made)


def _paragraph(
    made: DocxDocument, *, align: WD_ALIGN_PARAGRAPH | None = None, indent: int = 0, spacing: float | None = None
) -> DocxParagraph:
    paragraph = made.add_paragraph()
    if align is not None:
        paragraph.alignment = align
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    form.line_spacing = Pt(spacing or layout.line_pitch())
    if indent:
        form.first_line_indent = Pt(layout.SIZE_3 * indent)
    return paragraph


def _write(
    paragraph: DocxParagraph, text: str, font: str, size: float = layout.SIZE_3, *, latin: str = layout.LATIN_FONT
) -> Run:
    """Text without the characters that a Word file can't hold, in the font for each script."""
    run = paragraph.add_run(_writable(text))
    run.font.size = Pt(size)
    run.font.name = latin
    looks: Any = run._r.get_or_add_rPr()
    looks.get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if size == layout.SIZE_3:
        # A grid of characters narrower than the type would do it in Word; LibreOffice gives each of them two squares.
        closer = OxmlElement("w:spacing")
        closer.set(qn("w:val"), str(layout.closer_by()))
        looks.find(qn("w:sz")).addprevious(closer)
    return run


def _writable(text: str) -> str:
    return "".join(
        c for c in text if (c >= " " or c == "\t") and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff"
    )


def _without_days(packed: bytes) -> bytes:
    """The parts in a fixed order with a fixed day: what varies from one run to the next is taken out."""
    out = BytesIO()
    with ZipFile(BytesIO(packed)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in [i.filename for i in old.infolist()]:
            entry = ZipInfo(name, _ZIP_DAY)
            entry.compress_type = ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return out.getvalue()
