"""接收: bytes to the disk, checked and hashed; only then one action notes them. Nothing here runs inside a transaction."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bihuan.core.access.context import Context
from bihuan.core.actions import runner
from bihuan.core.actions.problems import Denied, LoginNeeded, StaleVersion
from bihuan.core.evidence import actions, formats, limits, pictures, store
from bihuan.core.evidence.models import Upload
from bihuan.core.evidence.problems import DigestMismatch, OffsetMismatch, TooLarge
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

log = logging.getLogger("bihuan.evidence")


def receive_whole(*, ctx: Context, name: str, pieces: Iterable[bytes], expected: int | None = None) -> Upload:
    """A file that comes in one go. `expected` is its announced size: too large is refused before the first byte."""
    require_may_upload(ctx)
    name = formats.checked_name(name)
    arriving = store.Arriving(limit=formats.limit_for(name), expected=expected)
    try:
        for piece in pieces:
            arriving.write(piece)
    except BaseException:
        arriving.discard()
        raise
    return take_arrived(ctx=ctx, arriving=arriving, name=name)


def take_arrived(*, ctx: Context, arriving: store.Arriving, name: str) -> Upload:
    """Check and keep a file that has come in full; whatever is wrong with it, nothing of it stays behind."""
    try:
        return _take_in(ctx, arriving.path, digest=arriving.finish(), size=arriving.size, name=name)
    finally:
        arriving.discard()


def require_may_upload(ctx: Context) -> None:
    """Before the first byte. The action asks again, with the door's own words in the audit."""
    if ctx.actor.kind == "anonymous":
        raise LoginNeeded
    if not ctx.actor.has(EvidenceGrants.ADD):
        raise Denied(
            Text(
                "您没有提交证据的权限。请联系安全管理员。",
                "You don't hold the grant to add evidence. Ask the security administrator.",
            )
        )


def receive_bytes(*, ctx: Context, name: str, content: bytes) -> Upload:
    """For our own code: a file made here (a demo's picture, a sensor's snapshot)."""
    return receive_whole(ctx=ctx, name=name, pieces=[content], expected=len(content))


def begin(*, ctx: Context, name: str, size: int, digest: str) -> Upload:
    require_may_upload(ctx)
    name = formats.checked_name(name)
    if size > (limit := formats.limit_for(name)):
        raise TooLarge(limit=limit)
    store.require_space(size)
    done = runner.perform(actions.begin_upload, ctx=ctx, name=name, size=size, digest=digest.lower())
    upload: Upload = done.value
    return upload


def part_of(upload: Upload) -> Path:
    return store.arriving_path(f"upload-{upload.pk}")


def offset_of(upload: Upload) -> int:
    """How much has arrived: the length of the part file; all of it once the upload is finished."""
    if upload.file_id:
        return upload.size
    path = part_of(upload)
    return path.stat().st_size if path.exists() else 0


def go_on(*, ctx: Context, upload: Upload, offset: int, pieces: Iterable[bytes]) -> int:
    """Append what came, as it comes: what arrived before the line broke stays. Answers the new offset.

    The last byte finishes the upload; an empty piece at the end finishes one whose finish was interrupted.
    """
    if upload.file_id:
        return upload.size
    with _only_writer(part_of(upload), complete=offset_of(upload) == upload.size) as descriptor:
        here = os.fstat(descriptor).st_size
        if here != offset:
            raise OffsetMismatch(offset=here)
        for piece in pieces:
            if here + len(piece) > upload.size:
                raise TooLarge(limit=upload.size)
            left = memoryview(piece)
            while left:  # a disk that is nearly full takes a part of a piece
                written = os.write(descriptor, left)
                here, left = here + written, left[written:]
        if here == upload.size:
            os.fsync(descriptor)
            _finish(ctx, upload)
    return here


@contextmanager
def _only_writer(path: Path, *, complete: bool) -> Iterator[int]:
    """Two requests of one upload at the same time would interleave: the second is told where the first is.

    A complete part may already be the stored file under its other name: nobody opens that for writing.
    """
    descriptor = os.open(path, os.O_RDONLY if complete else os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OffsetMismatch(offset=os.fstat(descriptor).st_size) from None
        yield descriptor
    finally:
        os.close(descriptor)


def _finish(ctx: Context, upload: Upload) -> None:
    part = part_of(upload)
    digest = store.digest_of(part)
    if digest != upload.digest:
        part.unlink(missing_ok=True)
        raise DigestMismatch
    try:
        _take_in(ctx, part, digest=digest, size=upload.size, name=upload.name, upload=upload)
    except (Denied, LoginNeeded, StaleVersion):
        raise  # the bytes are good, only the moment isn't
    except Problem:
        part.unlink(missing_ok=True)  # whole, but no evidence: it would be refused for ever
        raise
    part.unlink(missing_ok=True)


def _take_in(ctx: Context, path: Path, *, digest: str, size: int, name: str, upload: Upload | None = None) -> Upload:
    found = formats.recognise(path, name=name)
    if size > limits.FILE_BYTES[found.family]:
        raise TooLarge(limit=limits.FILE_BYTES[found.family])
    seen = pictures.check_and_draw(path, digest=digest, found=found, name=name)
    store.keep(path, digest)
    said: dict[str, Any] = {
        "name": name,
        "size": size,
        "digest": digest,
        "media_type": found.media_type,
        "width": seen[0] if seen else None,
        "height": seen[1] if seen else None,
    }
    try:
        done = runner.perform(actions.receive, ctx=ctx, upload=_again(upload), **said)
    except StaleVersion:
        # Two people sent the same file in the same instant: the second finds the row of the first.
        done = runner.perform(actions.receive, ctx=ctx, upload=_again(upload), **said)
    received: Upload = done.value
    return received


def _again(upload: Upload | None) -> Upload | None:
    return Upload.objects.get(pk=upload.pk) if upload is not None else None
