"""写工作簿: a list as .xlsx, row by row, without holding it in memory. Text that looks like a formula stays text."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

#: What a spreadsheet takes for the beginning of a formula. OWASP: CSV injection.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_EPOCH = date(1899, 12, 30)
PLAIN, HEADING, DAY, GUARDED = 0, 1, 2, 3


def defused(text: str) -> str:
    """For CSV: a leading apostrophe keeps a spreadsheet from computing what somebody typed."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


class _Drain(io.RawIOBase):
    """Where the archive writes to, and the answer reads from."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.waiting.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self.waiting = b"".join(self.waiting), []
        return taken


def workbook(
    *, name: str, headings: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Any]]
) -> Iterator[bytes]:
    """The bytes of an .xlsx with one sheet: headings frozen and filtered, days as days, numbers as numbers."""
    drain = _Drain()
    last = get_column_letter(len(headings))
    with zipfile.ZipFile(drain, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, content in _FIXED.items():
            archive.writestr(path, content)
        archive.writestr("xl/workbook.xml", _WORKBOOK.format(name=escape(name[:31], {'"': "&quot;"})))
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            columns = "".join(
                f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in enumerate(widths, 1)
            )
            sheet.write(_SHEET_HEAD.format(columns=columns).encode())
            sheet.write(_row(1, headings, heading=True))
            number = 1
            for number, row in enumerate(rows, 2):
                sheet.write(_row(number, row))
                if number % 500 == 0:
                    yield drain.take()
            sheet.write(f'</sheetData><autoFilter ref="A1:{last}{number}"/></worksheet>'.encode())
    yield drain.take()


def _row(number: int, values: Sequence[Any], *, heading: bool = False) -> bytes:
    cells = "".join(_cell(f"{get_column_letter(n)}{number}", v, heading=heading) for n, v in enumerate(values, 1))
    return f'<row r="{number}">{cells}</row>'.encode()


def _cell(place: str, value: Any, *, heading: bool) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        value = "是" if value else "否"
    if isinstance(value, Decimal | int):
        return (
            f'<c r="{place}"><v>{value:f}</v></c>'
            if isinstance(value, Decimal)
            else f'<c r="{place}"><v>{value}</v></c>'
        )
    if isinstance(value, date):
        return f'<c r="{place}" s="{DAY}"><v>{(value - _EPOCH).days}</v></c>'
    text = _UNPRINTABLE.sub("", str(value))[:32_767]
    # A cell typed as text is never computed; the quote prefix keeps it so when somebody edits it.
    style = HEADING if heading else GUARDED if text.startswith(DANGEROUS) else PLAIN
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FIXED = {
    "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>',
    "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="4"><xf xfId="0"/><xf fontId="1" applyFont="1" xfId="0"/>'
    '<xf numFmtId="164" applyNumberFormat="1" xfId="0"/><xf quotePrefix="1" xfId="0"/></cellXfs></styleSheet>',
}
_WORKBOOK = (
    f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
    '<sheets><sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_SHEET_HEAD = (
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    "<cols>{columns}</cols><sheetData>"
)
