"""审计密钥: live under the installation's home, never in the database."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from bihuan.core.secrets import write_secret

ALGORITHM = "sha256-merkle+ed25519/1"


def keys_folder() -> Path:
    return Path(settings.BIHUAN_HOME) / "keys"


@cache
def _mac_key(folder: Path) -> bytes:
    path = folder / "audit_mac.key"
    return path.read_bytes() if path.exists() else write_secret(path, secrets.token_bytes(32))


@cache
def _signing_key(folder: Path) -> Ed25519PrivateKey:
    path = folder / "audit_signing.pem"
    if not path.exists():
        fresh = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_secret(path, fresh)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def mac(canonical: bytes) -> str:
    """Says that a process of ours wrote the row: whoever holds only the database can't make one."""
    return hmac.new(_mac_key(keys_folder()), canonical, hashlib.sha256).hexdigest()


def sign(message: bytes) -> str:
    return _signing_key(keys_folder()).sign(message).hex()


def is_ours(message: bytes, signature: str) -> bool:
    try:
        public_key().verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key() -> Ed25519PublicKey:
    return _signing_key(keys_folder()).public_key()


def public_key_hex() -> str:
    raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    return public_key().public_bytes(*raw).hex()
