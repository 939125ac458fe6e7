"""动态口令 (TOTP, RFC 6238) 与恢复码: secrets are encrypted with a key that is never in the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import UUID

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from bihuan.core.secrets import write_secret
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


@cache
def _key_in(folder: Path) -> bytes:
    path = folder / "second_factor.key"
    return path.read_bytes() if path.exists() else write_secret(path, secrets.token_bytes(32))


def _key() -> bytes:
    return _key_in(Path(settings.BIHUAN_HOME) / "keys")


def new_secret() -> str:
    return pyotp.random_base32()


def seal(secret: str, *, user: UUID) -> str:
    """Bound to its account: copied into another row it opens nothing."""
    nonce = secrets.token_bytes(12)
    sealed = AESGCM(_key()).encrypt(nonce, secret.encode(), user.bytes)
    return "1:" + base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(sealed: str, *, user: UUID) -> str:
    raw = base64.urlsafe_b64decode(sealed.removeprefix("1:"))
    try:
        return AESGCM(_key()).decrypt(raw[:12], raw[12:], user.bytes).decode()
    except InvalidTag:
        raise SecretUnreadable from None


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
    bare = "".join(c for c in code.casefold() if c in _ALPHABET)
    return hmac.new(_key(), user.bytes + bare.encode(), hashlib.sha256).hexdigest()
