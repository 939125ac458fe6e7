"""加密: what a backup stores, only the holder of its identity can read.

The machine that makes backups knows the public half alone, so whoever takes it over cannot read older backups. As in
age: an X25519 exchange with a fresh key for each object, HKDF, then ChaCha20-Poly1305 over pieces with a counter and a
mark on the last one, so that nothing can be cut off, exchanged or put behind.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bihuan.core.secrets import write_secret
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

MAGIC: Final = b"bihuan-sealed/1\n"
PIECE: Final = 1 << 20
TAG: Final = 16
IDENTITY: Final = "BIHUAN-BACKUP-IDENTITY-1:"
RECIPIENT: Final = "bihuan-backup-recipient-1:"


class NotAnIdentity(Problem):
    code = "backup.not_an_identity"


class CannotOpen(Problem):
    code = "backup.cannot_open"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "备份打不开：恢复密钥不对，或内容被改动、不完整。请换用做这次备份时的恢复密钥；再不行请换另一个恢复点。",
                "This backup does not open: it is another identity's, or it was altered or cut. "
                "Try the identity that belongs to it; failing that, another recovery point.",
            )
        )


def new_identity(path: Path) -> str:
    """Writes the secret half where only its owner reads it; answers the public half."""
    key = X25519PrivateKey.generate()
    secret = key.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    write_secret(path, f"{IDENTITY}{secret.hex()}\n".encode())
    return spelled(key.public_key())


def read_identity(path: Path) -> X25519PrivateKey:
    try:
        said = path.read_text(encoding="ascii").strip()
        if not said.startswith(IDENTITY):
            raise ValueError
        return X25519PrivateKey.from_private_bytes(bytes.fromhex(said.removeprefix(IDENTITY)))
    except (OSError, ValueError):
        raise NotAnIdentity(
            Text("{p} 不是恢复密钥文件。", "{p} holds no identity of backups.").format(p=path)
        ) from None


def read_recipient(said: str) -> X25519PublicKey:
    try:
        if not said.strip().startswith(RECIPIENT):
            raise ValueError
        return X25519PublicKey.from_public_bytes(bytes.fromhex(said.strip().removeprefix(RECIPIENT)))
    except ValueError:
        raise NotAnIdentity(Text("这不是备份公钥。", "This is no recipient of backups.")) from None


def spelled(key: X25519PublicKey) -> str:
    return RECIPIENT + _raw(key).hex()


def _raw(key: X25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _cipher(shared: bytes, ephemeral: bytes, recipient: bytes) -> ChaCha20Poly1305:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=ephemeral + recipient, info=MAGIC).derive(shared)
    return ChaCha20Poly1305(derived)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if is_last else b"\x00")


def seal(source: BinaryIO, target: BinaryIO, *, recipient: X25519PublicKey) -> tuple[str, int]:
    """Compressed and encrypted. Answers digest and size of what was read."""
    ephemeral = X25519PrivateKey.generate()
    public = _raw(ephemeral.public_key())
    cipher = _cipher(ephemeral.exchange(recipient), public, _raw(recipient))
    digest, size = hashlib.sha256(), 0
    target.write(MAGIC + public)
    pieces = _compressed(source)
    number, piece = 0, next(pieces)
    while True:
        following = next(pieces, None)
        _write_framed(target, cipher.encrypt(_nonce(number, is_last=following is None), piece.sealed, MAGIC))
        digest.update(piece.plain)
        size += len(piece.plain)
        if following is None:
            return digest.hexdigest(), size
        number, piece = number + 1, following


class _Piece:
    __slots__ = ("plain", "sealed")

    def __init__(self, plain: bytes) -> None:
        self.plain = plain
        packed = zlib.compress(plain, 1)
        self.sealed = b"z" + packed if len(packed) < len(plain) * 9 // 10 else b"-" + plain


def _compressed(source: BinaryIO) -> Iterator[_Piece]:
    """At least one, so that an empty file is sealed too."""
    plain = source.read(PIECE)
    yield _Piece(plain)
    while plain := source.read(PIECE):
        yield _Piece(plain)


def unseal(source: BinaryIO, target: BinaryIO, *, identity: X25519PrivateKey) -> str:
    """Decrypts, and answers the digest of what came out. Anything wrong is `CannotOpen`."""
    head = source.read(len(MAGIC) + 32)
    public = head[len(MAGIC) :]
    if not head.startswith(MAGIC) or len(public) != 32:
        raise CannotOpen
    cipher = _cipher(identity.exchange(X25519PublicKey.from_public_bytes(public)), public, _raw(identity.public_key()))
    digest = hashlib.sha256()
    buffered, number = _read_framed(source), 0
    while True:
        following = _read_framed(source)
        try:
            said = cipher.decrypt(_nonce(number, is_last=not following), buffered, MAGIC)
            plain = zlib.decompress(said[1:]) if said[:1] == b"z" else said[1:]
        except (InvalidTag, zlib.error):
            raise CannotOpen from None
        digest.update(plain)
        target.write(plain)
        if not following:
            return digest.hexdigest()
        buffered, number = following, number + 1


def _write_framed(target: BinaryIO, sealed: bytes) -> None:
    target.write(len(sealed).to_bytes(4, "big") + sealed)


def _read_framed(source: BinaryIO) -> bytes:
    """Empty at the end. A frame longer than we ever write is not ours."""
    head = source.read(4)
    if not head:
        return b""
    length = int.from_bytes(head, "big")
    sealed = source.read(length) if TAG < length <= PIECE + 1 + TAG else b""
    if len(sealed) != length:
        raise CannotOpen
    return sealed
