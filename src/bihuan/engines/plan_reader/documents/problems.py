"""文档问题: why a file cannot be read; every message says what, where and what to do."""

from __future__ import annotations

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class UnreadableDocument(Problem):
    """Base of every refusal of a file."""

    code = "document.unreadable"
    status = 422


class FileTooLarge(UnreadableDocument):
    code = "document.too_large"
    status = 413


class EmptyFile(UnreadableDocument):
    code = "document.empty"


class UnknownKind(UnreadableDocument):
    code = "document.unknown_kind"
    status = 415


class KindMismatch(UnreadableDocument):
    code = "document.kind_mismatch"
    status = 415


class Encrypted(UnreadableDocument):
    code = "document.encrypted"


class NoTextLayer(UnreadableDocument):
    code = "document.no_text_layer"


class ArchiveBomb(UnreadableDocument):
    code = "document.archive_bomb"
    status = 413


class UnsafeXml(UnreadableDocument):
    code = "document.unsafe_xml"


class CorruptFile(UnreadableDocument):
    code = "document.corrupt"


class UnknownEncoding(UnreadableDocument):
    code = "document.unknown_encoding"


class WrongHeadings(UnreadableDocument):
    code = "document.wrong_headings"


class FormulaCell(UnreadableDocument):
    code = "document.formula_cell"


class NotAPlan(UnreadableDocument):
    code = "document.not_a_plan"


def corrupt(kind: str, detail: str) -> CorruptFile:
    """The file says it is of this kind and cannot be opened as such."""
    return CorruptFile(
        Text(
            f"文件标明是 {kind}，但内容已损坏（{detail}）。请用原软件重新打开并另存后再上传。",
            f"The file says it is {kind}, but it is damaged ({detail}). Open it in its program, save it again and retry.",
        )
    )
