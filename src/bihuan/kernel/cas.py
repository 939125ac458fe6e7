"""CAS 登记号: two to seven digits, two digits, and one digit that checks the others."""

from __future__ import annotations

import re
import unicodedata

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

_FORM = re.compile(r"([1-9][0-9]{1,6})-([0-9]{2})-([0-9])")

#: What word processors and phones write for a hyphen.
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—−－", "-"))


class CasWrong(Problem):
    code = "cas_wrong"


def check_digit(digits: str) -> int:
    """校验位: the digits before it, weighted 1, 2, 3 … from the right, summed, mod 10."""
    return sum(place * int(digit) for place, digit in enumerate(reversed(digits), start=1)) % 10


def require_cas(written: str) -> str:
    """The number in its standard form, or what is wrong with it."""
    cas = "".join(unicodedata.normalize("NFKC", written).translate(_HYPHENS).split())
    found = _FORM.fullmatch(cas)
    if found is None:
        raise CasWrong(
            Text(
                "CAS 号“{cas}”的格式不对，应像 67-56-1：2–7 位数字、2 位数字、1 位校验数字。",
                "The CAS number “{cas}” has the wrong form; one looks like 67-56-1: 2–7 digits, 2 digits, 1 check digit.",
            ).format(cas=written.strip()[:40])
        )
    expected = check_digit(found[1] + found[2])
    if int(found[3]) != expected:
        raise CasWrong(
            Text(
                "CAS 号“{cas}”的校验位应为 {expected}，请核对是否抄错一位。",
                "The check digit of CAS number “{cas}” should be {expected}; one digit may be wrong.",
            ).format(cas=cas, expected=expected)
        )
    return cas
