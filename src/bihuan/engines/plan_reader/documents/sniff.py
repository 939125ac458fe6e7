"""识别类型: what a file is, from its content; its name must agree."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath

from bihuan.engines.plan_reader.documents.plain import decode
from bihuan.engines.plan_reader.documents.problems import (
    Encrypted,
    KindMismatch,
    UnknownEncoding,
    UnknownKind,
    corrupt,
)
from bihuan.kernel.text import Text

KINDS_BY_SUFFIX = {
    ".txt": "text", ".text": "text", ".md": "text", ".docx": "docx", ".pdf": "pdf", ".html": "html", ".htm": "html",
    ".xhtml": "html", ".xlsx": "xlsx",
}  # fmt: skip
_MAGIC = (
    (b"%PDF-", "pdf"), (b"MZ", "exe"), (b"\x7fELF", "exe"), (b"\x89PNG", "image"), (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"), (b"II*\x00", "image"), (b"MM\x00*", "image"), (b"{\\rtf", "rtf"), (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"), (b"\x1f\x8b", "archive"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
)  # fmt: skip
_NAMES = {
    "pdf": Text("PDF 文件", "a PDF"),
    "exe": Text("可执行程序", "a program"),
    "image": Text("图片", "a picture"),
    "rtf": Text("RTF 文件", "an RTF file"),
    "archive": Text("压缩包", "an archive"),
    "ole": Text("旧版 Office 文件（.doc/.xls）", "an old Office file (.doc, .xls)"),
    "docx": Text("Word 文件（.docx）", "a Word file (.docx)"),
    "xlsx": Text("Excel 文件（.xlsx）", "an Excel file (.xlsx)"),
    "html": Text("网页文件", "a web page"),
    "xml": Text("XML 文件", "an XML file"),
    "text": Text("文本文件", "a text file"),
    "binary": Text("未知的二进制文件", "an unknown binary file"),
}
_READABLE = frozenset(["pdf", "docx", "xlsx", "html", "text"])
_PEEK = 2048


def sniff(data: bytes, name: str) -> str:
    """The kind of a readable file, or a problem that names what it is instead."""
    kind = _kind(data)
    expected = KINDS_BY_SUFFIX.get(PurePath(name).suffix.lower())
    if kind == "ole" and b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e" in data:
        raise Encrypted(
            Text(
                f"“{name}”设有打开密码，无法读取。请在 Word 或 Excel 中取消密码后重新上传。",
                f"“{name}” is protected by a password. Remove the password in Word or Excel and upload it again.",
            )
        )
    if kind not in _READABLE:
        _refuse(name, kind, expected)
    if expected == "html" and kind == "text":
        return "text"
    if expected is not None and expected != kind:
        raise KindMismatch(
            Text(
                f"“{name}”的扩展名与内容不符：内容是{_NAMES[kind].zh}。请改正扩展名或换用正确的文件。",
                f"The name of “{name}” does not fit its content, which is {_NAMES[kind].en}. Rename it or pick the right file.",
            )
        )
    return kind


def _refuse(name: str, kind: str, expected: str | None) -> None:
    what = _NAMES[kind]
    if expected is not None:
        raise KindMismatch(
            Text(
                f"“{name}”的扩展名与内容不符：内容是{what.zh}，不能读取。请上传真正的文档。",
                f"The name of “{name}” does not fit its content, which is {what.en}. Upload the real document.",
            )
        )
    raise UnknownKind(
        Text(
            f"“{name}”是{what.zh}，无法读取。请另存为 .docx、.pdf（带文字）、.html、.xlsx 或 .txt 后上传。",
            f"“{name}” is {what.en} and cannot be read. Save it as .docx, .pdf with text, .html, .xlsx or .txt.",
        )
    )


def _kind(data: bytes) -> str:
    if data.startswith(b"PK\x03\x04"):
        return _zip_kind(data)
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if b"%PDF-" in data[:1024]:
        return "pdf"
    head = data[:_PEEK].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<body", b"<div", b"<p>", b"<table", b"<h1")) or b"<html" in head:
        return "html"
    if head.startswith((b"<?xml", b"<!doctype")):
        return "xml"
    return "text" if _may_be_text(data) or _decodes(data) else "binary"


def _zip_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise corrupt(".docx / .xlsx", type(error).__name__) from error
    if "word/document.xml" in names:
        return "docx"
    return "xlsx" if "xl/workbook.xml" in names else "archive"


def _decodes(data: bytes) -> bool:
    """UTF-16 without a mark is full of bytes that look like controls."""
    try:
        decode(data)
    except UnknownEncoding:
        return False
    return True


def _may_be_text(data: bytes) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    sample = data[:_PEEK]
    controls = sum(1 for b in sample if b < 9 or 13 < b < 32)
    zeros = sample.count(0)
    return controls - zeros <= len(sample) * 0.02 and zeros <= len(sample) * 0.5
