"""掩码: how a number is shown to people who need to recognise it and not to use it."""

from __future__ import annotations

STAR = "*"


def hidden(value: str) -> str:
    return STAR * len(value)


def phone(value: str) -> str:
    """138****5678. A short number shows its last two at most."""
    if len(value) >= 11:
        return value[:3] + STAR * (len(value) - 7) + value[-4:]
    return STAR * max(0, len(value) - 2) + value[-2:] if len(value) > 4 else hidden(value)


def identity(value: str) -> str:
    """The first and the last character: place and day of birth are what an identity number betrays."""
    return value[0] + STAR * (len(value) - 2) + value[-1] if len(value) > 4 else hidden(value)
