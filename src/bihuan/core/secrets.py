"""密钥文件: written once, readable by the owner only; whoever was first counts."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_secret(path: Path, content: bytes) -> bytes:
    """Create the file atomically. If another process was faster, its content is what comes back."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return path.read_bytes()


SESSION, PREVIOUS = "session.key", "session-previous.key"


def session_keys(folder: Path) -> tuple[str, list[str]]:
    """What sessions are signed with, made at the first start; and what they were signed with before, still believed."""
    path, before = folder / SESSION, folder / PREVIOUS
    content = path.read_bytes() if path.exists() else write_secret(path, secrets.token_urlsafe(48).encode())
    return content.decode(), [before.read_text()] if before.exists() else []


def session_mark(folder: Path) -> tuple[int, int]:
    """Another one whenever the key is another one."""
    said = (folder / SESSION).stat()
    return said.st_ino, said.st_mtime_ns


def rotate_session_key(folder: Path) -> None:
    """A new key; the one before it goes on being believed, and the one before that no longer is."""
    draft = folder / f".{SESSION}.new"
    draft.unlink(missing_ok=True)
    write_secret(draft, secrets.token_urlsafe(48).encode())
    previous = folder / f".{PREVIOUS}.new"
    previous.unlink(missing_ok=True)
    write_secret(previous, session_keys(folder)[0].encode())
    previous.replace(folder / PREVIOUS)
    draft.replace(folder / SESSION)
