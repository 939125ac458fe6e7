"""格式识别: what a file is, by its content. The extension must agree; the type a browser claims is not asked."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bihuan.core.evidence import limits
from bihuan.core.evidence.problems import (
    BadName,
    DamagedFile,
    DecompressionBomb,
    UnknownFormat,
    WrongExtension,
)


@dataclass(frozen=True, slots=True)
class Format:
    """`family` decides the limit of size; `inline` says that a browser may show it in place."""

    name: str
    media_type: str
    family: str
    extensions: tuple[str, ...]
    inline: bool = False


PDF = Format("PDF", "application/pdf", "document", ("pdf",))
JPEG = Format("JPG", "image/jpeg", "image", ("jpg", "jpeg", "jpe", "jfif"), inline=True)
PNG = Format("PNG", "image/png", "image", ("png",), inline=True)
WEBP = Format("WebP", "image/webp", "image", ("webp",), inline=True)
HEIC = Format("HEIC", "image/heic", "image", ("heic", "heif"))
DOCX = Format("DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document", ("docx",))
XLSX = Format("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "document", ("xlsx",))
DOC = Format("DOC", "application/msword", "document", ("doc", "wps"))
XLS = Format("XLS", "application/vnd.ms-excel", "document", ("xls", "et"))
TXT = Format("TXT", "text/plain", "document", ("txt",), inline=True)
CSV = Format("CSV", "text/csv", "document", ("csv",))
MP4 = Format("MP4", "video/mp4", "video", ("mp4", "m4v"), inline=True)
MOV = Format("MOV", "video/quicktime", "video", ("mov", "qt"))

FORMATS = (PDF, JPEG, PNG, WEBP, HEIC, DOCX, XLSX, DOC, XLS, TXT, CSV, MP4, MOV)
BY_MEDIA_TYPE = {f.media_type: f for f in FORMATS}
BY_EXTENSION = {e: f for f in FORMATS for e in f.extensions}

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_MP4_BRANDS = {
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"M4V ",
    b"dash",
    b"3gp4",
    b"3gp5",
    b"3gp6",
    b"MSNV",
}
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")

#: Separators, control characters, and the characters that turn the direction of writing ("gpj.exe" read backwards).
_UNFIT = re.compile(r"[/\\:*?\"<>|\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def checked_name(name: str) -> str:
    """The name as it may be kept and offered for download; a path is refused, not trimmed: it was no accident."""
    name = name.strip()
    if not name or len(name) > limits.NAME_CHARACTERS or _UNFIT.search(name) or set(name) <= {"."}:
        raise BadName
    return name


def extension_of(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def limit_for(name: str) -> int:
    """The largest size a file of this name may have. A name of no accepted format is refused here, before its body."""
    by_name = BY_EXTENSION.get(extension_of(name))
    if by_name is None:
        raise UnknownFormat(name=name)
    return limits.FILE_BYTES[by_name.family]


def recognise(path: Path, *, name: str) -> Format:
    """The format by content, which the extension must agree with."""
    with path.open("rb") as file:
        found = _by_signature(file, name)
    if found is None:
        raise UnknownFormat(name=name)
    if extension_of(name) not in found.extensions:
        raise WrongExtension(name=name, found=found.name)
    return found


def _by_signature(file: BinaryIO, name: str) -> Format | None:
    head = file.read(64)
    simple = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
    for signature, found in simple:
        if head.startswith(signature):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return _by_brand(head[8:12])
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free") and b"moov" in head + file.read(64):
        return MOV
    if head.startswith(b"PK\x03\x04"):
        return _office(file, name)
    if head.startswith(_OLE):
        return _old_office(file)
    return _plain_text(file, name)


def _by_brand(brand: bytes) -> Format | None:
    if brand in _HEIC_BRANDS:
        return HEIC
    if brand == b"qt  ":
        return MOV
    return MP4 if brand in _MP4_BRANDS else None


def _office(file: BinaryIO, name: str) -> Format | None:
    """A zip is taken only where it is an Office file. Nothing is unpacked: its directory says enough."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise DamagedFile(name=name) from None
    packed = sum(m.compress_size for m in members)
    unpacked = sum(m.file_size for m in members)
    if (
        len(members) > limits.ARCHIVE_MEMBERS
        or unpacked > limits.ARCHIVE_BYTES
        or unpacked > limits.ARCHIVE_RATIO * max(packed, limits.MEGABYTE // 64)
    ):
        raise DecompressionBomb(name=name)
    names = {m.filename for m in members}
    if "[Content_Types].xml" not in names or any(n.lower().endswith("vbaproject.bin") for n in names):
        return None
    if "word/document.xml" in names:
        return DOCX
    return XLSX if "xl/workbook.xml" in names else None


def _old_office(file: BinaryIO) -> Format | None:
    """The stream names of the compound file, spelled in UTF-16, tell Word from Excel."""
    word, books = "WordDocument".encode("utf-16-le"), ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
    file.seek(0)
    content = file.read(limits.FILE_BYTES["document"])
    if word in content:
        return DOC
    return XLS if any(b in content for b in books) else None


def _plain_text(file: BinaryIO, name: str) -> Format | None:
    file.seek(0)
    content = file.read(limits.FILE_BYTES["document"])
    if any(b < 9 or 13 < b < 32 for b in set(content)):
        return None
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return CSV if extension_of(name) == "csv" else TXT
    return None
