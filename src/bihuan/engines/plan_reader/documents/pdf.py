"""PDF: the text layer, lines joined to paragraphs by their place on the page, page heads and numbers left
out.
"""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTTextContainer, LTTextLine
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfparser import PDFSyntaxError
from pdfminer.psexceptions import PSException

from bihuan.engines.plan_reader.documents import limits
from bihuan.engines.plan_reader.documents.problems import ArchiveBomb, Encrypted, FileTooLarge, NoTextLayer, corrupt
from bihuan.engines.plan_reader.lexicon import words
from bihuan.engines.plan_reader.source import Source, SourceBuilder
from bihuan.kernel.text import Text

logging.getLogger("pdfminer").setLevel(logging.ERROR)
_STREAM = re.compile(rb"stream\r?\n")
_EDGE_LINES = 2
_LEAST_TEXT = 10
_DIGITS = re.compile(r"\d+")
_AROUND_NUMBER = r"\s\-–—―－·/" + "".join(words("furniture", "page"))
_PAGE_NUMBER = re.compile(rf"^[{_AROUND_NUMBER}]*\d{{1,4}}[{_AROUND_NUMBER}\d]*$")


@dataclass(slots=True)
class _Line:
    text: str
    left: float
    right: float
    top: float
    bottom: float
    page: int


def read_pdf(data: bytes, name: str) -> Source:
    """A PDF with a text layer, as paragraphs."""
    _refuse_bomb(data)
    lines, pages = _lines(data, name)
    if sum(len(line.text) for line in lines) < _LEAST_TEXT:
        raise NoTextLayer(
            Text(
                f"“{name}”共 {pages} 页，没有可读取的文字，应为扫描件。请上传 Word 原件，或先做文字识别（OCR）再上传。",
                f"“{name}” ({pages} pages) holds no text; it is probably a scan. Upload the Word original, or run text recognition first.",
            )
        )
    builder = SourceBuilder()
    for paragraph in _paragraphs(_without_page_furniture(lines, pages)):
        builder.add(paragraph, "paragraph")
    return builder.build(name=name, media="application/pdf")


def _refuse_bomb(data: bytes) -> None:
    """Packed streams are unpacked under the limit once, before a library without limits sees them."""
    total = 0
    for m in _STREAM.finditer(data):
        unpacker = zlib.decompressobj()
        try:
            total += len(
                unpacker.decompress(data[m.end() : m.end() + limits.MAX_FILE], limits.MAX_UNPACKED - total + 1)
            )
        except zlib.error:
            continue
        if total > limits.MAX_UNPACKED:
            raise ArchiveBomb(
                Text(
                    f"PDF 解压后超过 {limits.MAX_UNPACKED // limits.MEBIBYTE} MB，可能是压缩炸弹，已拒绝。请重新导出 PDF 后上传。",
                    f"The PDF unpacks to more than {limits.MAX_UNPACKED // limits.MEBIBYTE} MB, which may be an attack; refused. Export it again.",
                )
            )


def _lines(data: bytes, name: str) -> tuple[list[_Line], int]:
    found: list[_Line] = []
    pages = 0
    try:
        for page in extract_pages(io.BytesIO(data), laparams=LAParams(boxes_flow=None)):
            pages += 1
            if pages > limits.MAX_PAGES:
                raise FileTooLarge(
                    Text(
                        f"PDF 超过 {limits.MAX_PAGES} 页。请只上传方案正文。",
                        f"The PDF has more than {limits.MAX_PAGES} pages. Upload the plan only.",
                    )
                )
            found += _merged(_of_page(page, pages))
    except (PDFPasswordIncorrect, PDFEncryptionError) as error:
        raise Encrypted(
            Text(
                f"“{name}”设有密码或加密，无法读取。请取消密码后重新上传。",
                f"“{name}” is encrypted. Remove the password and upload it again.",
            )
        ) from error
    except FileTooLarge:
        raise
    except (PDFSyntaxError, PSException, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, zlib.error,
            AssertionError, OverflowError, UnicodeError, EOFError, NotImplementedError) as error:  # fmt: skip
        raise corrupt("PDF", type(error).__name__) from error
    if not pages:
        raise corrupt("PDF", "0 pages")
    return found, pages


def _of_page(page: Any, number: int) -> list[_Line]:
    lines: list[_Line] = []
    waiting: list[Any] = list(page)
    while waiting:
        item = waiting.pop()
        if isinstance(item, LTTextLine):
            text = item.get_text().strip()
            if text:
                lines.append(_Line(text, item.x0, item.x1, item.y1, item.y0, number))
        elif isinstance(item, LTTextContainer) or hasattr(item, "__iter__"):
            waiting.extend(item)
    return sorted(lines, key=lambda line: (-line.top, line.left))


def _merged(lines: list[_Line]) -> list[_Line]:
    """Pieces at the same height are one line."""
    merged: list[_Line] = []
    for line in lines:
        last = merged[-1] if merged else None
        if last is not None and abs(last.top - line.top) < 0.5 * max(1.0, last.top - last.bottom):
            left, right = sorted((last, line), key=lambda x: x.left)
            gap = "  " if right.left - left.right > 2 * (line.top - line.bottom) else ""
            merged[-1] = _Line(left.text + gap + right.text, left.left, right.right, last.top, last.bottom, line.page)
        else:
            merged.append(line)
    return merged


def _without_page_furniture(lines: list[_Line], pages: int) -> list[_Line]:
    """Without page numbers, and without lines repeated at the edge of most pages."""
    by_page: dict[int, list[int]] = {}
    for i, line in enumerate(lines):
        by_page.setdefault(line.page, []).append(i)
    edges = {i for rows in by_page.values() for i in (*rows[:_EDGE_LINES], *rows[-_EDGE_LINES:])}
    shapes = Counter(
        shape for rows in by_page.values() for shape in {_DIGITS.sub("#", lines[i].text) for i in rows if i in edges}
    )
    often = max(2, (pages + 1) // 2)
    dropped = {
        i for i in edges if _PAGE_NUMBER.match(lines[i].text) or shapes[_DIGITS.sub("#", lines[i].text)] >= often
    }
    return [line for i, line in enumerate(lines) if i not in dropped]


def _paragraphs(lines: list[_Line]) -> list[str]:
    """A line goes on in the next one when it reaches the right margin and the next one is not indented."""
    if not lines:
        return []
    size = sorted(line.top - line.bottom for line in lines)[len(lines) // 2] or 10.0
    margin = min(line.left for line in lines)
    right = max(line.right for line in lines)
    paragraphs = [lines[0].text]
    for before, line in pairwise(lines):
        full = before.right > right - 2.2 * size
        indented = line.left > margin + 0.9 * size and abs(line.left - before.left) > 0.5 * size
        apart = line.page == before.page and before.bottom - line.top > 1.4 * size
        if full and not indented and not apart:
            gap = " " if before.text[-1].isascii() and before.text[-1].isalpha() and line.text[0].isascii() else ""
            paragraphs[-1] += gap + line.text
        else:
            paragraphs.append(line.text)
    return paragraphs
