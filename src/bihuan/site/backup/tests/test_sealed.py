"""What a backup stores opens with its own identity, whole, or not at all."""

import io
import os

import pytest

from bihuan.site.backup import sealed
from bihuan.site.backup.vault import NoSuchPoint, NotAVault, ObjectDamaged, OtherRecipient, Vault, VaultBusy

SIZES = (0, 1, sealed.PIECE - 1, sealed.PIECE, sealed.PIECE + 1, 2 * sealed.PIECE)


@pytest.fixture
def identity(tmp_path):
    path = tmp_path / "identity"
    sealed.new_identity(path)
    assert path.stat().st_mode & 0o077 == 0
    return sealed.read_identity(path)


def sealed_bytes(content, identity):
    out = io.BytesIO()
    sealed.seal(io.BytesIO(content), out, recipient=identity.public_key())
    return out.getvalue()


def opened(content, identity):
    out = io.BytesIO()
    sealed.unseal(io.BytesIO(content), out, identity=identity)
    return out.getvalue()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("make", [os.urandom, bytes], ids=["random", "zeros"])
def test_what_was_sealed_comes_back(size, make, identity):
    content = make(size)
    assert opened(sealed_bytes(content, identity), identity) == content


def test_nothing_of_the_content_is_seen(identity):
    said = sealed_bytes("欧阳金丝雀 13912345678".encode() * 100, identity)
    assert b"13912345678" not in said
    assert "欧阳".encode() not in said


def test_another_identity_opens_nothing(identity, tmp_path):
    sealed.new_identity(tmp_path / "other")
    with pytest.raises(sealed.CannotOpen):
        opened(sealed_bytes(b"x" * 1000, identity), sealed.read_identity(tmp_path / "other"))


def test_no_tampering_opens(identity):
    content = os.urandom(2 * sealed.PIECE + 10)
    whole = sealed_bytes(content, identity)
    head, frame = len(sealed.MAGIC) + 32, 4 + sealed.PIECE + 1 + sealed.TAG
    first, second, last = whole[head : head + frame], whole[head + frame : head + 2 * frame], whole[head + 2 * frame :]
    flipped = bytearray(whole)
    flipped[head + 100] ^= 1
    tampered = {
        "a bit flipped": bytes(flipped),
        "the end cut off": whole[:head] + first + second,
        "cut within a piece": whole[:-5],
        "pieces exchanged": whole[:head] + second + first + last,
        "a piece twice": whole[:head] + first + first + second + last,
        "something behind": whole + first,
        "empty": b"",
        "another form": b"x" + whole[1:],
        "only the head": whole[:head],
        "an absurd length": whole[:head] + b"\xff\xff\xff\xff" + whole[head + 4 :],
    }
    for bytes_ in tampered.values():
        with pytest.raises(sealed.CannotOpen):
            opened(bytes_, identity)


def test_a_file_that_is_no_identity_is_said(tmp_path):
    (tmp_path / "x").write_text("hello")
    for path in (tmp_path / "x", tmp_path / "nowhere"):
        with pytest.raises(sealed.NotAnIdentity):
            sealed.read_identity(path)
    with pytest.raises(sealed.NotAnIdentity):
        sealed.read_recipient("hello")


@pytest.fixture
def vault(tmp_path, identity):
    vault = Vault(tmp_path / "vault", name_key=b"k" * 32)
    vault.prepare(identity.public_key())
    return vault


def put(vault, content):
    digest = sealed.hashlib.sha256(content).hexdigest()
    return digest, vault.put(io.BytesIO(content), digest=digest)


def point(vault, identifier, *digests):
    head = {"id": identifier, "at": "2026-11-22T00:00:00+00:00", "seconds": 1, "files": 0, "size": 0, "new_bytes": 0}
    vault.add_point({**head, "version": "0"}, {"id": identifier}, [vault.name_of(d) for d in digests])


def test_an_object_is_stored_once_under_a_name_nobody_can_guess(vault):
    digest, written = put(vault, b"evidence")
    assert written > 0
    assert put(vault, b"evidence") == (digest, 0)
    assert not [p for p in vault.folder.rglob("*") if digest in p.name]


def test_a_source_that_changed_while_it_was_read_is_refused(vault):
    with pytest.raises(ObjectDamaged):
        vault.put(io.BytesIO(b"now something else"), digest="0" * 64)
    assert not [p for p in (vault.folder / "objects").rglob("*") if p.is_file()]


def test_a_damaged_or_missing_object_is_named(vault, identity):
    digest, _ = put(vault, b"evidence")
    stored = vault._object(vault.name_of(digest))
    stored.write_bytes(stored.read_bytes()[:-1])
    for _ in range(2):
        with pytest.raises(ObjectDamaged):
            vault.get(vault.name_of(digest), io.BytesIO(), digest=digest, identity=identity)
        stored.unlink(missing_ok=True)


def test_forgetting_keeps_what_the_newest_points_name(vault):
    first, second, both = put(vault, b"1")[0], put(vault, b"2")[0], put(vault, b"3")[0]
    point(vault, "20261120T000000Z-aaaaaa", first, both)
    point(vault, "20261121T000000Z-bbbbbb", second, both)
    assert vault.forget(keep=5) == 0
    assert vault.forget(keep=1) == 1
    assert [h.id for h in vault.points()] == ["20261121T000000Z-bbbbbb"]
    assert [vault.has(d) for d in (first, second, both)] == [False, True, True]


def test_the_newest_point_is_taken_unless_one_is_named(vault):
    with pytest.raises(NoSuchPoint):
        vault.point()
    point(vault, "20261120T000000Z-aaaaaa")
    point(vault, "20261121T000000Z-bbbbbb")
    assert vault.point().id.endswith("bbbbbb")
    assert vault.point("20261120").id.endswith("aaaaaa")


def test_a_vault_of_others_is_left_alone(vault, tmp_path, identity):
    sealed.new_identity(tmp_path / "other")
    with pytest.raises(OtherRecipient):
        vault.prepare(sealed.read_identity(tmp_path / "other").public_key())
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    with pytest.raises(NotAVault):
        Vault(tmp_path / "full").prepare(identity.public_key())
    with pytest.raises(NotAVault):
        Vault(tmp_path / "nowhere").points()


def test_two_backups_at_once_are_refused(vault):
    with vault.alone(), pytest.raises(VaultBusy), Vault(vault.folder).alone():
        pass
