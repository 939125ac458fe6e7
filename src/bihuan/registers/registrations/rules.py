"""换证提醒与编码的核对: pure."""

from __future__ import annotations

import re
from datetime import date

from bihuan.kernel.text import Text

_CODE = re.compile(r"[0-9A-Za-z\-]{4,40}")


def wrong_code(value: str) -> Text | None:
    """What the code is made of was not published in what we hold: only that it can be one."""
    if _CODE.fullmatch(value):
        return None
    return Text(
        "编码应为 4–40 位数字、字母或连字符，照登记系统抄录。",
        "A code has 4–40 digits, letters or hyphens, as in the registration.",
    )


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of a shorter month."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("a month has at least 28 days")


def is_due(*, valid_until: date | None, months: int, on: date) -> bool:
    """到期前三个月起. 依据 危险化学品登记管理办法（待核）."""
    return valid_until is not None and months_before(valid_until, months) <= on
