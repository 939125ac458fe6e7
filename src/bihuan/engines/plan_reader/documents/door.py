"""打开文档: the one way a file becomes a `Source`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bihuan.engines.plan_reader.documents import limits
from bihuan.engines.plan_reader.documents.excel import read_xlsx
from bihuan.engines.plan_reader.documents.hypertext import read_html
from bihuan.engines.plan_reader.documents.pdf import read_pdf
from bihuan.engines.plan_reader.documents.plain import read_text
from bihuan.engines.plan_reader.documents.problems import (
    CorruptFile,
    EmptyFile,
    FileTooLarge,
    NotAPlan,
    UnreadableDocument,
)
from bihuan.engines.plan_reader.documents.sniff import sniff
from bihuan.engines.plan_reader.documents.word import read_docx
from bihuan.engines.plan_reader.ledger import Ledger
from bihuan.engines.plan_reader.source import Source
from bihuan.kernel.text import Text

_READERS: dict[str, Callable[[bytes, str], Source]] = {
    "text": read_text,
    "docx": read_docx,
    "pdf": read_pdf,
    "html": read_html,
    "xlsx": read_xlsx,
}


def check_size(*, name: str, size: int) -> None:
    """Refuses a file by its size; call it before reading the bytes."""
    if size > limits.MAX_FILE:
        raise FileTooLarge(
            Text(
                f"“{name}”大小 {size / limits.MEBIBYTE:.0f} MB，超过上限 {limits.MAX_FILE // limits.MEBIBYTE} MB。"
                "请压缩其中的图片，或只上传方案正文。",
                f"“{name}” is {size / limits.MEBIBYTE:.0f} MB; at most {limits.MAX_FILE // limits.MEBIBYTE} MB are read. "
                "Compress its pictures or upload the plan only.",
            )
        )


def open_document(*, name: str, data: bytes) -> Source:
    """A file's bytes as a `Source`; a bad file raises an `UnreadableDocument` that says what to do."""
    check_size(name=name, size=len(data))
    if not data.strip():
        raise EmptyFile(
            Text(f"“{name}”是空文件。请检查后重新上传。", f"“{name}” is empty. Check it and upload it again.")
        )
    source = _READERS[sniff(data, name)](data, name)
    if not source.text.strip():
        raise EmptyFile(
            Text(f"“{name}”中没有文字。请检查后重新上传。", f"“{name}” holds no text. Check it and upload it again.")
        )
    if len(source.text) > limits.MAX_CHARACTERS:
        raise FileTooLarge(
            Text(
                f"“{name}”有 {len(source.text)} 个字符，超过上限 {limits.MAX_CHARACTERS}。请只上传方案正文。",
                f"“{name}” has {len(source.text)} characters; at most {limits.MAX_CHARACTERS} are read. Upload the plan only.",
            )
        )
    return source


def open_path(path: Path) -> Source:
    """A file on disk; its size is checked before it is read."""
    try:
        check_size(name=path.name, size=path.stat().st_size)
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableDocument(
            Text(f"找不到文件“{path.name}”。请核对路径。", f"There is no file “{path.name}”. Check the path.")
        ) from error
    except OSError as error:
        raise CorruptFile(
            Text(
                f"“{path.name}”无法读取（{error.strerror}）。请检查权限。",
                f"“{path.name}” cannot be read ({error.strerror}). Check its permissions.",
            )
        ) from error
    return open_document(name=path.name, data=data)


def require_plan(ledger: Ledger, *, name: str) -> Ledger:
    """The ledger, or `NotAPlan` where the document assigns nothing."""
    if not ledger.tasks:
        raise NotAPlan(
            Text(
                f"“{name}”中没有写明责任单位的任务，不像是实施方案或任务清单。请确认文件，或手工录入任务。",
                f"“{name}” holds no task with a responsible unit; it does not look like a plan. Check the file, or enter the tasks by hand.",
            )
        )
    return ledger
