"""一企一品一码的核对: the code is issued by the national registration; here it is only read. 依据 T/CCSAS 047（公开摘要，转载待核）.

The code is the address of the registration and the number of the product; no way to compute a check digit was published in what we
hold, so none is checked and the screen says so.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bihuan.kernel.text import Text

_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z\-]{5,39}")
MOST_ADDRESS = 200
_NO_ADDRESS = Text(
    "登记网址应为 http(s):// 开头的完整网址，不含空格和中文。",
    "The address of registration is a whole http(s) address without spaces.",
)


def wrong_number(value: str) -> Text | None:
    if _NUMBER.fullmatch(value):
        return None
    return Text(
        "登记号应为 6–40 位数字、字母或连字符，照登记证抄录。",
        "A registration number has 6–40 digits, letters or hyphens, as on the certificate.",
    )


def wrong_address(value: str) -> Text | None:
    """An address of the web that a telephone can open: nothing that runs, nobody's password in it."""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        return _NO_ADDRESS
    good = (
        len(value) <= MOST_ADDRESS
        and bool(re.fullmatch(r"[\x21-\x7e]+", value))
        and parts.scheme in ("http", "https")
        and "." in host
        and parts.username is None
    )
    return None if good else _NO_ADDRESS


def wrong_together(*, address: str, number: str) -> dict[str, Text]:
    """固定部分 is address and number: one without the other is no code."""
    if address and not number:
        return {"national_number": Text("有登记网址就应有登记号。", "With the address there is a number.")}
    if number and not address:
        return {"national_address": Text("有登记号就应有登记网址。", "With the number there is an address.")}
    return {}


def said_by(*, address: str, number: str) -> str:
    """What the printed code carries: the address as registered, followed by the number unless it has it already."""
    if not address or not number:
        return ""
    if number in address:
        return address
    return address + number if address.endswith(("/", "=")) else f"{address}/{number}"
