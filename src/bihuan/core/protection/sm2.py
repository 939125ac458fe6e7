"""SM2 签名（GB/T 32918.2-2016，摘要 SM3，用户标识 GM/T 0009 的缺省值）: by the OpenSSL of this machine.

The `cryptography` library brings an OpenSSL of its own and offers no SM2 of it. The one that Python itself is linked with
does from 3.0 on, so its few functions are called here. A signature is r and s, 32 bytes each, as GM/T 0009 counts them.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

#: GM/T 0009-2012 第 10 章: whoever agreed on nothing else uses this.
USER = b"1234567812345678"
POINT, HALF = 65, 32
#: SubjectPublicKeyInfo of a point of the curve sm2p256v1 (1.2.156.10197.1.301), up to the point.
BEFORE_THE_POINT = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
_PEM = 4096

_P, _N, _I = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "EVP_PKEY_CTX_new_from_name": (_P, (_P, ctypes.c_char_p, ctypes.c_char_p)),
    "EVP_PKEY_CTX_new_from_pkey": (_P, (_P, _P, ctypes.c_char_p)),
    "EVP_PKEY_CTX_set1_id": (_I, (_P, ctypes.c_char_p, _I)),
    "EVP_PKEY_CTX_free": (None, (_P,)),
    "EVP_PKEY_keygen_init": (_I, (_P,)),
    "EVP_PKEY_generate": (_I, (_P, ctypes.POINTER(_P))),
    "EVP_PKEY_free": (None, (_P,)),
    "EVP_PKEY_get_octet_string_param": (_I, (_P, ctypes.c_char_p, ctypes.c_char_p, _N, ctypes.POINTER(_N))),
    "EVP_PKEY_is_a": (_I, (_P, ctypes.c_char_p)),
    "EVP_MD_CTX_new": (_P, ()),
    "EVP_MD_CTX_set_pkey_ctx": (None, (_P, _P)),
    "EVP_MD_CTX_free": (None, (_P,)),
    "EVP_sm3": (_P, ()),
    "EVP_DigestSignInit": (_I, (_P, _P, _P, _P, _P)),
    "EVP_DigestSign": (_I, (_P, ctypes.c_char_p, ctypes.POINTER(_N), ctypes.c_char_p, _N)),
    "EVP_DigestVerifyInit": (_I, (_P, _P, _P, _P, _P)),
    "EVP_DigestVerify": (_I, (_P, ctypes.c_char_p, _N, ctypes.c_char_p, _N)),
    "d2i_PUBKEY": (_P, (_P, ctypes.POINTER(ctypes.c_char_p), ctypes.c_long)),
    "BIO_new": (_P, (_P,)),
    "BIO_s_mem": (_P, ()),
    "BIO_new_mem_buf": (_P, (ctypes.c_char_p, _I)),
    "BIO_read": (_I, (_P, ctypes.c_char_p, _I)),
    "BIO_free": (_I, (_P,)),
    "PEM_write_bio_PKCS8PrivateKey": (_I, (_P, _P, _P, _P, _I, _P, _P)),
    "PEM_read_bio_PrivateKey": (_P, (_P, _P, _P, _P)),
}


class Unavailable(RuntimeError):
    """The OpenSSL of this machine is absent, older than 3.0, or built without SM2."""


@cache
def _library() -> Any:
    for name in (ctypes.util.find_library("crypto"), "libcrypto.so.3"):
        if name is None:
            continue
        try:
            found = ctypes.CDLL(name)
            for function, (answer, arguments) in _SIGNATURES.items():
                declared = getattr(found, function)
                declared.restype, declared.argtypes = answer, arguments
        except (OSError, AttributeError):
            continue
        return found
    raise Unavailable


@cache
def is_available() -> bool:
    """Tried once, from the key to the verified signature."""
    try:
        key = PrivateKey.generate()
        return is_signed(key.public, b"bihuan", key.sign(b"bihuan"))
    except Unavailable:
        return False


@contextmanager
def _freed(pointer: int | None, free: Any) -> Iterator[int]:
    if not pointer:
        raise Unavailable
    try:
        yield pointer
    finally:
        free(pointer)


def _require(answer: int) -> None:
    if answer <= 0:
        raise Unavailable


@contextmanager
def _digesting(pkey: int) -> Iterator[int]:
    """A context that hashes with SM3 on behalf of the usual user."""
    lib = _library()
    with (
        _freed(lib.EVP_PKEY_CTX_new_from_pkey(None, pkey, None), lib.EVP_PKEY_CTX_free) as choice,
        _freed(lib.EVP_MD_CTX_new(), lib.EVP_MD_CTX_free) as digest,
    ):
        _require(lib.EVP_PKEY_CTX_set1_id(choice, USER, len(USER)))
        lib.EVP_MD_CTX_set_pkey_ctx(digest, choice)
        yield digest


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """`pem`: PKCS#8, as OpenSSL writes and reads it. `public`: the point, uncompressed."""

    pem: bytes
    public: bytes

    @classmethod
    def generate(cls) -> PrivateKey:
        lib = _library()
        made = ctypes.c_void_p()
        with _freed(lib.EVP_PKEY_CTX_new_from_name(None, b"SM2", None), lib.EVP_PKEY_CTX_free) as choice:
            _require(lib.EVP_PKEY_keygen_init(choice))
            _require(lib.EVP_PKEY_generate(choice, ctypes.byref(made)))
        with _freed(made.value, lib.EVP_PKEY_free) as pkey, _freed(lib.BIO_new(lib.BIO_s_mem()), lib.BIO_free) as out:
            _require(lib.PEM_write_bio_PKCS8PrivateKey(out, pkey, None, None, 0, None, None))
            room = ctypes.create_string_buffer(_PEM)
            length = lib.BIO_read(out, room, _PEM)
            _require(length)
            return cls(room.raw[:length], _point(pkey))

    @classmethod
    def load(cls, pem: bytes) -> PrivateKey:
        """Raises ValueError for what is no SM2 key."""
        with _loaded(pem) as pkey:
            return cls(pem, _point(pkey))

    def sign(self, message: bytes) -> bytes:
        lib = _library()
        with _loaded(self.pem) as pkey, _digesting(pkey) as digest:
            _require(lib.EVP_DigestSignInit(digest, None, lib.EVP_sm3(), None, pkey))
            room, length = ctypes.create_string_buffer(128), ctypes.c_size_t(128)
            _require(lib.EVP_DigestSign(digest, room, ctypes.byref(length), message, len(message)))
        r, s = decode_dss_signature(room.raw[: length.value])
        return r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big")


