"""密码算法: AES-256-GCM with SHA-256, or the national SM4-GCM (GB/T 32907) with SM3 (GB/T 32905), where the library has them.

What was written under one algorithm stays readable after another was chosen: each value says what it was written with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import cryptography
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.backends.openssl.backend import backend
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from bihuan.core.protection import sm2
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

NONCE, TAG = 12, 16


class AlgorithmMissing(Problem):
    """A setting names an algorithm that the cryptographic library of this installation can't do."""

    code = "algorithm_missing"
    status = 409


@dataclass(frozen=True, slots=True)
class SealingCipher:
    """`mark` is what a sealed value says of it; never change the mark of one in use."""

    name: str
    mark: str
    key_length: int

    def _cipher(self, key: bytes, mode: modes.GCM) -> Cipher[modes.GCM]:
        block = algorithms.SM4(key) if self.mark == "4" else algorithms.AES(key)
        return Cipher(block, mode)

    def seal(self, key: bytes, nonce: bytes, plain: bytes, about: bytes) -> bytes:
        encryptor = self._cipher(key, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(about)
        return encryptor.update(plain) + encryptor.finalize() + encryptor.tag

    def open(self, key: bytes, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
        """Raises `InvalidTag` for anything that was not sealed by this key about this."""
        if len(sealed) < TAG:
            raise InvalidTag
        decryptor = self._cipher(key, modes.GCM(nonce, sealed[-TAG:])).decryptor()
        decryptor.authenticate_additional_data(about)
        return decryptor.update(sealed[:-TAG]) + decryptor.finalize()


@dataclass(frozen=True, slots=True)
class KeyedDigest:
    name: str
    mark: str

    def of(self, key: bytes, content: bytes) -> bytes:
        made = hmac.HMAC(key, hashes.SM3() if self.mark == "3" else hashes.SHA256())
        made.update(content)
        return made.finalize()


CIPHERS = (SealingCipher("aes-256-gcm", "a", 32), SealingCipher("sm4-gcm", "4", 16))
DIGESTS = (KeyedDigest("sha256", "2"), KeyedDigest("sm3", "3"))


@cache
def has_cipher(name: str) -> bool:
    wanted = next(c for c in CIPHERS if c.name == name)
    try:
        wanted.seal(bytes(wanted.key_length), bytes(NONCE), b"", b"")
    except (UnsupportedAlgorithm, ValueError):
        return False
    return True


@cache
def has_digest(name: str) -> bool:
    try:
        next(d for d in DIGESTS if d.name == name).of(bytes(32), b"")
    except (UnsupportedAlgorithm, ValueError):
        return False
    return True


def has_sm2() -> bool:
    """Signatures by SM2 (GB/T 32918): not of the library, which offers none, but of the OpenSSL Python is linked with."""
    return sm2.is_available()


def require_sm2() -> None:
    if not has_sm2():
        raise AlgorithmMissing(
            Text(
                "本机没有可用的 SM2（需要系统自带 OpenSSL 3.0 以上且未裁剪国密算法）。请改在有 SM2 的机器上运行或核验。",
                "There is no SM2 here: it needs the system's OpenSSL 3.0 or later, built with it. Run or verify where it is.",
            )
        )


Named = TypeVar("Named", SealingCipher, KeyedDigest)


def chosen_cipher() -> SealingCipher:
    return _named(CIPHERS, str(settings.BIHUAN_FIELD_CIPHER), "BIHUAN_FIELD_CIPHER")


def chosen_digest() -> KeyedDigest:
    return _named(DIGESTS, str(settings.BIHUAN_FIELD_DIGEST), "BIHUAN_FIELD_DIGEST")


SIGNATURES = ("ed25519", "sm2-sm3")


def chosen_signature() -> str:
    name = str(settings.BIHUAN_AUDIT_SIGNATURE)
    if name not in SIGNATURES:
        raise AlgorithmMissing(
            Text(
                "BIHUAN_AUDIT_SIGNATURE={n}：没有这种算法，可选 {all}。",
                "BIHUAN_AUDIT_SIGNATURE={n}: no such algorithm; there are {all}.",
            ).format(n=name, all=", ".join(SIGNATURES))
        )
    return name


def _named(known: Sequence[Named], name: str, setting: str) -> Named:
    found = next((one for one in known if one.name == name), None)
    if found is None:
        raise AlgorithmMissing(
            Text("{s}={n}：没有这种算法，可选 {all}。", "{s}={n}: no such algorithm; there are {all}.").format(
                s=setting, n=name, all=", ".join(one.name for one in known)
            )
        )
    return found


def require_chosen() -> None:
    """At every start: what the settings name must be there, before anything is written with something else."""
    for there, name, setting in (
        (has_cipher(chosen_cipher().name), chosen_cipher().name, "BIHUAN_FIELD_CIPHER"),
        (has_digest(chosen_digest().name), chosen_digest().name, "BIHUAN_FIELD_DIGEST"),
        (chosen_signature() != "sm2-sm3" or has_sm2(), chosen_signature(), "BIHUAN_AUDIT_SIGNATURE"),
    ):
        if not there:
            raise AlgorithmMissing(
                Text(
                    "{s}={n}：本机密码库（{lib}）不支持该算法。请换用带有该算法的密码库，或改回默认值。",
                    "{s}={n}: the cryptographic library here ({lib}) can't do it. Use one that can, or go back to the default.",
                ).format(s=setting, n=name, lib=library())
            )


def library() -> str:
    return f"cryptography {cryptography.__version__}, {backend.openssl_version_text()}"


@cache
def derived(secret: bytes, purpose: str, length: int) -> bytes:
    """One key of a ring serves several purposes, each with a key of its own that tells nothing of the others."""
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=purpose.encode()).derive(secret)
