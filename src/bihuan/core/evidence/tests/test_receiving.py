import hashlib
import io

import pytest
from PIL import Image

from bihuan.core.access.context import ANONYMOUS
from bihuan.core.actions.problems import Denied, LoginNeeded
from bihuan.core.audit.models import AuditRow
from bihuan.core.evidence import limits, store
from bihuan.core.evidence.models import EvidenceFile, Upload
from bihuan.core.evidence.problems import (
    AlteredFile,
    DamagedFile,
    DecompressionBomb,
    DiskFull,
    EmptyFile,
    TooLarge,
)
from bihuan.core.evidence.receiving import receive_bytes, receive_whole


def leftovers():
    return list(store.root().glob("arriving/*"))


def test_a_file_is_kept_under_its_digest_with_one_audit_row(manager, ctx_of, make_picture):
    content = make_picture()
    digest = hashlib.sha256(content).hexdigest()
    upload = receive_bytes(ctx=ctx_of(manager), name="现场.jpg", content=content)
    assert (upload.file_id, upload.file.media_type, upload.file.width) == (digest, "image/jpeg", 64)
    assert store.path_of(digest) == store.root() / digest[:2] / digest[2:4] / digest
    with store.opened(digest) as file:
        assert file.read() == content
    assert AuditRow.objects.get().action == "evidence.receive"
    assert not leftovers()


def test_the_same_file_twice_is_one_file_and_two_uploads(manager, another_enterprise, ctx_of, make_picture):
    content = make_picture()
    receive_bytes(ctx=ctx_of(manager), name="a.jpg", content=content)
    stored = store.path_of(hashlib.sha256(content).hexdigest())
    before = stored.stat()
    receive_bytes(ctx=ctx_of(another_enterprise), name="b.jpg", content=content)
    assert (EvidenceFile.objects.count(), Upload.objects.count()) == (1, 2)
    assert (stored.stat().st_ino, stored.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def refused(problem, ctx, name, content):
    with pytest.raises(problem):
        receive_bytes(ctx=ctx, name=name, content=content)
    assert not leftovers()
    assert not Upload.objects.exists()
    assert not list(store.stored_digests())


def test_an_empty_file_is_refused(manager, ctx_of):
    refused(EmptyFile, ctx_of(manager), "a.pdf", b"")


def test_a_truncated_picture_is_refused(manager, ctx_of, make_picture):
    for kind, name in (("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")):
        content = make_picture(kind, size=(200, 200))
        refused(DamagedFile, ctx_of(manager), name, content[: len(content) * 2 // 3])


def test_a_decompression_bomb_is_refused_before_it_is_unfolded(manager, ctx_of, monkeypatch):
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    assert len(out.getvalue()) < limits.MEGABYTE
    unfolded = []
    monkeypatch.setattr(Image.Image, "load", lambda self: unfolded.append(self))
    refused(DecompressionBomb, ctx_of(manager), "a.png", out.getvalue())
    assert not unfolded


def test_too_large_is_refused_before_the_first_byte_is_read(manager, ctx_of):
    def pieces():
        raise AssertionError("the body was read")
        yield b""

    with pytest.raises(TooLarge):
        receive_whole(ctx=ctx_of(manager), name="a.pdf", pieces=pieces(), expected=limits.FILE_BYTES["document"] + 1)


def test_who_announced_less_than_is_sent_is_stopped_at_the_limit(manager, ctx_of, monkeypatch):
    monkeypatch.setitem(limits.FILE_BYTES, "document", 10)
    with pytest.raises(TooLarge):
        receive_whole(ctx=ctx_of(manager), name="a.txt", pieces=[b"12345", b"67890", b"1"], expected=1)
    assert not leftovers()


def test_a_broken_line_leaves_nothing(manager, ctx_of):
    def pieces():
        yield b"%PDF-1.7"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        receive_whole(ctx=ctx_of(manager), name="a.pdf", pieces=pieces(), expected=100)
    assert not leftovers()


def test_without_the_grant_not_a_byte_is_taken(regulator_next_door, ctx_of, db):
    refused(Denied, ctx_of(regulator_next_door), "a.pdf", b"%PDF-1.7")
    refused(LoginNeeded, ctx_of(ANONYMOUS), "a.pdf", b"%PDF-1.7")


def test_a_full_disk_is_said_before_the_file_is_taken(manager, ctx_of, monkeypatch):
    monkeypatch.setattr(limits, "SPARE_BYTES", 2**62)
    with pytest.raises(DiskFull):
        receive_bytes(ctx=ctx_of(manager), name="a.pdf", content=b"%PDF-1.7")


def test_an_altered_file_is_never_shown_as_evidence(manager, ctx_of):
    upload = receive_bytes(ctx=ctx_of(manager), name="a.txt", content=b"paid: 100")
    path = store.require_unaltered(upload.file_id)
    path.chmod(0o600)
    path.write_bytes(b"paid: 900")
    with pytest.raises(AlteredFile):
        store.require_unaltered(upload.file_id)
    path.unlink()
    with pytest.raises(AlteredFile):
        store.require_unaltered(upload.file_id)


def test_the_thumbnail_stands_upright_and_carries_no_place(manager, ctx_of):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "CAMERA"
    Image.new("RGB", (1000, 500), "red").save(out, "JPEG", exif=exif)
    upload = receive_bytes(ctx=ctx_of(manager), name="a.jpg", content=out.getvalue())
    assert (upload.file.width, upload.file.height) == (500, 1000)
    small = store.thumbnail_path(upload.file_id)
    with Image.open(small) as picture:
        assert picture.size == (240, 480)
        assert not dict(picture.getexif())
    assert b"CAMERA" not in small.read_bytes()
