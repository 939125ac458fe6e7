"""导出文件: lie sealed under `BIHUAN_HOME/exports` until their time is over; the database knows only their digest."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from pathlib import Path
from uuid import UUID

from django.conf import settings

from bihuan.core.protection import envelopes
from bihuan.core.secrets import write_secret
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class FileGone(Problem):
    code = "exports.file_gone"
    status = 410

    def __init__(self) -> None:
        super().__init__(Text("文件已不在或无法读取，请重新申请。", "The file is gone or can't be read: ask again."))


def path_of(request: UUID) -> Path:
    return Path(settings.BIHUAN_HOME) / "exports" / f"{request}.sealed"


def keep(request: UUID, content: bytes) -> str:
    """Answers its digest. A job that is done again writes it again."""
    path = path_of(request)
    path.unlink(missing_ok=True)
    sealed = envelopes.seal(b64encode(content).decode(), about=f"export:{request}", searchable=False)
    write_secret(path, sealed.encode("ascii"))
    return hashlib.sha256(content).hexdigest()


def read(request: UUID, *, digest: str) -> bytes:
    try:
        sealed = path_of(request).read_text(encoding="ascii")
        content = b64decode(envelopes.open_sealed(sealed, about=f"export:{request}"))
    except (FileNotFoundError, envelopes.Unreadable):
        raise FileGone from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise FileGone
    return content


def discard(request: UUID) -> None:
    path_of(request).unlink(missing_ok=True)
