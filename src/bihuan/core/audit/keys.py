"""审计密钥: live under the installation's home, never in the database.

The marks of rows are made with a ring of secret keys. Seals are signed with one private key at a time: when it is changed
its successor is named in a line that both keys sign, and the old private key is destroyed; what it signed is verified with
its public half, which that line keeps.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bihuan.core.protection import ciphers, sm2
from bihuan.core.protection.rings import AUDIT_MARKS, keys_folder
from bihuan.core.secrets import write_secret

#: What a seal says of itself, by the kind of the key that signs it.
ALGORITHMS = {"ed25519": "sha256-merkle+ed25519/1", "sm2-sm3": "sha256-merkle+sm2-sm3/1"}
CHANGES = "audit_signing.changes"
RAW = serialization.Encoding.Raw, serialization.PublicFormat.Raw


def mac(canonical: bytes) -> str:
    """Says that a process of ours wrote the row: whoever holds only the database can't make one."""
    return hmac.new(AUDIT_MARKS.current.secret, canonical, sha256).hexdigest()


def is_marked(canonical: bytes, said: str) -> bool:
    """By any key of the ring: a row keeps the mark it was written with."""
    return any(
        hmac.compare_digest(hmac.new(key.secret, canonical, sha256).hexdigest(), said) for key in AUDIT_MARKS.known
    )


@dataclass(frozen=True, slots=True)
class KeyChange:
    """密钥更换: from this seal on the new key signs; both keys say so."""

    number: int
    from_seal: int
    at: str
    old: str
    new: str
    signed_by_old: str
    signed_by_new: str

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> KeyChange:
        words = {name: str(said[name]) for name in ("at", "old", "new", "signed_by_old", "signed_by_new")}
        return cls(number=int(said["number"]), from_seal=int(said["from_seal"]), **words)

    def as_data(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def is_genuine(self) -> bool:
        message = _change_message(self.number, self.from_seal, self.at, self.old, self.new)
        return is_signed(self.old, message, self.signed_by_old) and is_signed(self.new, message, self.signed_by_new)


def _change_message(number: int, from_seal: int, at: str, old: str, new: str) -> bytes:
    return f"bihuan-signing-key\n{number}\n{from_seal}\n{at}\n{old}\n{new}".encode()


@dataclass(frozen=True, slots=True)
class Chain:
    """The public keys that may have signed, in their order. Told by our own files, or by an exported one."""

    first: str
    changes: tuple[KeyChange, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.first, *(c.new for c in self.changes))

    @property
    def current(self) -> str:
        return self.keys[-1]

    def wrong(self) -> KeyChange | None:
        """The first change that doesn't follow from the key before it."""
        key, seal = self.first, 0
        for number, change in enumerate(self.changes, 2):
            if (change.number, change.old) != (number, key) or change.from_seal <= seal or not change.is_genuine:
                return change
            key, seal = change.new, change.from_seal
        return None

    def signer(self, seal: int, message: bytes, signature: str, *, since: int = 0) -> int | None:
        """Which of the keys signed this seal: never one that had been changed before it, nor one before `since`."""
        oldest = sum(1 for c in self.changes if c.from_seal <= seal)
        for place in range(max(oldest, since), len(self.keys)):
            if is_signed(self.keys[place], message, signature):
                return place
        return None


class PrivateKey(Protocol):
    """Of Ed25519 or of SM2."""

    def sign(self, message: bytes, /) -> bytes: ...


def is_signed(public: str, message: bytes, signature: str) -> bool:
    """A public key says by its length of which kind it is: 32 bytes of Ed25519, or a point of SM2."""
    try:
        key, said = bytes.fromhex(public), bytes.fromhex(signature)
        if len(key) == sm2.POINT:
            ciphers.require_sm2()
            return sm2.is_signed(key, message, said)
        Ed25519PublicKey.from_public_bytes(key).verify(said, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def algorithm() -> str:
    """What the present key signs with."""
    return ALGORITHMS["sm2-sm3" if len(bytes.fromhex(public_key_hex())) == sm2.POINT else "ed25519"]


def _private_path(folder: Path, number: int) -> Path:
    return folder / ("audit_signing.pem" if number == 1 else f"audit_signing-{number}.pem")


def _private_key(folder: Path, number: int) -> PrivateKey:
    """A new one is of the kind the setting names; what lies there stays of its own kind until it is changed."""
    path = _private_path(folder, number)
    if not path.exists():
        write_secret(path, _fresh_pem())
    content = path.read_bytes()
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (UnsupportedAlgorithm, ValueError):
        ciphers.require_sm2()
        return sm2.PrivateKey.load(content)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def _fresh_pem() -> bytes:
    if ciphers.chosen_signature() == "sm2-sm3":
        return sm2.PrivateKey.generate().pem
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _hex(key: PrivateKey) -> str:
    if isinstance(key, sm2.PrivateKey):
        return key.public.hex()
    assert isinstance(key, Ed25519PrivateKey)
    return key.public_key().public_bytes(*RAW).hex()


@dataclass(frozen=True, slots=True)
class _Held:
    private: PrivateKey
    chain: Chain


_cache: dict[Path, tuple[tuple[int, int, int], _Held]] = {}


def _held(folder: Path) -> _Held:
    """Read again whenever the file of changes is another one: no process goes on with a key that was changed."""
    path = folder / CHANGES
    mark = _mark(path)
    known = _cache.get(folder)
    if known is not None and known[0] == mark:
        return known[1]
    changes = tuple(_read_changes(path))
    private = _private_key(folder, len(changes) + 1)
    held = _Held(private, Chain(changes[0].old if changes else _hex(private), changes))
    _cache[folder] = (mark, held)
    return held


def _mark(path: Path) -> tuple[int, int, int]:
    try:
        said = path.stat()
    except FileNotFoundError:
        return (0, 0, 0)
    return (said.st_ino, said.st_mtime_ns, said.st_size)


def _read_changes(path: Path) -> Sequence[KeyChange]:
    if not path.exists():
        return []
    return [KeyChange.of(json.loads(line)) for line in path.read_text(encoding="ascii").splitlines()]


def change_signing_key(*, from_seal: int, at: str) -> KeyChange:
    """更换签名密钥. Called under the lock of the sealer, so that no seal is being signed meanwhile.

    The line is written whole, then the old private key is destroyed. Stopped before the line, nothing has changed;
    stopped after it, the old key only lies there for nothing.
    """
    folder = keys_folder()
    held = _held(folder)
    number = len(held.chain.keys) + 1
    fresh = _private_key(folder, number)
    old, new = held.chain.current, _hex(fresh)
    message = _change_message(number, from_seal, at, old, new)
    change = KeyChange(
        number, from_seal, at, old, new, held.private.sign(message).hex(), fresh.sign(message).hex()
    )  # fmt: skip
    lines = [json.dumps(c.as_data(), sort_keys=True) for c in (*held.chain.changes, change)]
    draft = folder / f".{CHANGES}.new"
    draft.unlink(missing_ok=True)
    write_secret(draft, "".join(f"{line}\n" for line in lines).encode("ascii"))
    draft.replace(folder / CHANGES)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    _private_path(folder, number - 1).unlink(missing_ok=True)
    return change


def chain() -> Chain:
    return _held(keys_folder()).chain


def sign(message: bytes) -> str:
    return _held(keys_folder()).private.sign(message).hex()


def is_ours(message: bytes, signature: str) -> bool:
    """By the present key or one before it."""
    return any(is_signed(key, message, signature) for key in chain().keys)


def public_key_hex() -> str:
    return chain().current
