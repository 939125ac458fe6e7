"""暂存: where an uploaded workbook waits for its check. Named by chance, so that nobody can name another's."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

MAX_BYTES = 50 * 1024 * 1024


class SheetTooLarge(Problem):
    code = "sheet_too_large"
    status = 413


class NoSuchUpload(Problem):
    code = "no_such_upload"


def folder() -> Path:
    return Path(settings.BIHUAN_HOME) / "sheets"


def keep(chunks: Iterable[bytes]) -> str:
    """Store an upload before any transaction is open; answers the name it waits under."""
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    name = secrets.token_hex(16)
    path, size = folder() / name, 0
    with path.open("xb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > MAX_BYTES:
                break
            file.write(chunk)
    if size > MAX_BYTES:
        path.unlink()
        raise SheetTooLarge(
            Text("文件超过 {n} MB，请拆成几份导入。", "Over {n} MB: split it into several files.").format(
                n=MAX_BYTES >> 20
            )
        )
    return name


def path_of(name: str) -> Path:
    path = folder() / name
    if not re.fullmatch(r"[0-9a-f]{32}", name) or not path.is_file():
        raise NoSuchUpload(
            Text("上传的文件已不在，请重新上传。", "The uploaded file is no longer there; please upload it again.")
        )
    return path


def discard(name: str) -> None:
    if re.fullmatch(r"[0-9a-f]{32}", name):
        (folder() / name).unlink(missing_ok=True)
