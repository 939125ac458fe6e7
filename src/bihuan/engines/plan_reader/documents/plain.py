"""文本: text files in the encodings offices use, tab or pipe separated rows as tables."""

from __future__ import annotations

import codecs
import re

from bihuan.engines.plan_reader.documents.problems import UnknownEncoding
from bihuan.engines.plan_reader.ledger import Span
from bihuan.engines.plan_reader.lexicon import words
from bihuan.engines.plan_reader.source import Block, Source
from bihuan.kernel.text import Text

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_PIPE_RULE = re.compile(r"^[\s|:\-]{3,}$")
_COMMON = frozenset([*words("common_characters"), *"、，。：；"])


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: a byte order mark, UTF-8, UTF-16 without a mark, or GB18030."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise _unknown(error.start) from error
    try:
        text = data.decode("utf-8")
        if "\x00" not in text:
            return text, "utf-8"
        bad = text.index("\x00")
    except UnicodeDecodeError as error:
        bad = error.start
    for encoding in ("gb18030", "utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _reads_as_chinese(text):
            return text, encoding
    raise _unknown(bad)


def _reads_as_chinese(text: str) -> bool:
    """Wrongly decoded bytes hardly hit the commonest characters, and often hit ones nobody uses."""
    sample = text[:4000]
    shown = [c for c in sample if not c.isspace()]
    if not shown or "\x00" in sample:
        return False
    common = sum(1 for c in shown if c in _COMMON)
    odd = sum(1 for c in shown if "\ue000" <= c <= "\uf8ff" or ord(c) > 0xFFFF)
    known = sum(
        1
        for c in shown
        if c.isascii() or "\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uffef"
    )
    return common >= len(shown) * 0.02 and odd <= len(shown) * 0.01 and known >= len(shown) * 0.9


def _unknown(at: int) -> UnknownEncoding:
    return UnknownEncoding(
        Text(
            f"文本编码无法识别（第 {at + 1} 个字节处不是 UTF-8，也不像 UTF-16 或 GB18030）。请用记事本另存为 UTF-8 后重试。",
            f"The encoding is not understood (byte {at + 1} is not UTF-8, nor does it look like UTF-16 or GB18030). Save it as UTF-8.",
        )
    )


def read_text(data: bytes, name: str) -> Source:
    """A text file. The text is kept as it is; only line ends are made one."""
    text, encoding = decode(data)
    return text_source(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), name, encoding)


def text_source(text: str, name: str = "", encoding: str = "") -> Source:
    """Pasted text as a source."""
    blocks: list[Block] = []
    at, table, row = 0, -1, 0
    in_table = False
    for line in text.split("\n"):
        cells = _cells(line, at)
        if cells:
            table, row = (table, row + 1) if in_table else (table + 1, 0)
            blocks += [Block("cell", span, table, row, c) for c, span in enumerate(cells)]
            in_table = True
        elif not _PIPE_RULE.match(line) or not in_table:
            in_table = False
            if line.strip():
                blocks.append(Block("paragraph", Span(at, at + len(line))))
        at += len(line) + 1
    return Source(name, "text/plain", text, tuple(blocks), encoding=encoding)


def _cells(line: str, at: int) -> list[Span]:
    """The cells of a row pasted from a sheet (tabs) or written with pipes; at least three make a row."""
    if line.count("\t") >= 2 and line.strip():
        separator = "\t"
    elif line.strip().startswith("|") and line.count("|") >= 4 and not _PIPE_RULE.match(line):
        separator = "|"
    else:
        return []
    spans, start = [], 0
    for i in range(len(line) + 1):
        if i == len(line) or line[i] == separator:
            spans.append(Span(at + start, at + i))
            start = i + 1
    return spans[1:-1] if separator == "|" else spans
