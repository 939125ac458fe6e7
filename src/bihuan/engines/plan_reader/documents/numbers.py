"""自动编号: the numbers Word and browsers put before list items, written out as the reader of the page
sees them.
"""

from __future__ import annotations

_DIGITS = "零一二三四五六七八九"


def chinese(n: int) -> str:
    """12 → 十二."""
    if n <= 0 or n > 99:
        return str(n)
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def circled(n: int) -> str:
    return chr(0x2460 + n - 1) if 1 <= n <= 20 else f"({n})"


def word_number(form: str, n: int) -> str:
    """A level's number in Word's numFmt."""
    if "hinese" in form or "deograph" in form or "apanese" in form or "taiwanese" in form:
        return chinese(n)
    if form == "decimalEnclosedCircle":
        return circled(n)
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (n - 1) % 26)
        return letter.upper() if form == "upperLetter" else letter
    return "" if form in ("bullet", "none") else str(n)


def list_label(style: str, n: int) -> str:
    """The label of an HTML list item."""
    if "cjk" in style or "chinese" in style:
        return chinese(n) + "、"
    if style in ("a", "A", "i", "I"):
        return ""
    return f"{n}."
