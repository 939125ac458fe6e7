"""统一社会信用代码: eighteen characters of GB 32100-2015, the last of which checks the others.

1 登记管理部门 · 1 机构类别 · 6 登记管理机关行政区划 · 9 主体标识码（组织机构代码，GB 11714） · 1 校验码.
"""

from __future__ import annotations

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: Thirty-one characters: digits and capitals without I, O, S, V, Z, which are read for 1, 0, 5, U, 2.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VALUE = {character: value for value, character in enumerate(ALPHABET)}

#: Wᵢ = 3^(i-1) mod 31 for positions 1 to 17.
WEIGHTS = tuple(pow(3, position, 31) for position in range(17))

#: Cᵢ of GB 11714 for the eight characters of an organisation code, mod 11.
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

LENGTH = 18


class CreditCodeWrong(Problem):
    code = "credit_code_wrong"


def check_character(first_seventeen: str) -> str:
    """校验码: (31 - Σ Cᵢ·Wᵢ mod 31) mod 31. 依据 GB 32100-2015."""
    total = sum(VALUE[character] * weight for character, weight in zip(first_seventeen, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check_character(first_eight: str) -> str:
    """组织机构代码校验码: 11 - Σ Cᵢ·Wᵢ mod 11, written X for 10 and 0 for 11. 依据 GB 11714-1997."""
    values = (int(character, 36) for character in first_eight)
    total = sum(value * weight for value, weight in zip(values, ORGANISATION_WEIGHTS, strict=True))
    check = 11 - total % 11
    return {10: "X", 11: "0"}.get(check, str(check))


def make_credit_code(*, authority: str, region: str, organisation: str) -> str:
    """A complete code: `authority` has two characters, `region` six digits, `organisation` eight."""
    first = f"{authority}{region}{organisation}{organisation_check_character(organisation)}"
    return first + check_character(first)


def normalise(written: str) -> str:
    """As people type it: full-width characters, spaces, hyphens and small letters."""
    half_width = written.translate({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})
    return "".join(half_width.split()).replace("-", "").upper()


def require_credit_code(written: str) -> str:
    """The code in its standard form, or what is wrong with it."""
    code = normalise(written)
    if len(code) != LENGTH:
        raise CreditCodeWrong(
            Text(
                "统一社会信用代码应为 18 位，“{code}”是 {length} 位。",
                "A unified social credit code has 18 characters; “{code}” has {length}.",
            ).format(code=code, length=len(code))
        )
    wrong = sorted({character for character in code if character not in VALUE})
    if wrong:
        raise CreditCodeWrong(
            Text(
                "统一社会信用代码“{code}”含不使用的字符：{wrong}（不用 I、O、S、V、Z）。",
                "“{code}” holds characters the code never uses: {wrong} (I, O, S, V, Z are not used).",
            ).format(code=code, wrong="、".join(wrong))
        )
    if check_character(code[:-1]) != code[-1]:
        raise CreditCodeWrong(
            Text(
                "统一社会信用代码“{code}”的校验码不对，请核对是否抄错一位或两位颠倒。",
                "The check character of “{code}” does not fit: one character may be wrong or two swapped.",
            ).format(code=code)
        )
    return code
