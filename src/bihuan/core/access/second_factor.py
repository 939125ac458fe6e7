"""动态口令 (TOTP, RFC 6238) 与恢复码: secrets are encrypted with a key that is never in the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bihuan.core.protection.rings import SECOND_FACTOR
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

STEP = 30
ISSUER = "Bihuan 闭环"
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class SecretUnreadable(Problem):
    code = "second_factor_unreadable"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            Text(
                "动态口令的密钥读不出来：密钥文件与数据库不是同一套。请由安全管理员重置后重新绑定。",
                "The second factor can't be read: key file and database don't belong together. "
                "Have a security administrator reset it, then set it up again.",
            )
        )


class WrongCode(Problem):
    code = "wrong_code"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            Text(
                "动态口令不正确或已用过。请等设备显示下一个再输入，并检查设备时间。",
                "The code is wrong or was used already. Wait for the next one, and check the clock of the device.",
            ),
            where={"code": Text("不正确或已用过", "wrong or already used")},
        )


def new_secret() -> str:
    return pyotp.random_base32()


def seal(secret: str, *, user: UUID) -> str:
    """Bound to its account: copied into another row it opens nothing. Begins with the number of the key."""
    key, nonce = SECOND_FACTOR.current, secrets.token_bytes(12)
    sealed = AESGCM(key.secret).encrypt(nonce, secret.encode(), user.bytes)
    return f"{key.number}:" + base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(sealed: str, *, user: UUID) -> str:
    number, _, said = sealed.partition(":")
    try:
        key = SECOND_FACTOR.find(int(number))
        raw = base64.urlsafe_b64decode(said)
        if key is None:
            raise InvalidTag
        return AESGCM(key.secret).decrypt(raw[:12], raw[12:], user.bytes).decode()
    except (InvalidTag, ValueError):
        raise SecretUnreadable from None


def key_number(sealed: str) -> int:
    number = sealed.partition(":")[0]
    return int(number) if number.isdigit() else 0


def renewed(field: Any, sealed: str, key: Any) -> str:
    """Under the present key what lay under an older one; what can't be read stays as it is."""
    if not sealed or key_number(sealed) == SECOND_FACTOR.current.number:
        return sealed
    user = key if isinstance(key, UUID) else UUID(str(key))
    try:
        return seal(unseal(sealed, user=user), user=user)
    except SecretUnreadable:
        return sealed


def matching_step(secret: str, code: str, *, at: datetime, after: int) -> int | None:
    """The time step this code belongs to: this one or a neighbour (RFC 6238 5.2), and later than the one last used."""
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit()):
        return None
    totp, now = pyotp.TOTP(secret), int(at.timestamp()) // STEP
    for step in (now, now - 1, now + 1):
        if step > after and hmac.compare_digest(totp.generate_otp(step), typed):
            return step
    return None


def address(secret: str, *, username: str) -> str:
    """What the QR code says."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def new_recovery_codes() -> list[str]:
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    ]


def recovery_digest(code: str, *, user: UUID) -> str:
    """Keyed, so that the table alone doesn't let anybody try all codes."""
    return recovery_digests(code, user=user)[0]


def recovery_digests(code: str, *, user: UUID) -> list[str]:
    """Under each key of the ring, the present one first: a code handed out before a new key is still good once."""
    bare = "".join(c for c in code.casefold() if c in _ALPHABET)
    return [hmac.new(k.secret, user.bytes + bare.encode(), hashlib.sha256).hexdigest() for k in SECOND_FACTOR.known]
