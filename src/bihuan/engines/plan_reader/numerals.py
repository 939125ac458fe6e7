"""数字: Chinese and Arabic numbers as plans write them."""

from __future__ import annotations

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2, "双": 2, "半": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
CHINESE_DIGITS = "一二三四五六七八九十百千零〇○两"
CIRCLED = {chr(0x2460 + i): i + 1 for i in range(20)} | {chr(0x2776 + i): i + 1 for i in range(10)}


def number(text: str) -> int | None:
    """十五 → 15, 二〇二六 → 2026, 15 → 15; None where it is no number."""
    if text.isascii() and text.isdigit():
        return int(text)
    if text in CIRCLED:
        return CIRCLED[text]
    if not text or any(c not in _DIGITS and c not in _UNITS for c in text):
        return None
    if not any(c in _UNITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total, digit = 0, 0
    for i, c in enumerate(text):
        if c in _UNITS:
            total += (digit if digit or i else 1) * _UNITS[c]
            digit = 0
        else:
            digit = _DIGITS[c]
    return total + digit