@contextmanager
def _loaded(pem: bytes) -> Iterator[int]:
    lib = _library()
    with _freed(lib.BIO_new_mem_buf(pem, len(pem)), lib.BIO_free) as source:
        found = lib.PEM_read_bio_PrivateKey(source, None, None, None)
    if not found:
        raise ValueError("no private key")
    with _freed(found, lib.EVP_PKEY_free) as pkey:
        if lib.EVP_PKEY_is_a(pkey, b"SM2") != 1:
            raise ValueError("no SM2 key")
        yield pkey


def _point(pkey: int) -> bytes:
    room, length = ctypes.create_string_buffer(POINT), ctypes.c_size_t()
    _require(_library().EVP_PKEY_get_octet_string_param(pkey, b"pub", room, POINT, ctypes.byref(length)))
    return room.raw[: length.value]


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this point signed these bytes. A point off the curve, or a signature of another length, signed nothing."""
    if len(public) != POINT or len(signature) != 2 * HALF:
        return False
    lib = _library()
    said = BEFORE_THE_POINT + public
    pkey = lib.d2i_PUBKEY(None, ctypes.byref(ctypes.c_char_p(said)), len(said))
    if not pkey:
        return False
    r, s = (int.from_bytes(part, "big") for part in (signature[:HALF], signature[HALF:]))
    spelled = encode_dss_signature(r, s)
    with _freed(pkey, lib.EVP_PKEY_free), _digesting(pkey) as digest:
        _require(lib.EVP_DigestVerifyInit(digest, None, lib.EVP_sm3(), None, pkey))
        return bool(lib.EVP_DigestVerify(digest, spelled, len(spelled), message, len(message)) == 1)
